// Fits the calibration of a model pack on faces of labelled photos, and says how good one is on people that it was not fitted on.
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { fitEvidence } from '../domain/evaluation/fit-evidence.js';
import { fitSpace } from '../domain/evaluation/fit-space.js';
import type { LabelledSet } from '../domain/evaluation/labelled-set.js';
import { labelledFacesOf, partsByPerson, type PhotoFace } from '../domain/evaluation/photo-faces.js';
import type { LabelledFaces } from '../domain/evaluation/synthetic-faces.js';
import { QUALITY_DOUBT } from '../domain/face/quality-thresholds.js';
import { baselineThresholds } from './baseline-thresholds.js';
import { evaluateSet, type SetEvaluation } from './evaluate-set.js';
import { neighbourGraphOf } from './neighbour-graph-of.js';

const SPACE_SEED = 5;
const PARTS = 3;
const PARTS_SEED = 7;
const ORDERS = 10;
const QUESTIONS_MAX = 60;

export interface PhotoFitOptions {
  readonly space: string;
  readonly recogniserSha256: string;
  /** Values of an embedding. */
  readonly width: number;
  /** Which photos these are. */
  readonly source: string;
  readonly threads: number;
  readonly progress: (text: string) => void;
}

export interface PhotoFit {
  /** Fitted on everybody. */
  readonly calibration: EvidenceCalibration;
  /** Each part of the people, judged with a calibration fitted on the others. */
  readonly heldOut: readonly SetEvaluation[];
}

/** @throws RangeError when there is too little to fit on: it says what is missing. */
export async function fitPhotos(faces: readonly PhotoFace[], options: PhotoFitOptions): Promise<PhotoFit> {
  const parts = partsByPerson(faces, PARTS, PARTS_SEED);
  const heldOut: SetEvaluation[] = [];
  for (const [i, part] of parts.entries()) {
    options.progress(`part ${i + 1} of ${PARTS}: fitting on the others`);
    const others = parts.filter((other) => other !== part).flat();
    const calibration = await fitOn(others, options);
    const held = labelledFacesOf(part, options.width);
    const name = `people held out, part ${i + 1}`;
    const set = await setOf(name, held, calibration.links.ingestSimilarityMin, options.threads);
    heldOut.push(
      evaluateSet(set, calibration, {
        orders: ORDERS,
        questionsMax: QUESTIONS_MAX,
        thresholds: baselineThresholds(set),
        progress: options.progress,
      }),
    );
  }
  options.progress('fitting on everybody');
  return { calibration: await fitOn(faces, options), heldOut };
}

async function fitOn(
  faces: readonly PhotoFace[],
  { space, recogniserSha256, width, source, threads }: PhotoFitOptions,
): Promise<EvidenceCalibration> {
  const labelled = labelledFacesOf(faces, width);
  const figures = fitSpace([labelled], SPACE_SEED, QUALITY_DOUBT);
  const set = await setOf('photos', labelled, figures.links.ingestSimilarityMin, threads);
  return fitEvidence([set], figures, {
    space,
    recogniserSha256,
    fittedOn: `${source}: ${described(labelled)}`,
  });
}

async function setOf(
  name: string,
  faces: LabelledFaces,
  similarityMin: number,
  threads: number,
): Promise<LabelledSet> {
  const graph = await neighbourGraphOf(faces.embeddings, faces.width, similarityMin, threads);
  return { name, faces, graph };
}

function described({ count, kinds, people }: LabelledFaces): string {
  const of = (kind: string): number => kinds.filter((one) => one === kind).length;
  const several = new Set(people.filter((_, face) => kinds[face] === 'person')).size;
  return (
    `${count} faces, ${of('person')} of them of ${several} people seen more than once, ` +
    `${of('stranger')} strangers, ${of('unrecognisable')} made unrecognisable`
  );
}
