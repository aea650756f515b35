// From similarity to probability. A cosine means something else in every embedding space; a calibrated probability means
// the same in all of them, so thresholds are written in probabilities and a pack brings its own calibration.

/** 1:1: the chance that two faces are one person is sigmoid(slope · similarity + intercept). */
export interface PairCalibration {
  /** Log odds per unit of cosine similarity, > 0. */
  readonly slope: number;
  /** Log odds at similarity 0. */
  readonly intercept: number;
  /** The data that gave these figures. */
  readonly fittedOn: string;
}

/**
 * A face against a cluster, on what is at hand at ingest. Log odds =
 * intercept + best·t1 + topMean·t5 + centroid·c + logSize·ln n + centroidLogSize·c·ln n.
 */
export interface LinkageCalibration {
  readonly intercept: number;
  /** Weight of t1, the best similarity to a member; >= 0. */
  readonly best: number;
  /** Weight of t5, the mean of up to five best similarities; >= 0. */
  readonly topMean: number;
  /** Weight of c, the similarity to the cluster's centroid; >= 0. */
  readonly centroid: number;
  /** Weight of ln n, n = faces of the cluster, counted up to `LINKAGE_SIZE_MAX`. */
  readonly logSize: number;
  /** Weight of c·ln n; >= 0: a centroid of many faces has less noise, so its cosine says more. */
  readonly centroidLogSize: number;
  /**
   * Cosine similarity (-1..1) under which a neighbour is no evidence in this space; absent: the operating point's default.
   * Cosines of some recognisers lie between .8 and 1, so this belongs to the space.
   */
  readonly neighbourSimilarityMin?: number;
  readonly fittedOn: string;
}

export interface Calibration {
  readonly pair: PairCalibration;
  readonly linkage: LinkageCalibration;
}

/** What the linkage model sees of one face and one cluster. Similarities are cosines, -1..1. */
export interface LinkageEvidence {
  readonly best: number;
  readonly topMean: number;
  readonly centroid: number;
  /** Faces in the cluster, >= 1. */
  readonly faceCount: number;
}

/** Beyond this many faces a centroid's noise is negligible, and no larger cluster was in the data of the fit. */
export const LINKAGE_SIZE_MAX = 64;

/** Log odds are held within this range: probabilities stay strictly inside 0..1 and a ratio of two stays finite. */
const LOGIT_LIMIT = 30;

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Log odds of a probability; 0 and 1 give the ends of the range that logits are held to. */
export function logitOf(probability: number): number {
  const logit = Math.log(probability / (1 - probability));
  return clampLogit(logit);
}

const clampLogit = (logit: number): number => Math.min(LOGIT_LIMIT, Math.max(-LOGIT_LIMIT, logit));

/** Log odds that two faces with this cosine similarity are one person. */
export function pairLogit(calibration: PairCalibration, similarity: number): number {
  return clampLogit(calibration.slope * similarity + calibration.intercept);
}

/** Chance (0..1) that two faces with this cosine similarity are one person. */
export function pairProbability(calibration: PairCalibration, similarity: number): number {
  return sigmoid(pairLogit(calibration, similarity));
}

/** The features that the weights of a LinkageCalibration meet, in the order intercept … centroidLogSize. */
export function linkageFeatures(
  evidence: LinkageEvidence,
): readonly [number, number, number, number, number, number] {
  const logSize = Math.log(Math.min(LINKAGE_SIZE_MAX, Math.max(1, evidence.faceCount)));
  return [1, evidence.best, evidence.topMean, evidence.centroid, logSize, evidence.centroid * logSize];
}

/** Log odds that a face and a cluster are one person. */
export function linkageLogit(calibration: LinkageCalibration, evidence: LinkageEvidence): number {
  const [one, best, topMean, centroid, logSize, centroidLogSize] = linkageFeatures(evidence);
  return clampLogit(
    calibration.intercept * one +
      calibration.best * best +
      calibration.topMean * topMean +
      calibration.centroid * centroid +
      calibration.logSize * logSize +
      calibration.centroidLogSize * centroidLogSize,
  );
}

/** Chance (0..1) that two clusters are one person, by the cosine of their centroids alone. */
export function centroidProbability(calibration: LinkageCalibration, similarity: number): number {
  const evidence = { best: similarity, topMean: similarity, centroid: similarity, faceCount: 1 };
  return sigmoid(linkageLogit(calibration, evidence));
}

export class CalibrationError extends Error {
  /** @param faults One line a fault, each beginning with the path inside the table. */
  constructor(readonly faults: readonly string[]) {
    super(`calibration: ${faults.join('; ')}`);
    this.name = 'CalibrationError';
  }
}

type Table = Readonly<Record<string, unknown>>;

/**
 * Reads a pack's `[calibration.pair]`: slope, intercept, fitted_on, and optionally `[calibration.linkage]`: intercept, best,
 * top_mean, centroid, log_size, centroid_log_size, fitted_on, and optionally neighbour_similarity_min. A pack without a linkage gets one derived from its 1:1
 * figures. Throws CalibrationError naming every fault.
 */
export function parseCalibration(table: unknown): Calibration {
  const faults: string[] = [];
  const root = section(table, 'calibration', faults);
  // A missing table is one fault; its parts are not reported a second time.
  if (faults.length > 0) throw new CalibrationError(faults);
  const part = section(root['pair'], 'pair', faults);
  const pair: PairCalibration = {
    slope: figure(part, 'pair.slope', faults, above, 'must be above 0'),
    intercept: figure(part, 'pair.intercept', faults),
    fittedOn: text(part, 'pair.fitted_on', faults),
  };
  const linkage =
    root['linkage'] === undefined ? linkageFromPair(pair) : readLinkage(root['linkage'], faults);
  if (faults.length > 0) throw new CalibrationError(faults);
  return { pair, linkage };
}

/**
 * A linkage for a pack that was never fitted on clusters: for a cluster of one face it is the 1:1 model; for larger ones the
 * mean of the three similarities takes the place of the one.
 */
export function linkageFromPair(pair: PairCalibration): LinkageCalibration {
  const third = pair.slope / 3;
  return {
    intercept: pair.intercept,
    best: third,
    topMean: third,
    centroid: third,
    logSize: 0,
    centroidLogSize: 0,
    neighbourSimilarityMin: Math.min(1, Math.max(-1, (NO_EVIDENCE_LOGIT - pair.intercept) / pair.slope)),
    fittedOn: `derived from the 1:1 figures: ${pair.fittedOn}`,
  };
}

/** Log odds of a pair that is as good as surely two people: 1 in 55. */
const NO_EVIDENCE_LOGIT = -4;

const above = (value: number): boolean => value > 0;
const notBelow = (value: number): boolean => value >= 0;

function readLinkage(table: unknown, faults: string[]): LinkageCalibration {
  const before = faults.length;
  const part = section(table, 'linkage', faults);
  const floor = part['neighbour_similarity_min'];
  const cosine = (value: number): boolean => value >= -1 && value <= 1;
  const linkage: LinkageCalibration = {
    ...(floor === undefined
      ? {}
      : {
          neighbourSimilarityMin: figure(
            part,
            'linkage.neighbour_similarity_min',
            faults,
            cosine,
            'must lie between -1 and 1',
          ),
        }),
    intercept: figure(part, 'linkage.intercept', faults),
    best: figure(part, 'linkage.best', faults, notBelow, 'must not be negative'),
    topMean: figure(part, 'linkage.top_mean', faults, notBelow, 'must not be negative'),
    centroid: figure(part, 'linkage.centroid', faults, notBelow, 'must not be negative'),
    logSize: figure(part, 'linkage.log_size', faults),
    centroidLogSize: figure(part, 'linkage.centroid_log_size', faults, notBelow, 'must not be negative'),
    fittedOn: text(part, 'linkage.fitted_on', faults),
  };
  if (faults.length === before && linkage.best + linkage.topMean + linkage.centroid <= 0) {
    faults.push('linkage: best, top_mean and centroid must not all be 0');
  }
  return linkage;
}

function section(value: unknown, path: string, faults: string[]): Table {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Table;
  // A missing section is one fault; its figures are not reported a second time.
  faults.push(`${path} is missing or no table`);
  return MISSING;
}

const MISSING: Table = {};

function figure(
  table: Table,
  path: string,
  faults: string[],
  allowed: (value: number) => boolean = () => true,
  rule = '',
): number {
  if (table === MISSING) return 0;
  const value = table[path.slice(path.indexOf('.') + 1)];
  if (typeof value !== 'number' || !Number.isFinite(value)) faults.push(`${path} must be a number`);
  else if (!allowed(value)) faults.push(`${path} ${rule}`);
  else return value;
  return 0;
}

function text(table: Table, path: string, faults: string[]): string {
  if (table === MISSING) return '';
  const value = table[path.slice(path.indexOf('.') + 1)];
  if (typeof value === 'string' && value.trim() !== '') return value;
  faults.push(`${path} must say what data gave the figures`);
  return '';
}
