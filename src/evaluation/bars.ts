// What the algorithm must reach (docs/clustering.md), and whether it did.
import { questionsTo } from '../domain/evaluation/human-effort.js';
import type { SetEvaluation } from './evaluate-set.js';
import { OWN_METHOD } from './method-figures.js';

export interface Bar {
  readonly set: string;
  readonly what: string;
  /** As printed. */
  readonly reached: string;
  readonly bar: string;
  readonly met: boolean;
}

/** BCubed F after consolidation, 0..1. */
const F_MIN: Readonly<Record<string, number>> = { synthetic: 0.994, hard: 0.99 };
const ORDER_DISAGREEMENT_MAX = 0.001;
const QUESTIONS = { set: 'hard', f: 0.99, max: 20 };
const CALIBRATION_ERROR_MAX = 0.02;
const PRECISION_MIN = 0.995;
const ASKED_MAX = 0.02;

export function barsOf(evaluation: SetEvaluation): Bar[] {
  const { set, ingest, constraints } = evaluation;
  const consolidated = evaluation.methods.find(({ method }) => method === OWN_METHOD)!;
  const bars: Bar[] = [];
  const note = (what: string, value: number, limit: number, atLeast: boolean, digits = 2): void => {
    bars.push({
      set,
      what,
      reached: percent(value, digits),
      bar: `${atLeast ? '>=' : '<='} ${percent(limit, digits)}`,
      met: atLeast ? value >= limit : value <= limit,
    });
  };
  const fMin = F_MIN[set];
  if (fMin !== undefined) note('BCubed F after consolidation', consolidated.bcubed.f, fMin, true);
  note('order disagreement', consolidated.orderDisagreement, ORDER_DISAGREEMENT_MAX, false);
  note('calibration error at ingest', ingest.calibrationError, CALIBRATION_ERROR_MAX, false);
  note('right among joins at ingest', ingest.precision, PRECISION_MIN, true);
  note('faces asked about at ingest', ingest.asked, ASKED_MAX, false);
  bars.push({
    set,
    what: 'human words broken',
    reached: `${constraints.violated} of ${constraints.checked}`,
    bar: '0',
    met: constraints.violated === 0,
  });
  if (set === QUESTIONS.set) {
    const effort = evaluation.effort.find(
      ({ order, wrongAnswers }) => order === 'gain' && wrongAnswers === 0,
    )!;
    const questions = questionsTo(effort.curve, QUESTIONS.f);
    bars.push({
      set,
      what: `questions to F ${percent(QUESTIONS.f, 0)}`,
      reached: questions === null ? 'not reached' : String(questions),
      bar: `<= ${QUESTIONS.max}`,
      met: questions !== null && questions <= QUESTIONS.max,
    });
  }
  return bars;
}

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)} %`;
