// The figures of an evaluation as a table for a terminal.
import { questionsTo } from '../domain/evaluation/human-effort.js';
import type { IngestFigures, SetEvaluation } from './evaluate-set.js';
import type { Bar } from './bars.js';
import type { ReportedEvaluation } from './render-report.js';

export function renderEvaluated({ calibration, sets, bars, seconds }: ReportedEvaluation): string {
  const verdicts = renderBars(bars);
  return [
    `calibration: ${calibration.space}, fitted on ${calibration.fittedOn}`,
    ...renderSets(sets),
    '',
    ...verdicts,
    `${seconds.toFixed(0)} s`,
  ].join('\n');
}

export function renderBars(bars: readonly Bar[]): string[] {
  return bars.map(
    ({ set, what, reached, bar, met }) =>
      `${met ? 'reached' : 'MISSED '}  ${set.padEnd(10)} ${what.padEnd(30)} ${reached.padStart(9)}  (${bar})`,
  );
}

export function renderSets(sets: readonly SetEvaluation[]): string[] {
  return sets.flatMap((set) => ['', ...renderSet(set)]);
}

function renderSet(evaluation: SetEvaluation): string[] {
  const { set, faces, people, methods, consolidation, effort } = evaluation;
  const percent = (share: number): string => (100 * share).toFixed(2).padStart(8);
  const heading =
    'method'.padEnd(26) +
    'threshold'.padEnd(24) +
    ['B3 P', 'B3 R', 'B3 F', 'pair F', 'clusters', 'orders', 's/run']
      .map((name) => name.padStart(8))
      .join(' ');
  const rows = methods.map(
    ({ method, setting, bcubed, pairwise, clusters, orderDisagreement, seconds }) =>
      method.padEnd(26) +
      setting.padEnd(24) +
      [
        percent(bcubed.precision),
        percent(bcubed.recall),
        percent(bcubed.f),
        percent(pairwise.f),
        clusters.toFixed(0).padStart(8),
        percent(orderDisagreement),
        seconds.toFixed(2).padStart(8),
      ].join(' '),
  );
  const questions = effort.map(({ start, order, wrongAnswers, curve }) => {
    const to = (f: number): string => String(questionsTo(curve, f) ?? '-').padStart(6);
    const wrong = wrongAnswers === 0 ? '' : `, ${100 * wrongAnswers} % wrong answers`;
    const name = `${start}, by ${order}${wrong}`.padEnd(52);
    return `${name}${percent(curve.f[0]!)} ${to(0.99)} ${to(0.995)} ${percent(curve.f.at(-1)!)} after ${curve.f.length - 1}`;
  });
  return [
    `== ${set}: ${faces} faces of ${people} (figures in %, "orders": disagreement between orders of arrival)`,
    heading,
    ...rows,
    ...renderIngest(evaluation),
    `consolidation: ${consolidation.secondsPer20000.toFixed(1)} s and ${consolidation.megabytes.toFixed(0)} MB for 20,000 faces`,
    `${'questions (clear faces)'.padEnd(52)}${'start F'.padStart(8)} ${'to 99'.padStart(6)} ${'99.5'.padStart(6)} ${'end F'.padStart(8)}`,
    ...questions,
  ];
}

/** One line a way to decide. */
export function renderIngest({ ingest, linkageIngest }: SetEvaluation): string[] {
  const share = (value: number): string => (100 * value).toFixed(2);
  const line = (by: string, one: IngestFigures): string =>
    `ingest by ${by}: ${share(one.precision)} % of joins right, ${share(one.asked)} % of faces asked about, ` +
    `${one.founded.toFixed(0)} clusters founded, ECE ${one.calibrationError.toFixed(4)}, ${one.microsecondsPerFace.toFixed(0)} us a face`;
  return [line('evidence', ingest), ...(linkageIngest === null ? [] : [line('linkage', linkageIngest)])];
}
