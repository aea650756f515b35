// What the machine would have done with a face under other thresholds, from the figures that it wrote down when it decided.
//
// [Note: What a replay knows] Candidates are those of that time: a decision that would have gone otherwise changes what later
// faces would have met, and that is not followed. Two clusters that one face joined (a bridge) may be joined again.
import { type Rating, refitted, unrefitted } from './answer-refit.js';
import type { AssignmentDecision } from './assignment.js';
import { sigmoid } from './calibration.js';
import type { RecordedDecision } from './operation-details.js';
import type { OperatingPoint } from './thresholds.js';

export interface ReplayPolicy {
  readonly point: Pick<OperatingPoint, 'accept' | 'ask' | 'marginLogit' | 'bridge'>;
  /** How log odds come about; absent: as they were written down. */
  readonly rating?: Rating | undefined;
}

export function replayDecision(
  decision: RecordedDecision,
  { point, rating }: ReplayPolicy,
): AssignmentDecision['kind'] {
  if (decision.rule === 'quality_gate') return 'unclustered';
  const recorded = rating === undefined ? decision : ratedAnew(decision, rating);
  const [leader] = recorded.candidates;
  const askable = recorded.candidates.some(
    ({ probability, state }) => state !== 'ignored' && probability >= point.ask,
  );
  const open = askable ? 'ask' : 'create';
  if (leader === undefined || leader.probability < point.accept) return open;
  // An ignored cluster loses every close race and is never asked about.
  const close = recorded.candidates.filter(
    ({ logit, state }) => state !== 'ignored' && leader.logit - logit < point.marginLogit,
  );
  const [front, ...rivals] = close;
  if (front === undefined) return 'assign';
  if (front.probability < point.accept) return open;
  const joined = new Set([recorded.cluster_id, ...recorded.bridges]);
  const parts = partsOf(decision);
  const noRival = (rival: (typeof rivals)[number]): boolean =>
    (parts.has(front.cluster_id) && parts.has(rival.cluster_id)) ||
    (recorded.rule === 'bridge' &&
      joined.has(front.cluster_id) &&
      joined.has(rival.cluster_id) &&
      Math.min(front.probability, rival.probability) >= point.bridge);
  return rivals.every(noRival) ? 'assign' : open;
}

/** Clusters that evidence found close and joined all the same: parts of one person. */
function partsOf({ decision, rating, candidates, margin_logit }: RecordedDecision): ReadonlySet<string> {
  if (rating?.by !== 'evidence' || decision !== 'assign') return new Set();
  const close = candidates.filter(({ logit }) => candidates[0]!.logit - logit < margin_logit);
  return new Set(close.map(({ cluster_id }) => cluster_id));
}

/** The candidates with the log odds that another refit gives them; figures of another space or kind stay as they are. */
function ratedAnew(decision: RecordedDecision, rating: Rating): RecordedDecision {
  const before = decision.rating;
  if (before === undefined || before.space !== rating.space || before.by !== rating.by) return decision;
  const candidates = decision.candidates.map((candidate) => {
    const logit = refitted(rating, unrefitted(before, candidate.logit));
    return { ...candidate, logit, probability: sigmoid(logit) };
  });
  return { ...decision, candidates };
}
