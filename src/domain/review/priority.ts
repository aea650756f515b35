// Which question first: the one whose answer changes most.

/** A question about this little doubt still counts: a large cluster that resembles nobody is worth a name. */
const UNCERTAINTY_MIN = 0.05;
const CONFIRMED_FACTOR = 2;

/**
 * Waiting time, s, that weighs as much as one face more: ten days. Impact grows with age by this rate alone, the same for every
 * item, so the order of two items never changes while they wait, and any item is overtaken by finitely many later ones.
 */
export const AGE_BONUS_SECONDS_PER_FACE = 864_000;

/** 1 at even odds, 0 when there is no doubt. */
export const uncertaintyOf = (probability: number): number => 1 - Math.abs(2 * probability - 1);

/**
 * Impact of an answer, >= 0, in faces.
 * @param affectedFaces Faces that the answer places.
 * @param probability Calibrated chance (0..1) of the best candidate; null when there is none.
 * @param confirmedInvolved A confirmed cluster stands to gain or lose.
 */
export function reviewPriority(
  affectedFaces: number,
  probability: number | null,
  confirmedInvolved: boolean,
): number {
  const uncertainty = Math.max(UNCERTAINTY_MIN, uncertaintyOf(probability ?? 0));
  return affectedFaces * uncertainty * (confirmedInvolved ? CONFIRMED_FACTOR : 1);
}
