// What a tenant's own answers say about a pack's log odds: photos of one family are not those that the pack was fitted on. Only
// an offset and a slope are ever fitted to a tenant; fit-answers.ts finds them, the tenant's settings keep them.
import type { Calibration } from './calibration.js';
import type { EvidenceCalibration } from './qel/evidence-calibration.js';

/** What gave log odds their meaning: figures of another kind, or of another space, say nothing about these. */
export interface RatingKind {
  readonly space: string;
  /** `linkage`: by the weights of `pack.toml`. `evidence`: by those of `evidence.json`. */
  readonly by: 'linkage' | 'evidence';
}

/** Log odds in force = offset + slope · log odds of the pack. */
export interface Refit {
  readonly offset: number;
  readonly slope: number;
}

/** Log odds as they are: nothing was refitted. */
export const IDENTITY: Refit = { offset: 0, slope: 1 };

/** How log odds came about; kept beside them, so that the pack's own can be had back. */
export type Rating = RatingKind & Refit;

/** A refit that a tenant lives by, with the one before it. */
export interface AnswerRefit extends Rating {
  /** Answers that it was fitted on. */
  readonly answers: number;
  /** RFC 3339 */
  readonly fittedAt: string;
  /** Null: the pack's own figures stood before. */
  readonly previous: AnswerRefit | null;
}

/** Answers come from a narrow band of doubt; a line beyond these bounds would be a guess about everything outside it. */
export const OFFSET_MAX = 4;
export const SLOPE_RANGE = { min: 0.25, max: 4 };

export const refitted = ({ offset, slope }: Refit, logit: number): number => offset + slope * logit;

/** The pack's own log odds. */
export const unrefitted = ({ offset, slope }: Refit, logit: number): number => (logit - offset) / slope;

/** Every weight of the linkage under the refit. */
export function refitLinkage({ pair, linkage }: Calibration, { offset, slope }: Refit): Calibration {
  return {
    pair,
    linkage: {
      ...linkage,
      intercept: offset + slope * linkage.intercept,
      best: slope * linkage.best,
      topMean: slope * linkage.topMean,
      centroid: slope * linkage.centroid,
      logSize: slope * linkage.logSize,
      centroidLogSize: slope * linkage.centroidLogSize,
    },
  };
}

/** Evidence 2 under the refit; evidence 1 joins by sums alone, was asked about by nobody, and stays. */
export function refitEvidence(evidence: EvidenceCalibration, { offset, slope }: Refit): EvidenceCalibration {
  const linkage = evidence.linkage.map((weight, i) => slope * weight + (i === 0 ? offset : 0));
  return { ...evidence, linkage };
}

export interface AnswerRefitFault {
  /** Path below `calibration`, with `/` between the steps; '' for the table itself. */
  readonly name: string;
  readonly detail: string;
}

export class AnswerRefitError extends Error {
  constructor(readonly faults: readonly AnswerRefitFault[]) {
    super(faults.map((fault) => `${fault.name}: ${fault.detail}`).join('; '));
    this.name = 'AnswerRefitError';
  }
}

/** As it stands in settings: snake_case, one step back at most. */
export function renderAnswerRefit(refit: AnswerRefit): Record<string, unknown> {
  const { space, by, offset, slope, answers, fittedAt, previous } = refit;
  const figures = { space, by, offset, slope, answers, fitted_at: fittedAt };
  return previous === null
    ? figures
    : { ...figures, previous: renderAnswerRefit({ ...previous, previous: null }) };
}

/** Reads `calibration` of a tenant's settings. Throws AnswerRefitError with every fault. @returns null when there is none. */
export function parseAnswerRefit(table: unknown): AnswerRefit | null {
  if (table === undefined || table === null) return null;
  const faults: AnswerRefitFault[] = [];
  const refit = readRefit(table, '', faults, true);
  if (faults.length > 0 || refit === null) throw new AnswerRefitError(faults);
  return refit;
}

const KNOWN = new Set(['space', 'by', 'offset', 'slope', 'answers', 'fitted_at', 'previous']);

function readRefit(
  table: unknown,
  path: string,
  faults: AnswerRefitFault[],
  mayHavePrevious: boolean,
): AnswerRefit | null {
  const fault = (name: string, detail: string): void => {
    faults.push({ name: [path, name].filter((step) => step !== '').join('/'), detail });
  };
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    fault('', 'must be a table');
    return null;
  }
  const { space, by, offset, slope, answers, fitted_at, previous } = table as Record<string, unknown>;
  for (const name of Object.keys(table)) if (!KNOWN.has(name)) fault(name, 'is no setting');
  const within = (value: unknown, min: number, max: number): value is number =>
    typeof value === 'number' && value >= min && value <= max;
  const isText = (value: unknown): value is string =>
    typeof value === 'string' && value.length > 0 && value.length <= 200;
  if (!isText(space)) fault('space', 'must be the id of a model pack');
  if (by !== 'linkage' && by !== 'evidence') fault('by', 'must be linkage or evidence');
  if (!within(offset, -OFFSET_MAX, OFFSET_MAX))
    fault('offset', `must lie between ${-OFFSET_MAX} and ${OFFSET_MAX}`);
  if (!within(slope, SLOPE_RANGE.min, SLOPE_RANGE.max))
    fault('slope', `must lie between ${SLOPE_RANGE.min} and ${SLOPE_RANGE.max}`);
  if (!within(answers, 0, 1e9) || !Number.isInteger(answers))
    fault('answers', 'must be a whole number, 0 or more');
  if (!isText(fitted_at) || Number.isNaN(Date.parse(fitted_at))) fault('fitted_at', 'must be a time');
  if (!mayHavePrevious && previous !== undefined) fault('previous', 'goes one step back only');
  const before =
    mayHavePrevious && previous !== undefined && previous !== null
      ? readRefit(previous, 'previous', faults, false)
      : null;
  if (faults.length > 0) return null;
  return {
    space: space as string,
    by: by as RatingKind['by'],
    offset: offset as number,
    slope: slope as number,
    answers: answers as number,
    fittedAt: fitted_at as string,
    previous: before,
  };
}
