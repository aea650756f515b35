// How often humans agree with the machine, and what that says about its threshold.
import type { DecisionName } from './decision.js';
import type { ReviewKind } from './review-item.js';

/** Whether a human took what the machine held likeliest. */
export type Judgement = 'accepted' | 'refused';

/**
 * Lower edges of the probability bins; each ends where the next begins, the last at 1. Finer towards 1, where thresholds are.
 */
export const PROBABILITY_EDGES: readonly number[] = [
  0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98,
];
/** Share of accepted answers that a threshold for joining without a question must have. */
export const ACCEPTANCE_WANTED = 0.995;
/**
 * Answers needed to advise a threshold, count. 600: with none refused the true share of wrong ones is under .5 % with 95 %
 * certainty (rule of three: 3 / n); fewer cannot tell 99.5 % from less.
 */
export const ANSWERS_MIN = 600;

/**
 * What a decision says about the machine's best guess; null: nothing.
 * - uncertain_assignment: the guess is the best candidate. Accepting it accepts; accepting another, rejecting it or naming somebody
 *   new refuses. Rejecting only others says nothing about it.
 * - new_cluster: the guess is that this is somebody new. Confirming accepts; assigning to a known person refuses. Hiding says
 *   nothing.
 * - merge_suggestion, split_suggestion: that the two, or the parts, are one person. same_image_conflict: that the second face is
 *   this person, too; which of the two is says nothing. duplicate_image, constraint_conflict: what was proposed.
 * That a detection is a face or none, or that nobody wants to answer, is about something else.
 * @param namesBest The decision names the best candidate.
 */
export function judgementOf(kind: ReviewKind, decision: DecisionName, namesBest: boolean): Judgement | null {
  switch (decision) {
    case 'accept':
      return namesBest ? 'accepted' : 'refused';
    case 'reject':
      return namesBest ? 'refused' : null;
    case 'new_cluster':
    case 'assign_to':
      return 'refused';
    case 'confirm':
      return kind === 'new_cluster' ? 'accepted' : null;
    case 'merge':
    case 'keep':
    case 'both':
    case 'same':
    case 'take_proposal':
      return 'accepted';
    case 'not_same':
    case 'split':
    case 'neither':
    case 'different':
    case 'keep_human':
      return 'refused';
    case 'ignore':
    case 'not_a_face':
    case 'is_face':
    case 'keep_one':
    case 'dismiss':
      return null;
  }
}

/** Answers of one sort: `count` of them. */
export interface AnswerCount {
  readonly kind: ReviewKind;
  readonly decision: DecisionName;
  readonly namesBest: boolean;
  /** Index into PROBABILITY_EDGES; null: the item had no probability. */
  readonly bin: number | null;
  readonly count: number;
}

export interface Share {
  readonly accepted: number;
  /** Accepted and refused. */
  readonly answered: number;
}

/** Share of accepted answers; null without an answer. */
export const rateOf = ({ accepted, answered }: Share): number | null =>
  answered === 0 ? null : accepted / answered;

export interface KindAcceptance extends Share {
  readonly kind: ReviewKind;
  /** One for each of PROBABILITY_EDGES. */
  readonly bins: readonly Share[];
}

/** In the order of `kinds`, kinds without an answer too. */
export function acceptanceByKind(
  counts: readonly AnswerCount[],
  kinds: readonly ReviewKind[],
): KindAcceptance[] {
  return kinds.map((kind) => {
    const own = counts.filter((answer) => answer.kind === kind);
    const bins = PROBABILITY_EDGES.map((_, bin) => shareOf(own.filter((answer) => answer.bin === bin)));
    return { kind, ...shareOf(own), bins };
  });
}

function shareOf(counts: readonly AnswerCount[]): Share {
  let [accepted, answered] = [0, 0];
  for (const { kind, decision, namesBest, count } of counts) {
    const judgement = judgementOf(kind, decision, namesBest);
    if (judgement !== null) answered += count;
    if (judgement === 'accepted') accepted += count;
  }
  return { accepted, answered };
}

/**
 * The lowest edge from which upwards the machine might have decided alone: ACCEPTANCE_WANTED of ANSWERS_MIN or more answers above
 * it were accepted, and as many in each bin above it. Without the second a crowd of clear cases would hide a bin of doubtful ones.
 * An edge is advised only where answers stand right above it: nothing is known about an empty bin.
 * @param bins Of a kind whose probability is that of its guess, one for each of PROBABILITY_EDGES.
 * @returns null while too few answers are there.
 */
export function advisedThreshold(bins: readonly Share[]): number | null {
  let advised: number | null = null;
  let [accepted, answered] = [0, 0];
  for (let bin = bins.length - 1; bin >= 0; bin--) {
    const share = bins[bin]!;
    if (share.answered === 0) continue;
    accepted += share.accepted;
    answered += share.answered;
    if (share.accepted < ACCEPTANCE_WANTED * share.answered) break;
    if (answered >= ANSWERS_MIN && accepted >= ACCEPTANCE_WANTED * answered) {
      advised = PROBABILITY_EDGES[bin]!;
    }
  }
  return advised;
}
