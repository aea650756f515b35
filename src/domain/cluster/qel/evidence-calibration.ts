// What one embedding space says about evidence. Fitted for a (detector, recogniser, precision) on labelled faces; never used
// for another one. See docs/clustering.md for the model and fit-evidence.ts for how the figures come about.

/** Number of features of the stage-2 logistic, see linkage-evidence.ts. */
export const LINKAGE_FEATURES = 12;

/** From quality to gain: a(q) = clip(intercept + slope·q, min, max); the cosine that a face has with its person's true mean. */
export interface GainCalibration {
  readonly intercept: number;
  /** >= 0: a clearer face never says less. */
  readonly slope: number;
  /** Within 0..1, min < max: at 0 a face would say nothing, at 1 infinitely much. */
  readonly min: number;
  readonly max: number;
}

/** Faces that attach to others but found nothing and bridge nothing. */
export interface GateCalibration {
  /** Quality (0..1) under which a face is attach-only. */
  readonly qualityMin: number;
  /** Cosine (-1..1) to `unrecognisable` above which a face is attach-only: the recogniser saw no person in it. */
  readonly unrecognisableSimilarityMax: number;
}

/** Cosines (-1..1) at which the lists of neighbours begin to count, and what stands for a link that was not found. */
export interface LinkCalibration {
  /** A pair under this is no link: components and both stages of consolidation see nothing of it. */
  readonly similarityMin: number;
  /** The same for the nearest search at ingest; <= similarityMin: a face alone has nobody to vouch for it. */
  readonly ingestSimilarityMin: number;
  /** Stands for each of the five best links that is missing; below both. */
  readonly missingSimilarity: number;
}

/**
 * Where a fit puts the two least links: spreads (standard deviations) of two people's cosines above their mean. Two people reach
 * the first once in 300,000 pairs, the second once in 10,000.
 */
export const LINK_SPREADS = { similarityMin: 4.6, ingestSimilarityMin: 3.8 } as const;

/** Stage 1: two densities of the corrected cosine c with noise v, see average-evidence.ts. */
export interface AverageCalibration {
  readonly offset: number;
  readonly slope: number;
  /** Mean of c for one person, about 1. */
  readonly sameMean: number;
  /** Spreads (standard deviations, > 0) of c without noise, for one person and for two. */
  readonly sameSpread: number;
  readonly otherSpread: number;
  /** Degrees of freedom (2..60) of the two densities' tails. */
  readonly sameFreedom: number;
  readonly otherFreedom: number;
  /** Effective dimensions (> 0) over which a face's noise spreads: noise v counts as v / dimensions. */
  readonly dimensions: number;
  /** Log odds from which stage 1 joins. */
  readonly stop: number;
}

export interface EvidenceCalibration {
  /** The embedding space that it holds for. */
  readonly space: string;
  /** SHA-256 (hex) of the recogniser's file that made the space; null for a made-up space, which has none. */
  readonly recogniserSha256: string | null;
  /** Which data gave the figures. */
  readonly fittedOn: string;
  /** δ: mean cosine (-1..1) of faces of two people. */
  readonly impostorMean: number;
  /** u: unit vector of faces that show nobody (blurred, erased); its length is the space's width. */
  readonly unrecognisable: Float32Array;
  readonly gain: GainCalibration;
  readonly gate: GateCalibration;
  readonly links: LinkCalibration;
  readonly average: AverageCalibration;
  /** Stage-2 weights, `LINKAGE_FEATURES` of them. */
  readonly linkage: Float64Array;
  /**
   * Log odds (evidence 2, 0 to 20) from which consolidation joins two groups without asking: the lowest of those tried whose BCubed F½,
   * among people whom the fit had not seen, lies within .001 of the best. See fit-join.ts.
   */
  readonly joinLogOddsMin: number;
  /**
   * The same for two groups with fewer than five pairs of faces between them; null: no different. Few faces have look-alikes that many
   * do not have, and a gallery of few photos has little else.
   */
  readonly joinLogOddsMinOfFew: number | null;
  /**
   * Probability (0..1) from which simulated ingest joined 99.5 % of the faces rightly; a tenant may choose another. Higher than
   * what one decision would need, because a cluster that once took in a look-alike goes on taking him in.
   */
  readonly ingestAccept: number;
  /** Share (0..1) of the faces that it asked about meanwhile; null: fitted before this was noted. */
  readonly ingestAsked: number | null;
}

/**
 * `joinLogOddsMin` of files that were written before it was fitted: 95 %, as in stage 1. Careful, because a look-alike who is joined is
 * seen by nobody, while a part that is left apart is asked about.
 */
export const JOIN_LOG_ODDS_UNFITTED = 3;

/**
 * Share (0..1) of faces that simulated ingest may ask about. In a space too narrow for evidence about single faces it asks about
 * one in five, and ingest goes on with the linkage of ../assignment.ts.
 */
const INGEST_ASKED_MAX = 0.02;

/** Whether evidence decides where new faces go in this space. */
export function decidesAtIngest({ ingestAsked }: EvidenceCalibration): boolean {
  return ingestAsked !== null && ingestAsked <= INGEST_ASKED_MAX;
}
