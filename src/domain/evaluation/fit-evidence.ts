// A whole calibration from labelled faces: space, then stage 1, then stage 2, each on what the one before makes.
import {
  type EvidenceCalibration,
  JOIN_LOG_ODDS_UNFITTED,
  LINKAGE_FEATURES,
} from '../cluster/qel/evidence-calibration.js';
import { DEFAULT_OPERATING_POINT } from '../cluster/thresholds.js';
import { fitAverage } from './fit-average.js';
import { fitIngestAccept } from './fit-ingest-accept.js';
import { fitLinkage } from './fit-linkage.js';
import type { SpaceFigures } from './fit-space.js';
import type { LabelledSet } from './labelled-set.js';

const AVERAGE_SEED = 77;
const LINKAGE_SEED = 5;
/** Log odds from which stage 1 joins: 20 to 1, the rest is left to evidence that sees more. */
const STAGE_ONE_STOP = 3;

/**
 * Everything but `joinLogOddsMin` and `joinLogOddsMinOfFew`, which take people that this has not seen: see fit-join.ts.
 * @param sets With graphs from `space.links.ingestSimilarityMin` on.
 */
export function fitEvidence(
  sets: readonly LabelledSet[],
  space: SpaceFigures,
  names: Pick<EvidenceCalibration, 'space' | 'recogniserSha256' | 'fittedOn'>,
): EvidenceCalibration {
  const unfitted: EvidenceCalibration = {
    ...names,
    ...space,
    average: NOTHING_KNOWN,
    linkage: new Float64Array(LINKAGE_FEATURES),
    joinLogOddsMin: JOIN_LOG_ODDS_UNFITTED,
    joinLogOddsMinOfFew: null,
    ingestAccept: DEFAULT_OPERATING_POINT.accept,
    ingestAsked: null,
  };
  const average = { ...fitAverage(sets, unfitted, AVERAGE_SEED), stop: STAGE_ONE_STOP };
  const withAverage = { ...unfitted, average };
  const linked = { ...withAverage, linkage: fitLinkage(sets, withAverage, LINKAGE_SEED) };
  return { ...linked, ...fitIngestAccept(sets, linked) };
}

/** Stands in until stage 1 is fitted; nothing reads it. */
const NOTHING_KNOWN = {
  offset: 0,
  slope: 1,
  sameMean: 1,
  sameSpread: 1,
  otherSpread: 1,
  sameFreedom: 2,
  otherFreedom: 2,
  dimensions: 1,
  stop: STAGE_ONE_STOP,
};
