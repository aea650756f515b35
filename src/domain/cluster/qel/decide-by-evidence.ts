// Ingest: where one new face goes, by evidence 2 against the clusters of its nearest faces. Takes the place of
// decideAssignment of ../assignment.ts where a space has an evidence calibration; consolidation later mends what it splits.
import type { OperatingPoint } from '../thresholds.js';
import { sigmoid } from '../calibration.js';
import { samePhotoCost } from './agglomerate.js';
import { type BestLinks } from './best-links.js';
import type { EvidenceCalibration } from './evidence-calibration.js';
import type { GateReason } from './face-weight.js';
import { type LinkageFigures, ratePair } from './linkage-evidence.js';

/** A cluster that the nearest faces of the probe point at. */
export interface EvidenceCandidate {
  readonly clusterId: string;
  readonly state: 'pending' | 'confirmed' | 'ignored';
  /** c and v of the probe and the cluster, see cluster-statistics.ts. */
  readonly correctedCosine: number;
  readonly noise: number;
  readonly faceCount: number;
  /** Best cosines of the probe with its faces, closest first. */
  readonly links: BestLinks;
  /** A human's word keeps the probe out of it. */
  readonly cannotLink: boolean;
  /** How many of its faces are in the probe's photo. */
  readonly samePhotoFaces: number;
}

/** One line of the evidence that is stored with a decision and explains it. */
export interface EvidenceRow extends LinkageFigures {
  readonly clusterId: string;
  readonly state: EvidenceCandidate['state'];
  readonly faceCount: number;
  /** Log odds, the cost of a shared photo taken off. */
  readonly logit: number;
  /** 0..1 */
  readonly probability: number;
}

export type EvidenceDecision =
  | { readonly kind: 'assign'; readonly clusterId: string; readonly rows: readonly EvidenceRow[] }
  | {
      /** It founds a cluster, and a human is asked about `offered`, best first, never empty. */
      readonly kind: 'ask';
      readonly rule: 'ask_band' | 'margin';
      readonly offered: readonly EvidenceRow[];
      readonly rows: readonly EvidenceRow[];
    }
  | { readonly kind: 'create'; readonly rows: readonly EvidenceRow[] }
  | { readonly kind: 'unclustered'; readonly reason: GateReason; readonly rows: readonly EvidenceRow[] };

/** Whether two clusters are one person by evidence 1, from `average.stop` on; the order of the ids does not matter. */
export type OnePerson = (clusterA: string, clusterB: string) => boolean;

/** Rates the candidates that no human's word excludes, best first; equals by id. */
export function rankByEvidence(
  calibration: EvidenceCalibration,
  candidates: readonly EvidenceCandidate[],
): EvidenceRow[] {
  return candidates
    .filter((candidate) => !candidate.cannotLink)
    .map((candidate): EvidenceRow => {
      const sums = { ...candidate, countA: 1, countB: candidate.faceCount };
      const figures = ratePair(calibration, sums, candidate.links);
      const logit = figures.logit - samePhotoCost(candidate.samePhotoFaces);
      return {
        ...figures,
        clusterId: candidate.clusterId,
        state: candidate.state,
        faceCount: candidate.faceCount,
        logit,
        probability: sigmoid(logit),
      };
    })
    .sort((a, b) => b.logit - a.logit || (a.clusterId < b.clusterId ? -1 : 1));
}

/**
 * Decides for one face. Total and deterministic; the order of candidates does not matter. Ignored clusters take in what is
 * clearly theirs, lose every close race, and are never asked about.
 *
 * [Note: Parts of one person] Early arrivals of one person often found several clusters, and later faces fit them all. That is
 * no doubt about the person: a cluster that by evidence 1 is the same person as the best one is no rival. The face joins the
 * best, and consolidation joins the clusters.
 * @param gate Why the face only attaches; null for a clear face.
 */
export function decideByEvidence(
  calibration: EvidenceCalibration,
  gate: GateReason | null,
  candidates: readonly EvidenceCandidate[],
  point: Pick<OperatingPoint, 'accept' | 'ask' | 'marginLogit'>,
  onePerson: OnePerson,
): EvidenceDecision {
  const rows = rankByEvidence(calibration, candidates);
  if (gate !== null) return { kind: 'unclustered', reason: gate, rows };
  const leader = rows[0];
  const accepted = leader !== undefined && leader.probability >= point.accept;
  if (accepted) {
    const isClose = (row: EvidenceRow): boolean => leader.logit - row.logit < point.marginLogit;
    const close = rows.filter((row) => row.state !== 'ignored' && isClose(row));
    const best = close[0] ?? leader;
    const alone = close.every((row) => row === best || onePerson(best.clusterId, row.clusterId));
    if (alone && best.probability >= point.accept) return { kind: 'assign', clusterId: best.clusterId, rows };
  }
  const offered = rows.filter((row) => row.state !== 'ignored' && row.probability >= point.ask);
  if (offered.length === 0) return { kind: 'create', rows };
  return { kind: 'ask', rule: accepted ? 'margin' : 'ask_band', offered, rows };
}
