// `kindred calibrate --answers`: offset and slope of one tenant's log odds, from what people answered in its review queue.
import {
  type AnswerRefit,
  parseAnswerRefit,
  type Rating,
  type RatingKind,
  renderAnswerRefit,
} from '../domain/cluster/answer-refit.js';
import {
  type AnswerFit,
  ANSWERS_EACH_MIN,
  fitAnswers,
  type Reliability,
} from '../domain/evaluation/fit-answers.js';
import { RATED_KINDS, ratedAnswerOf } from '../domain/review/rated-answers.js';
import { type AnsweredItemAnswer, ApiError, type KindredClient } from './kindred-client.js';

/** Times that somebody else may change the settings in between. */
const ATTEMPTS_MAX = 5;

export interface AnswersRequest {
  readonly tenant: string;
  /** Write what was fitted into the tenant's settings. */
  readonly apply: boolean;
}

export interface AnswersCalibration {
  /** Null: no answer says how its log odds came about. */
  readonly kind: RatingKind | null;
  readonly fit: AnswerFit;
  readonly applied: boolean;
}

/** With `apply` a fit that foretells answers better than the pack becomes a setting of the tenant; nothing else ever does. */
export async function calibrateOnAnswers(
  client: KindredClient,
  { tenant, apply }: AnswersRequest,
): Promise<AnswersCalibration> {
  const items = await client.answeredItems(tenant, RATED_KINDS);
  const kind = newestKind(items);
  const answers = kind === null ? [] : items.flatMap((item) => ratedAnswerOf(item, kind) ?? []);
  const fit = fitAnswers(answers);
  const applied = apply && kind !== null && fit.kind === 'fitted';
  if (applied) {
    const { offset, slope } = fit;
    const fittedAt = new Date().toISOString();
    await changeCalibration(client, tenant, (previous) => ({
      ...kind,
      offset,
      slope,
      answers: answers.length,
      fittedAt,
      previous,
    }));
  }
  return { kind, fit, applied };
}

/** Puts back what stood before the last fit that was applied. @returns What stands now; null: the pack's own figures. */
export async function undoCalibration(client: KindredClient, tenant: string): Promise<AnswerRefit | null> {
  return changeCalibration(client, tenant, (current) => {
    if (current === null) throw new Error(`the tenant ${tenant} lives by the figures of the pack already`);
    return current.previous;
  });
}

/** Somebody who changes other settings meanwhile loses nothing: the change is made anew from what stands then. */
async function changeCalibration(
  client: KindredClient,
  tenant: string,
  change: (current: AnswerRefit | null) => AnswerRefit | null,
): Promise<AnswerRefit | null> {
  for (let attempt = 1; ; attempt++) {
    const {
      settings: { calibration, ...settings },
      version,
    } = await client.tenant(tenant);
    const next = change(parseAnswerRefit(calibration));
    const table = next === null ? settings : { ...settings, calibration: renderAnswerRefit(next) };
    try {
      await client.changeSettings(tenant, table, version);
      return next;
    } catch (error) {
      const overtaken = error instanceof ApiError && error.code === 'tenant.changed';
      if (!overtaken || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** Of the newest item that says it: a tenant that moved to another pack is asked with that one's figures. */
function newestKind(items: readonly AnsweredItemAnswer[]): RatingKind | null {
  const newest = items
    .filter(({ kind }) => kind === 'uncertain_assignment')
    .findLast(({ evidence }) => evidence['rating'] !== undefined);
  if (newest === undefined) return null;
  const { space, by } = newest.evidence['rating'] as Rating;
  return { space, by };
}

export function renderAnswers(tenant: string, { kind, fit, applied }: AnswersCalibration): string {
  const counted = `${fit.same} answers "the same", ${fit.other} "another"`;
  const about = kind === null ? '' : ` about ${kind.by} in the space ${kind.space}`;
  const head = `${tenant}: ${counted}${about}`;
  if (fit.kind === 'too_few')
    return `${head}; at least ${ANSWERS_EACH_MIN} of each are needed, nothing was fitted`;
  const { offset, slope, heldOut } = fit;
  const verdict =
    fit.kind === 'no_better'
      ? 'no better than the pack by more than chance: its own figures stay'
      : applied
        ? 'written into the settings; kindred calibrate --answers --undo takes it back'
        : 'better than the pack; --apply writes it into the settings';
  return [
    head,
    `log odds = ${offset.toFixed(3)} + ${slope.toFixed(3)} × those of the pack`,
    `log loss of answers that were not fitted on: ${heldOut.before.toFixed(4)} before, ${heldOut.after.toFixed(4)} after, ` +
      `standard error of the difference ${heldOut.error.toFixed(4)}`,
    '',
    ...renderReliability(fit.before, fit.after),
    '',
    verdict,
  ].join('\n');
}

function renderReliability(before: Reliability, after: Reliability): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`.padStart(6);
  const cell = ({ bins }: Reliability, i: number): string => {
    const { count, predicted, actual } = bins[i]!;
    return count === 0
      ? ''.padEnd(25)
      : `${String(count).padStart(6)} ${percent(predicted)} →${percent(actual)}   `;
  };
  return [
    'probability   before: n, said → true   after: n, said → true',
    ...before.bins.map(
      (_, i) =>
        `${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}   ${cell(before, i)}${cell(after, i)}`,
    ),
    `calibration error   ${before.calibrationError.toFixed(4)} before, ${after.calibrationError.toFixed(4)} after`,
  ];
}
