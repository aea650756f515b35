// Offset and slope of a tenant's log odds, from what people answered (Platt's scaling), with every care not to read much into
// little: both answers must have been given often, the figures are pulled towards "the pack is right", and they must foretell
// answers that they have not seen better than the pack does.
import { IDENTITY, OFFSET_MAX, type Refit, refitted, SLOPE_RANGE } from '../cluster/answer-refit.js';
import { sigmoid } from '../cluster/calibration.js';
import { calibrationError, reliability, type ReliabilityBin } from './calibration-error.js';

/** The answer to one question. */
export interface RatedAnswer {
  /** The pack's own log odds of what was asked. */
  readonly logit: number;
  readonly same: boolean;
}

/** Answers of each kind ("the same" and "another") without which nothing is fitted. */
export const ANSWERS_EACH_MIN = 30;
/**
 * How far a tenant may be expected to differ: spreads of offset and slope among tenants, as a normal prior around identity. With
 * ANSWERS_EACH_MIN answers of each kind it has about a tenth of the weight in the offset and a fifth in the slope, with 1,000 hardly any.
 */
const PRIOR = { offsetSpread: 1, slopeSpread: 0.5 };
/** Parts of the answers, each foretold by figures fitted on the others. */
const PARTS = 5;

export interface HeldOut {
  /** Mean log loss, nats an answer: of the pack, and of figures fitted on the other answers. */
  readonly before: number;
  readonly after: number;
  /** Standard error of the difference. */
  readonly error: number;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  readonly calibrationError: number;
}

export type AnswerFit =
  | { readonly kind: 'too_few'; readonly same: number; readonly other: number }
  | ({
      /** `no_better`: the pack's own figures foretell answers as well. */
      readonly kind: 'fitted' | 'no_better';
      readonly same: number;
      readonly other: number;
      readonly heldOut: HeldOut;
      /** Of all answers: by the pack, and each by figures that have not seen it. */
      readonly before: Reliability;
      readonly after: Reliability;
    } & Refit);

/** @param answers In an order that has nothing to do with what they say: oldest first. */
export function fitAnswers(answers: readonly RatedAnswer[]): AnswerFit {
  const same = answers.filter((answer) => answer.same).length;
  const counts = { same, other: answers.length - same };
  if (Math.min(counts.same, counts.other) < ANSWERS_EACH_MIN) return { kind: 'too_few', ...counts };
  const unseen = new Array<number>(answers.length);
  for (let part = 0; part < PARTS; part++) {
    const refit = fitPlatt(answers.filter((_, i) => i % PARTS !== part));
    for (let i = part; i < answers.length; i += PARTS) unseen[i] = refitted(refit, answers[i]!.logit);
  }
  const heldOut = compare(answers, unseen);
  return {
    // One standard error: a difference that chance alone makes is no reason to leave the pack's figures.
    kind: heldOut.before - heldOut.after > heldOut.error ? 'fitted' : 'no_better',
    ...counts,
    ...fitPlatt(answers),
    heldOut,
    before: reliabilityOf(
      answers,
      answers.map(({ logit }) => logit),
    ),
    after: reliabilityOf(answers, unseen),
  };
}

/** The most probable offset and slope under the prior, within the bounds of a refit: Newton's method. */
export function fitPlatt(answers: readonly RatedAnswer[]): Refit {
  const pull = { offset: 1 / PRIOR.offsetSpread ** 2, slope: 1 / PRIOR.slopeSpread ** 2 };
  let { offset, slope } = IDENTITY;
  for (let round = 0; round < 50; round++) {
    let [gradientO, gradientS] = [pull.offset * offset, pull.slope * (slope - 1)];
    let [curveOO, curveOS, curveSS] = [pull.offset, 0, pull.slope];
    for (const { logit, same } of answers) {
      const chance = sigmoid(offset + slope * logit);
      const error = chance - Number(same);
      const curve = chance * (1 - chance);
      gradientO += error;
      gradientS += error * logit;
      curveOO += curve;
      curveOS += curve * logit;
      curveSS += curve * logit * logit;
    }
    const determinant = curveOO * curveSS - curveOS * curveOS;
    const stepO = (curveSS * gradientO - curveOS * gradientS) / determinant;
    const stepS = (curveOO * gradientS - curveOS * gradientO) / determinant;
    // Far from the optimum a full step overshoots.
    const damping = Math.min(1, 1 / Math.max(Math.abs(stepO), Math.abs(stepS)));
    offset -= damping * stepO;
    slope -= damping * stepS;
    if (Math.max(Math.abs(stepO), Math.abs(stepS)) < 1e-9) break;
  }
  return {
    offset: Math.min(OFFSET_MAX, Math.max(-OFFSET_MAX, offset)),
    slope: Math.min(SLOPE_RANGE.max, Math.max(SLOPE_RANGE.min, slope)),
  };
}

function compare(answers: readonly RatedAnswer[], unseen: readonly number[]): HeldOut {
  const before = answers.map(({ logit, same }) => logLoss(logit, same));
  const after = answers.map(({ same }, i) => logLoss(unseen[i]!, same));
  const gains = before.map((loss, i) => loss - after[i]!);
  const gain = mean(gains);
  const variance = mean(gains.map((one) => (one - gain) ** 2));
  return { before: mean(before), after: mean(after), error: Math.sqrt(variance / answers.length) };
}

/** -ln of the chance that was given to what turned out true. */
const logLoss = (logit: number, same: boolean): number => Math.log1p(Math.exp(same ? -logit : logit));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function reliabilityOf(answers: readonly RatedAnswer[], logits: readonly number[]): Reliability {
  const bins = reliability(answers.map(({ same }, i) => ({ probability: sigmoid(logits[i]!), same })));
  return { bins, calibrationError: calibrationError(bins) };
}
