// What the machine would have done with a face under other thresholds, from the figures that it wrote down when it decided.
//
// [Note: What a replay knows] Candidates are those of that time: a decision that would have gone otherwise changes what later
// faces would have met, and that is not followed. Two clusters that one face joined (a bridge) may be joined again.
import type { AssignmentDecision } from './assignment.js';
import type { RecordedDecision } from './operation-details.js';
import type { OperatingPoint } from './thresholds.js';

export type ReplayPoint = Pick<OperatingPoint, 'accept' | 'ask' | 'marginLogit' | 'bridge'>;

export function replayDecision(recorded: RecordedDecision, point: ReplayPoint): AssignmentDecision['kind'] {
  if (recorded.rule === 'quality_gate') return 'unclustered';
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
  const bridged = (rival: (typeof rivals)[number]): boolean =>
    recorded.rule === 'bridge' &&
    joined.has(front.cluster_id) &&
    joined.has(rival.cluster_id) &&
    Math.min(front.probability, rival.probability) >= point.bridge;
  return rivals.every(bridged) ? 'assign' : open;
}
