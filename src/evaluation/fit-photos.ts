// Fits the calibration of a model pack on faces of labelled photos, and says how good one is on people that it was not fitted on.
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { fitEvidence } from '../domain/evaluation/fit-evidence.js';
import { bestJoin, type JoinFigures, type JoinTrial, tryJoins } from '../domain/evaluation/fit-join.js';
import { fitSpace } from '../domain/evaluation/fit-space.js';
import {
  fewPhotosEach,
  labelledFacesOf,
  partsByPerson,
  type PhotoFace,
} from '../domain/evaluation/photo-faces.js';
import type { LabelledFaces } from '../domain/evaluation/synthetic-faces.js';
import { QUALITY_DOUBT } from '../domain/face/quality-thresholds.js';
import type { Bar } from './bars.js';
import { baselineThresholds } from './baseline-thresholds.js';
import { evaluateSet, type SetEvaluation } from './evaluate-set.js';
import { photoBar, photoSet } from './photo-set.js';

const SPACE_SEED = 5;
const PARTS = 3;
const PARTS_SEED = 7;
/** Galleries of few photos hold at most so many of each person: two groups that are pure have four pairs of faces at most. */
const FEW = { photos: 2, draws: 4 };
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
  /** Each part of the people, judged with a calibration fitted on the others: with the faces made unrecognisable, and without. */
  readonly heldOut: readonly SetEvaluation[];
  /** Held against the best baseline of each part. */
  readonly bars: readonly Bar[];
}

/**
 * [Note: Fitted on some, joined on others] From which log odds groups are joined is fitted on the people of each part, judged by what
 * was fitted on the other parts; for judging a part, on those of the others alone.
 * @throws RangeError when there is too little to fit on: it says what is missing.
 */
export async function fitPhotos(faces: readonly PhotoFace[], options: PhotoFitOptions): Promise<PhotoFit> {
  const { width, threads, progress } = options;
  const parts = partsByPerson(faces, PARTS, PARTS_SEED);
  const held: HeldPart[] = [];
  for (const [i, part] of parts.entries()) {
    progress(`part ${i + 1} of ${PARTS}: fitting on the others`);
    held.push({ part, fit: await fitOn(parts.filter((other) => other !== part).flat(), options) });
  }
  const heldOut: SetEvaluation[] = [];
  for (const [i, { part, fit }] of held.entries()) {
    const others = held.filter((other) => other.part !== part);
    const calibration = { ...fit, ...(await fitJoins(others, faces, options)) };
    const undamaged = part.filter(({ damage }) => damage === null);
    for (const [name, judged] of [
      [`held out ${i + 1}`, undamaged],
      [`held out ${i + 1}, with unrecognisable faces`, part],
    ] as const) {
      const set = await photoSet(name, judged, width, calibration.links.ingestSimilarityMin, threads);
      const thresholds = baselineThresholds(set);
      heldOut.push(
        evaluateSet(set, calibration, { orders: ORDERS, questionsMax: QUESTIONS_MAX, thresholds, progress }),
      );
    }
  }
  progress('fitting on everybody');
  const calibration = { ...(await fitOn(faces, options)), ...(await fitJoins(held, faces, options)) };
  return { calibration, heldOut, bars: heldOut.map(photoBar) };
}

/** Faces of a part, judged in the groups of a gallery by what was fitted on the other parts. */
interface HeldPart {
  readonly part: readonly PhotoFace[];
  readonly fit: EvidenceCalibration;
}

/**
 * From which log odds groups join. Those of few faces are judged in galleries of few photos, where all are; then the others among
 * everybody, because look-alikes of whole clusters take many people.
 */
async function fitJoins(
  held: readonly HeldPart[],
  faces: readonly PhotoFace[],
  options: PhotoFitOptions,
): Promise<JoinFigures> {
  const undamaged = faces.filter(({ damage }) => damage === null);
  const few: JoinTrial[] = [];
  for (let draw = 1; draw <= FEW.draws; draw++)
    few.push(...(await tryOn(held, fewPhotosEach(undamaged, FEW.photos, draw), options)));
  const joinLogOddsMinOfFew = bestJoin(few);
  const many = await tryOn(held, undamaged, options, (joinLogOddsMin) => ({
    joinLogOddsMin,
    joinLogOddsMinOfFew,
  }));
  return { joinLogOddsMin: bestJoin(many), joinLogOddsMinOfFew };
}

async function tryOn(
  held: readonly HeldPart[],
  gallery: readonly PhotoFace[],
  { width, threads }: PhotoFitOptions,
  figuresOf?: (logOdds: number) => JoinFigures,
): Promise<JoinTrial[]> {
  const trials: JoinTrial[] = [];
  for (const { part, fit } of held) {
    const counted = new Set(part);
    const set = await photoSet('gallery', gallery, width, fit.links.ingestSimilarityMin, threads);
    trials.push(tryJoins(set, fit, (face) => counted.has(gallery[face]!), figuresOf));
  }
  return trials;
}

async function fitOn(
  faces: readonly PhotoFace[],
  { space, recogniserSha256, width, source, threads }: PhotoFitOptions,
): Promise<EvidenceCalibration> {
  const labelled = labelledFacesOf(faces, width);
  const figures = fitSpace([labelled], SPACE_SEED, QUALITY_DOUBT);
  const set = await photoSet('photos', faces, width, figures.links.missingSimilarity, threads);
  return fitEvidence([set], figures, {
    space,
    recogniserSha256,
    fittedOn: `${source}: ${described(labelled)}`,
  });
}

function described({ count, kinds, people }: LabelledFaces): string {
  const of = (kind: string): number => kinds.filter((one) => one === kind).length;
  const several = new Set(people.filter((_, face) => kinds[face] === 'person')).size;
  return (
    `${count} faces, ${of('person')} of them of ${several} people seen more than once, ` +
    `${of('stranger')} strangers, ${of('unrecognisable')} made unrecognisable`
  );
}
