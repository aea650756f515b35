// What an answer is worth: the faces that a question is expected to put right. The best question is asked first, and
// below a floor none is.

/** Expected faces put right under which nothing is asked: wrong answers would do more harm than right ones good. */
export const QUESTION_GAIN_MIN = 0.05;
/** Log odds under which a merge of stage 2 is worth verifying, and a member of a cluster worth a look. */
export const DOUBTFUL_MERGE_LOGIT = 5;
export const DOUBTFUL_MEMBER_LOGIT = 4;
/**
 * Evidence against a human's word that is worth a second look: odds of 49 to 1, and this many faces at stake. Below, a wrong word costs
 * less than being asked about every right one.
 */
export const CONTRADICTION = { logit: Math.log(0.98 / 0.02), gain: 20 };
/** Faces put right when one face leaves the wrong cluster: itself, and what it spoils for the others. */
const MEMBER_WORTH = 1.5;

/** Faces whose company is right after two groups of one person join: their harmonic mean. */
const joined = (countA: number, countB: number): number => (2 * countA * countB) / (countA + countB);

/** "Are these two one person?" @param probability 0..1 that they are. */
export function joinGain(probability: number, countA: number, countB: number): number {
  return probability * joined(countA, countB);
}

/** "Was it right to join these two?" @param probability 0..1 that it was. */
export function verifyGain(probability: number, countA: number, countB: number): number {
  return (1 - probability) * joined(countA, countB);
}

/** "Does this face belong here?" @param probability 0..1 that it does. */
export function memberGain(probability: number): number {
  return (1 - probability) * MEMBER_WORTH;
}
