// Fits a pack's calibration on labelled photos and prints the tables for its pack.toml, with a check on photos that were
// not used.   node tools/run.mjs tools/fit-calibration.ts --models onnx-models --pack <id> --photos <folder> [--strangers 4]
// The build must be fresh: photos become faces in its extraction process.
//
// [Note: How the linkage is fitted]
// Every candidate that ingest rates is a sample: labelled faces arrive in random orders, the clusters are the truth of what
// has arrived so far, a part of the people split in two (as ingest itself does), and each arriving face meets the clusters
// among its 20 nearest faces. A gallery in use is larger than a labelled set, so every face of another person counts
// `STRANGERS` times. One label in 500 is held to be wrong: without doubt, photos that are told apart without error would
// give infinite weights.
import { parseArgs } from 'node:util';
import {
  type Calibration,
  type LinkageCalibration,
  linkageFeatures,
  linkageFromPair,
  type PairCalibration,
} from '../src/domain/cluster/calibration.js';
import { operatingPoint } from '../src/domain/cluster/thresholds.js';
import { labelledFaces } from '../src/cli/labelled-faces.js';
import { Embedding } from '../src/domain/face/embedding.js';
import { fitLogistic, type Sample } from '../src/domain/evaluation/logistic-regression.js';
import {
  bCubed,
  candidatesFor,
  type LabelledFace,
  MemoryCluster,
  randomOf,
  shuffled,
  similarityOf,
  simulateIngest,
} from './simulate-ingest.js';

const FIT_SETS = ['lfw_gray', 'lfw_gray_singletons'];
const CHECK_SETS = ['lfw_colour10', 'deepface', 'azure_families'];
const ORDERS = 12;
const CHECK_ORDERS = 6;
const STRANGERS = 4;
const DOUBT = 1 / 500;
const RIDGE = 1e-5;
const SPLIT_SHARE = 0.4;

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      models: { type: 'string' },
      pack: { type: 'string' },
      photos: { type: 'string' },
      strangers: { type: 'string' },
    },
  });
  const { models, pack, photos } = values;
  const strangers = Number(values.strangers ?? STRANGERS);
  if (models === undefined || pack === undefined || photos === undefined) {
    throw new Error(
      'wanted: --models <folder> --pack <id> --photos <folder with manifest.csv> [--strangers <count>]',
    );
  }
  const { faces } = await labelledFaces({
    modelsDir: models,
    pack,
    photos,
    sets: [...FIT_SETS, ...CHECK_SETS],
    threads: 1,
    damageEvery: null,
    crops: false,
    progress: console.error,
  });
  const all = faces.map(({ path, person, reasons, embedding }): LabelledFace => ({
    id: path,
    set: path.split('/')[0]!,
    person,
    reasons,
    embedding: Embedding.fromRaw(pack, embedding),
  }));
  const clear = all.filter((face) => face.reasons.length === 0);
  const fitFaces = clear.filter((face) => FIT_SETS.includes(face.set));
  const checkFaces = clear.filter((face) => CHECK_SETS.includes(face.set));
  console.log(
    `# ${pack}: ${all.length} faces, ${clear.length} clear, ${fitFaces.length} to fit, ${checkFaces.length} to check`,
  );
  describeSimilarities('fit  ', fitFaces);
  describeSimilarities('check', checkFaces);
  const pair = fitPair(fitFaces);
  const linkage = fitLinkage(fitFaces, strangers);
  print(pair, linkage);
  check('fit  ', fitFaces, { pair, linkage });
  check('check', checkFaces, { pair, linkage });
  check('all  ', clear, { pair, linkage });
}

/** Every pair of faces, different people weighed so that both kinds count alike. */
function fitPair(faces: readonly LabelledFace[]): PairCalibration {
  const pairs = similarities(faces);
  const same = pairs.filter((one) => one.same).length;
  const weightOfOthers = same / (pairs.length - same);
  const samples = pairs.map((one): Sample => ({
    x: [1, one.similarity],
    same: one.same,
    weight: one.same ? 1 : weightOfOthers,
  }));
  const [intercept, slope] = fitLogistic(thin(samples), { notNegative: [1], doubt: DOUBT, ridge: 0 });
  return {
    slope: slope!,
    intercept: intercept!,
    fittedOn: `${describe(faces)}; same and different equally likely`,
  };
}

/** At most 60,000 samples of two people, the others standing for those left out. */
function thin(samples: readonly Sample[]): Sample[] {
  const others = samples.filter((sample) => !sample.same);
  const every = Math.max(1, Math.ceil(others.length / 60_000));
  const kept = others
    .filter((_, i) => i % every === 0)
    .map((sample) => ({ ...sample, weight: sample.weight * every }));
  return [...samples.filter((sample) => sample.same), ...kept];
}

function fitLinkage(faces: readonly LabelledFace[], strangers: number): LinkageCalibration {
  const floor = round(
    quantile(
      similarities(faces)
        .filter((one) => !one.same)
        .map((one) => one.similarity),
      0.97,
    ),
  );
  const point = operatingPoint({ neighbourSimilarityMin: floor });
  const samples: Sample[] = [];
  for (let order = 0; order < ORDERS; order++) {
    const random = randomOf(1000 + order);
    const clusters = new Map<string, MemoryCluster>();
    const splits = new Map<string, boolean>();
    for (const face of shuffled(faces, order)) {
      for (const candidate of candidatesFor(face, clusters.values(), point)) {
        const same = candidate.clusterId.startsWith(`${face.person}#`);
        const evidence = {
          best: candidate.similarity,
          topMean: candidate.topMean,
          centroid: candidate.centroidSimilarity,
          faceCount: candidate.faceCount,
        };
        samples.push({ x: linkageFeatures(evidence), same, weight: same ? 1 : strangers });
      }
      if (!splits.has(face.person)) splits.set(face.person, random() < SPLIT_SHARE);
      const part = splits.get(face.person) === true && random() < 0.4 ? 2 : 1;
      const id = `${face.person}#${part}`;
      if (!clusters.has(id)) clusters.set(id, new MemoryCluster(id));
      clusters.get(id)!.add(face);
    }
  }
  const [intercept, best, topMean, centroid, logSize, centroidLogSize] = fitLogistic(samples, {
    notNegative: [1, 2, 3, 5],
    doubt: DOUBT,
    ridge: RIDGE,
  });
  const fittedOn = `${describe(faces)}; ${samples.length} candidates in ${ORDERS} orders of arrival, strangers counted ${strangers} times`;
  return {
    intercept: intercept!,
    best: best!,
    topMean: topMean!,
    centroid: centroid!,
    logSize: logSize!,
    centroidLogSize: centroidLogSize!,
    neighbourSimilarityMin: floor,
    fittedOn,
  };
}

function check(name: string, faces: readonly LabelledFace[], calibration: Calibration): void {
  const report = (label: string, linkage: LinkageCalibration): void => {
    const floor = linkage.neighbourSimilarityMin;
    const policy = {
      point: operatingPoint({ neighbourSimilarityMin: floor }),
      calibration: { ...calibration, linkage },
    };
    const runs = Array.from({ length: CHECK_ORDERS }, (_, seed) =>
      simulateIngest(shuffled(faces, 77 + seed), policy),
    );
    const mean = (of: (run: (typeof runs)[number]) => number): number =>
      runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    const joins = runs.reduce((sum, run) => sum + run.joins, 0);
    const wrong = runs.reduce((sum, run) => sum + run.wrongJoins, 0);
    const people = new Set(faces.map((face) => face.person)).size;
    const rated = runs.flatMap((run) => run.rated);
    console.log(
      `${name} ${label}: B³ P ${percent(mean((run) => bCubed(run.clusters).precision))} R ${percent(mean((run) => bCubed(run.clusters).recall))}` +
        ` (worst R ${percent(Math.min(...runs.map((run) => bCubed(run.clusters).recall)))}),` +
        ` clusters ${mean((run) => run.clusters.length).toFixed(1)} of ${people}, asked ${percent(mean((run) => run.asked) / faces.length)},` +
        ` joins right ${percent(1 - wrong / Math.max(1, joins))}, bridges ${mean((run) => run.bridges).toFixed(1)}, ECE ${calibrationError(rated).toFixed(4)}`,
    );
  };
  report('fitted ', calibration.linkage);
  report('derived', linkageFromPair(calibration.pair));
}

/** Expected calibration error over ten bins, 0..1. */
function calibrationError(
  rated: readonly { readonly probability: number; readonly same: boolean }[],
): number {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, probability: 0, same: 0 }));
  for (const { probability, same } of rated) {
    const bin = bins[Math.min(9, Math.floor(probability * 10))]!;
    bin.n++;
    bin.probability += probability;
    bin.same += Number(same);
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.same), 0) / Math.max(1, rated.length);
}

function similarities(
  faces: readonly LabelledFace[],
): { readonly similarity: number; readonly same: boolean }[] {
  const pairs: { similarity: number; same: boolean }[] = [];
  for (let a = 0; a < faces.length; a++) {
    for (let b = a + 1; b < faces.length; b++) {
      const similarity = similarityOf(faces[a]!, faces[b]!);
      pairs.push({ similarity, same: faces[a]!.person === faces[b]!.person });
    }
  }
  return pairs;
}

function describeSimilarities(name: string, faces: readonly LabelledFace[]): void {
  const pairs = similarities(faces);
  const of = (same: boolean): number[] =>
    pairs.filter((one) => one.same === same).map((one) => one.similarity);
  const same = of(true);
  const other = of(false);
  console.log(
    `# ${name} same ${round(average(same))} (p1 ${round(quantile(same, 0.01))}), different ${round(average(other))} (p99.9 ${round(quantile(other, 0.999))})`,
  );
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
const round = (value: number): number => Number(value.toFixed(3));
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const describe = (faces: readonly LabelledFace[]): string =>
  `${[...new Set(faces.map((face) => face.set))].join(', ')}: ${faces.length} clear faces of ${new Set(faces.map((face) => face.person)).size} people`;

function print(pair: PairCalibration, linkage: LinkageCalibration): void {
  console.log(`
[calibration.pair]
slope = ${round(pair.slope)}
intercept = ${round(pair.intercept)}
fitted_on = "${pair.fittedOn}"

[calibration.linkage]
intercept = ${round(linkage.intercept)}
best = ${round(linkage.best)}
top_mean = ${round(linkage.topMean)}
centroid = ${round(linkage.centroid)}
log_size = ${round(linkage.logSize)}
centroid_log_size = ${round(linkage.centroidLogSize)}
neighbour_similarity_min = ${linkage.neighbourSimilarityMin}
fitted_on = "${linkage.fittedOn}"
`);
}
