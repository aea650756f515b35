// What a calibration says of the space as a whole: impostor mean, floors of the links, gain by quality, what shows nobody.
import {
  type EvidenceCalibration,
  type GainCalibration,
  type GateCalibration,
  LINK_SPREADS,
  type LinkCalibration,
} from '../cluster/qel/evidence-calibration.js';
import { seededRandom } from './seeded-random.js';
import type { LabelledFaces } from './synthetic-faces.js';

export type SpaceFigures = Pick<
  EvidenceCalibration,
  'impostorMean' | 'links' | 'unrecognisable' | 'gain' | 'gate'
>;

const IMPOSTOR_PAIRS = 60_000;
/** As `LINK_SPREADS`. A link that was not found is closer than most impostors, for it may have been cut off just under the floor. */
const MISSING_SPREADS = 2.2;
/**
 * None of them lies further than this share of the way from the mean of two people to that of one: where a recogniser spreads
 * its impostors widely, floors by their spread alone would cut people in pieces.
 */
const LINK_SHARE = 0.6;
const INGEST_SHARE = 0.5;
const MISSING_SHARE = 0.3;
const GAIN_FACES_MIN = 10;
const GAIN_FACES_MAX = 40;
const GAIN_MIN = 0.55;
const GAIN_MAX = 0.95;
/** One clear face lost counts like this many unrecognisable ones let in. */
const GATE_LOSS = 20;

/**
 * @param sets Of one space, each with unrecognisable faces.
 * @param qualityMin A face of lower quality (0..1) only attaches, whatever the fit says.
 * @throws RangeError without them or without anybody seen often.
 */
export function fitSpace(sets: readonly LabelledFaces[], seed: number, qualityMin = 0): SpaceFigures {
  const { mean, spread } = impostors(sets, seed);
  const ofOne = meanOfOnePerson(sets);
  const floor = (spreads: number, share: number): number =>
    Math.round(1000 * Math.min(mean + spreads * spread, mean + share * (ofOne - mean))) / 1000;
  const links: LinkCalibration = {
    similarityMin: floor(LINK_SPREADS.similarityMin, LINK_SHARE),
    ingestSimilarityMin: floor(LINK_SPREADS.ingestSimilarityMin, INGEST_SHARE),
    missingSimilarity: floor(MISSING_SPREADS, MISSING_SHARE),
  };
  const unrecognisable = meanOfNobodies(sets);
  const gain = fitGain(sets, mean);
  return {
    impostorMean: mean,
    links,
    unrecognisable,
    gain,
    gate: fitGate(sets, unrecognisable, gain, qualityMin),
  };
}

function impostors(sets: readonly LabelledFaces[], seed: number): { mean: number; spread: number } {
  const random = seededRandom(seed);
  let sum = 0;
  let squares = 0;
  let pairs = 0;
  for (let tries = 0; pairs < IMPOSTOR_PAIRS && tries < 20 * IMPOSTOR_PAIRS; tries++) {
    const faces = sets[random.below(sets.length)]!;
    const a = random.below(faces.count);
    const b = random.below(faces.count);
    if (faces.people[a] === faces.people[b]) continue;
    if (faces.kinds[a] === 'unrecognisable' || faces.kinds[b] === 'unrecognisable') continue;
    const similarity = product(embeddingOf(faces, a), embeddingOf(faces, b));
    sum += similarity;
    squares += similarity * similarity;
    pairs++;
  }
  const mean = sum / pairs;
  return { mean, spread: Math.sqrt(squares / pairs - mean * mean) };
}

function meanOfNobodies(sets: readonly LabelledFaces[]): Float32Array {
  const sum = new Float64Array(sets[0]!.width);
  for (const faces of sets) {
    for (let face = 0; face < faces.count; face++) {
      if (faces.kinds[face] !== 'unrecognisable') continue;
      const embedding = embeddingOf(faces, face);
      for (let i = 0; i < sum.length; i++) sum[i]! += embedding[i]!;
    }
  }
  const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0));
  if (length === 0) throw new RangeError('a calibration needs unrecognisable faces');
  return Float32Array.from(sum, (value) => value / length);
}

/**
 * Regression of a face's gain on its quality. The mean cosine to the person's other faces, the impostor mean taken out, is the
 * face's gain times theirs.
 */
function fitGain(sets: readonly LabelledFaces[], impostorMean: number): GainCalibration {
  let n = 0;
  let sumQ = 0;
  let sumA = 0;
  let sumQQ = 0;
  let sumQA = 0;
  for (const faces of sets) {
    for (const members of facesByPerson(faces).values()) {
      if (members.length < GAIN_FACES_MIN) continue;
      const likeness = likenessToOthers(faces, members).map(
        (cosine) => (cosine - impostorMean) / (1 - impostorMean),
      );
      const personGain = Math.sqrt(Math.max(1e-6, meanOf(likeness)));
      for (const [i, face] of members.slice(0, GAIN_FACES_MAX).entries()) {
        const gain = likeness[i]! / personGain;
        const quality = faces.qualities[face]!;
        n++;
        sumQ += quality;
        sumA += gain;
        sumQQ += quality * quality;
        sumQA += quality * gain;
      }
    }
  }
  if (n === 0) throw new RangeError(`a calibration needs people with ${GAIN_FACES_MIN} faces`);
  // Where quality says nothing (all alike, or noise), every face has the mean gain.
  const variance = n * sumQQ - sumQ * sumQ;
  const slope = variance < 1e-9 ? 0 : Math.max(0, (n * sumQA - sumQ * sumA) / variance);
  return { intercept: (sumA - slope * sumQ) / n, slope, min: GAIN_MIN, max: GAIN_MAX };
}

/** Mean cosine of each face with the others. @param members At least two. */
function likenessToOthers(faces: LabelledFaces, members: readonly number[]): number[] {
  const sum = new Float64Array(faces.width);
  for (const face of members) {
    const embedding = embeddingOf(faces, face);
    for (let i = 0; i < sum.length; i++) sum[i]! += embedding[i]!;
  }
  return members.map((face) => {
    const embedding = embeddingOf(faces, face);
    return (product(embedding, sum) - product(embedding, embedding)) / (members.length - 1);
  });
}

/** Mean cosine of faces of one person. */
function meanOfOnePerson(sets: readonly LabelledFaces[]): number {
  const likeness = sets.flatMap((faces) =>
    [...facesByPerson(faces).values()]
      .filter((members) => members.length > 1)
      .map((members) => meanOf(likenessToOthers(faces, members))),
  );
  if (likeness.length === 0) throw new RangeError('a calibration needs people with several faces');
  return meanOf(likeness);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Quality: where gain meets its floor. Cosine to u: where clear faces lost and nobodies let in cost least. */
function fitGate(
  sets: readonly LabelledFaces[],
  unrecognisable: Float32Array,
  gain: GainCalibration,
  qualityMin: number,
): GateCalibration {
  const clear: number[] = [];
  const nobodies: number[] = [];
  for (const faces of sets) {
    for (let face = 0; face < faces.count; face++) {
      const list = faces.kinds[face] === 'unrecognisable' ? nobodies : clear;
      list.push(product(embeddingOf(faces, face), unrecognisable));
    }
  }
  let best = 1;
  let least = Infinity;
  for (let thousandth = 100; thousandth < 1000; thousandth++) {
    const bar = thousandth / 1000;
    const lost = clear.filter((similarity) => similarity > bar).length / clear.length;
    const letIn = nobodies.filter((similarity) => similarity <= bar).length / nobodies.length;
    const loss = GATE_LOSS * lost + letIn;
    if (loss < least) {
      least = loss;
      best = bar;
    }
  }
  const worthless = gain.slope === 0 ? 0 : (gain.min - gain.intercept) / gain.slope;
  return {
    qualityMin: Math.min(0.7, Math.max(qualityMin, worthless)),
    unrecognisableSimilarityMax: best,
  };
}

export function facesByPerson(faces: LabelledFaces): Map<number, number[]> {
  const byPerson = new Map<number, number[]>();
  for (let face = 0; face < faces.count; face++) {
    if (faces.kinds[face] !== 'person') continue;
    const list = byPerson.get(faces.people[face]!);
    if (list === undefined) byPerson.set(faces.people[face]!, [face]);
    else list.push(face);
  }
  return byPerson;
}

const embeddingOf = (faces: LabelledFaces, face: number): Float32Array =>
  faces.embeddings.subarray(face * faces.width, (face + 1) * faces.width);

function product(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
