// Stage "detect" of the pipeline: the detector once, and three kinds of rescue when that finds nothing.
import type { Detection } from '../../domain/face/detection.js';
import { rollDegrees } from '../../domain/face/measure-face.js';
import type { Raster } from '../../domain/geometry/raster.js';
import { fitWithin, shrinkRaster } from '../../domain/geometry/shrink.js';
import { turnRaster, type Turn } from '../../domain/geometry/turn.js';
import type { FaceDetector } from './face-detector.js';

export interface FoundFaces {
  /** In px of `raster`, best first. */
  readonly detections: readonly Detection[];
  /** The raster that was given, turned clockwise by `turn`. */
  readonly raster: Raster;
  readonly turn: Turn;
  /** `rescued_padding`, `rescued_turn_90`, `rescued_turn_180`, `rescued_turn_270`. */
  readonly notes: readonly string[];
}

/** Half of the detector's side: a face that fills the photo then has the size and the surroundings that detectors know. */
const PADDED_SHARE = 0.5;
/** A face whose eye line is further from level counts as lying on its side, degrees. A tilted head reaches about 55. */
const UPRIGHT_ROLL_MAX = 62;
/** A turned photo is believed when its best face scores at least this much of the best one before. */
const TURN_SCORE_SHARE = 0.98;

const isUpright = ({ landmarks }: Detection): boolean => Math.abs(rollDegrees(landmarks)) <= UPRIGHT_ROLL_MAX;
const bestScore = (detections: readonly Detection[]): number => detections[0]?.score ?? 0;

/**
 * [Note: Rescue]
 * Never enlarges. 1. the photo as it is. 2. smaller and surrounded by black: tight crops. 3. turned by 90, 180, 270: photos
 * whose pixels lie on their side without an EXIF mark, also when the detector sees faces in them but all of them lie. What a
 * rescue finds must score `score_rescue`, because a photo without faces is asked five times and has five chances to be wrong.
 */
export async function findFaces(raster: Raster, detector: FaceDetector): Promise<FoundFaces> {
  const { longSidePx, scoreRescue } = detector.contract;
  const first = await detector.find(raster, { longSidePx, surrounded: false });
  if (first.some(isUpright)) return { detections: first, raster, turn: 0, notes: [] };

  const padded =
    first.length > 0
      ? []
      : await detector.find(raster, { longSidePx: longSidePx * PADDED_SHARE, surrounded: true });
  const believed = padded.filter(({ score }) => score >= scoreRescue);
  if (believed.some(isUpright)) return { detections: believed, raster, turn: 0, notes: ['rescued_padding'] };

  const turned = await bestTurn(raster, detector);
  const before = first.length > 0 ? first : believed;
  if (turned && bestScore(turned.detections) >= bestScore(before) * TURN_SCORE_SHARE) {
    const { turn, detections } = turned;
    return { detections, raster: turnRaster(raster, turn), turn, notes: [`rescued_turn_${turn}`] };
  }
  return {
    detections: before,
    raster,
    turn: 0,
    notes: first.length === 0 && believed.length > 0 ? ['rescued_padding'] : [],
  };
}

/** The quarter turn in which the best upright face scores highest; undefined when none shows an upright face. */
async function bestTurn(
  raster: Raster,
  detector: FaceDetector,
): Promise<{ turn: Turn; detections: Detection[] } | undefined> {
  const { longSidePx, scoreRescue } = detector.contract;
  const size = fitWithin(raster.width, raster.height, longSidePx);
  const small = shrinkRaster(raster, size.width, size.height);
  let best: { turn: Turn; detections: Detection[] } | undefined;
  for (const turn of [90, 180, 270] as const) {
    const turned = turnRaster(small, turn);
    for (const surrounded of [false, true]) {
      const view = { longSidePx: surrounded ? longSidePx * PADDED_SHARE : longSidePx, surrounded };
      const found = (await detector.find(turned, view)).filter((d) => d.score >= scoreRescue && isUpright(d));
      if (bestScore(found) > bestScore(best?.detections ?? [])) best = { turn, detections: found };
      if (found.length > 0) break;
    }
  }
  if (!best) return undefined;
  const sideways = best.turn !== 180;
  const factorX = (sideways ? raster.height : raster.width) / (sideways ? small.height : small.width);
  const factorY = (sideways ? raster.width : raster.height) / (sideways ? small.width : small.height);
  return { turn: best.turn, detections: best.detections.map((d) => stretch(d, factorX, factorY)) };
}

function stretch({ box, landmarks, score }: Detection, x: number, y: number): Detection {
  const [a, b, c, d, e] = landmarks.map((point) => ({ x: point.x * x, y: point.y * y }));
  return {
    box: { x1: box.x1 * x, y1: box.y1 * y, x2: box.x2 * x, y2: box.y2 * y },
    landmarks: [a!, b!, c!, d!, e!],
    score,
  };
}
