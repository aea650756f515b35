// Lines in a frame with a legend under it, as SVG text.
import { escapeHtml } from './escape-html.js';

export interface PlotLine {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  readonly dots: boolean;
  /** Drawn in grey, for the eye to hold the others against. */
  readonly guide?: boolean;
}

export interface PlotRange {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const WIDTH = 440;
const HEIGHT = 300;
const MARGIN = { left: 44, right: 12, top: 12, bottom: 28 };
const COLOURS = ['#0b62a4', '#c0392b', '#27824a', '#8e44ad', '#d08000', '#16a0a0', '#555'];
const GUIDE = '#999';
const TICKS = 5;
/** An axis of so many whole steps has a tick at each: powers of ten, questions. */
const WHOLE_STEPS = { min: 3, max: 10 };
/** Under the frame, where no line runs through it. */
const LEGEND = { columns: 2, rowHeight: 15 };

export function linePlot(lines: readonly PlotLine[], range: PlotRange): string {
  const scale = (value: number, [low, high]: readonly [number, number], from: number, to: number): number =>
    from + ((value - low) / (high - low || 1)) * (to - from);
  const x = (value: number): string => scale(value, range.x, MARGIN.left, WIDTH - MARGIN.right).toFixed(1);
  const y = (value: number): string => scale(value, range.y, HEIGHT - MARGIN.bottom, MARGIN.top).toFixed(1);
  const ticks = ([low, high]: readonly [number, number]): number[] => {
    const span = high - low;
    const whole = Number.isInteger(span) && span >= WHOLE_STEPS.min && span <= WHOLE_STEPS.max;
    const steps = whole ? span : TICKS;
    return Array.from({ length: steps + 1 }, (_, i) => low + (i * span) / steps);
  };
  const label = (value: number): string => String(Number(value.toFixed(2)));
  const grid = [
    ...ticks(range.x).map(
      (value) => `<text x="${x(value)}" y="${HEIGHT - 8}" text-anchor="middle">${label(value)}</text>`,
    ),
    ...ticks(range.y).map(
      (value) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
        `<text x="${MARGIN.left - 6}" y="${y(value)}" dy="4" text-anchor="end">${label(value)}</text>`,
    ),
  ];
  const strokes = strokesOf(lines);
  const drawn = lines.map(({ points, dots }, i) => {
    const { colour, dashes } = strokes[i]!;
    const path = points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ');
    const marks = dots
      ? points.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="3" fill="${colour}"/>`)
      : [];
    return `<polyline points="${path}" fill="none" stroke="${colour}"${dashes} stroke-width="1.5"/>${marks.join('')}`;
  });
  // A single line needs no name beside the caption.
  const named = lines.length > 1 ? lines : [];
  const legend = named.map(({ name }, i) => {
    const { colour, dashes } = strokes[i]!;
    const left = MARGIN.left + (i % LEGEND.columns) * ((WIDTH - MARGIN.left) / LEGEND.columns);
    const top = HEIGHT + LEGEND.rowHeight * Math.floor(i / LEGEND.columns);
    return (
      `<line x1="${left}" x2="${left + 14}" y1="${top + 4}" y2="${top + 4}" stroke="${colour}"${dashes} stroke-width="3"/>` +
      `<text x="${left + 20}" y="${top + 8}">${escapeHtml(name)}</text>`
    );
  });
  const height =
    HEIGHT + LEGEND.rowHeight * Math.ceil(named.length / LEGEND.columns) + (named.length > 0 ? 6 : 0);
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-size="11" font-family="sans-serif">` +
    `${grid.join('')}${drawn.join('')}${legend.join('')}</svg>`
  );
}

/** A colour for each line, grey for guides; the second time round dashed. */
function strokesOf(lines: readonly PlotLine[]): { readonly colour: string; readonly dashes: string }[] {
  let next = 0;
  return lines.map(({ guide }) => {
    if (guide === true) return { colour: GUIDE, dashes: '' };
    const dashes = next < COLOURS.length ? '' : ' stroke-dasharray="4 2"';
    return { colour: COLOURS[next++ % COLOURS.length]!, dashes };
  });
}
