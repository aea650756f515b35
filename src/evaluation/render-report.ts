// An evaluation as one self-contained page: tables, plots as SVG, pictures in place; no script, nothing loaded from elsewhere.
import type { ReliabilityBin } from '../domain/evaluation/calibration-error.js';
import type { EffortFigures, IngestFigures, SetEvaluation } from './evaluate-set.js';
import type { Bar } from './bars.js';
import { escapeHtml } from './escape-html.js';
import { linePlot, type PlotLine } from './line-plot.js';
import { OWN_METHOD } from './method-figures.js';

const percent = (share: number): string => (100 * share).toFixed(2);

export interface ReportedEvaluation {
  readonly calibration: { readonly space: string; readonly fittedOn: string };
  readonly sets: readonly SetEvaluation[];
  readonly bars: readonly Bar[];
  readonly seconds: number;
}

/** @param more What comes after the sets, HTML. */
export function renderReport({ calibration, sets, bars, seconds }: ReportedEvaluation, more = ''): string {
  const verdicts = bars.map(({ set, what, reached, bar, met }) => [
    met ? 'reached' : 'MISSED',
    set,
    what,
    reached,
    bar,
  ]);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kindred: how well faces are grouped</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; } div.wide { overflow-x: auto; } th, td { padding: .2rem .6rem; border-bottom: 1px solid #ddd; }
td, th { text-align: right; white-space: nowrap; } td.text, th.text { text-align: left; } tr.own { font-weight: bold; }
tr.missed { color: #a61b1b; font-weight: bold; } figure { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top; max-width: 100%; }
table.faces td { text-align: left; white-space: normal; } svg { background: #fafafa; border: 1px solid #ddd; max-width: 100%; height: auto; } figcaption { font-size: 13px; }
</style>
<h1>How well faces are grouped</h1>
<p>Calibration ${escapeHtml(calibration.space)}, fitted on ${escapeHtml(calibration.fittedOn)}. Took ${seconds.toFixed(0)} s.</p>
${table(['', 'set', 'what', 'reached', 'bar'], verdicts, { texts: 3, classOf: ([verdict]) => (verdict === 'MISSED' ? 'missed' : '') })}
${sets.map(renderSet).join('\n')}
${more}
</html>
`;
}

function renderSet(evaluation: SetEvaluation): string {
  const { set, faces, people, methods, ingest, linkageIngest, consolidation, effort } = evaluation;
  const rows = methods.map((one) => [
    one.method,
    one.setting,
    percent(one.bcubed.precision),
    percent(one.bcubed.recall),
    percent(one.bcubed.f),
    percent(one.pairwise.f),
    one.clusters.toFixed(0),
    percent(one.orderDisagreement),
    one.seconds.toFixed(2),
  ]);
  const heading = [
    'method',
    'threshold',
    'B³ P %',
    'B³ R %',
    'B³ F %',
    'pair F %',
    'clusters',
    'orders disagree %',
    's a run',
  ];
  return `<h2>${escapeHtml(set)}: ${faces} faces of ${people} people</h2>
${table(heading, rows, { texts: 2, classOf: ([method]) => (method === OWN_METHOD ? 'own' : '') })}
${table(INGEST_HEADING, [
  ...(linkageIngest === null ? [] : [ingestRow('linkage', linkageIngest)]),
  ingestRow('evidence', ingest),
])}
<p>Consolidation of 20,000 faces takes ${consolidation.secondsPer20000.toFixed(1)} s and ${consolidation.megabytes.toFixed(0)} MB.</p>
<figure>${reliabilityPlot(ingest, linkageIngest)}<figcaption>Probability at ingest against what was true</figcaption></figure>
<figure>${effortPlot(effort)}<figcaption>BCubed F (%) after each question, clear faces only, by the log odds that groups were joined from</figcaption></figure>`;
}

const INGEST_HEADING = [
  'at ingest by',
  'joins right %',
  'faces asked about %',
  'clusters founded',
  'calibration error',
  'µs a face',
];

const ingestRow = (by: string, one: IngestFigures): string[] => [
  by,
  percent(one.precision),
  percent(one.asked),
  one.founded.toFixed(0),
  one.calibrationError.toFixed(4),
  one.microsecondsPerFace.toFixed(0),
];

function reliabilityPlot(byEvidence: IngestFigures, byLinkage: IngestFigures | null): string {
  const line = (name: string, bins: readonly ReliabilityBin[]): PlotLine => ({
    name,
    points: bins.filter((bin) => bin.count > 0).map((bin) => [bin.predicted, bin.actual] as const),
    dots: true,
  });
  const ideal = [
    [0, 0],
    [1, 1],
  ] as const;
  return linePlot(
    [
      { name: 'ideal', points: ideal, dots: false, guide: true },
      line('evidence', byEvidence.reliability),
      ...(byLinkage === null ? [] : [line('linkage', byLinkage.reliability)]),
    ],
    { x: [0, 1], y: [0, 1] },
  );
}

function effortPlot(effort: readonly EffortFigures[]): string {
  const lines = effort.map(({ start, order, wrongAnswers, curve }): PlotLine => {
    const wrong = wrongAnswers === 0 ? '' : `, ${100 * wrongAnswers} % wrong`;
    const points = curve.f.map((f, questions) => [questions, 100 * f] as const);
    return { name: `${start.replace('log odds ', '')}, ${order}${wrong}`, points, dots: false };
  });
  const all = lines.flatMap((line) => line.points);
  const questions = Math.max(1, ...all.map(([x]) => x));
  const lowest = Math.floor(Math.min(...all.map(([, y]) => y)));
  return linePlot(lines, { x: [0, questions], y: [lowest, 100] });
}

/** @param texts How many columns, from the left, hold words: the others hold figures. */
function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  { texts = 1, classOf = () => '' }: { texts?: number; classOf?: (row: readonly string[]) => string } = {},
): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((cell, i) => `<${tag}${i < texts ? ' class="text"' : ''}>${escapeHtml(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr class="${classOf(row)}">${cells('td', row)}</tr>`);
  return `<div class="wide"><table><tr>${cells('th', heading)}</tr>${body.join('')}</table></div>`;
}
