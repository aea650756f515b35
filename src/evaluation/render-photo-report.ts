// The page of an evaluation on photos: the sets, how well pairs are told apart, and what went wrong, with pictures.
import type { Confusion } from '../domain/evaluation/confusions.js';
import type { PairCurve } from '../domain/evaluation/pair-curve.js';
import type { PhotoEvaluation } from './evaluate-photos.js';
import { escapeHtml } from './escape-html.js';
import { linePlot } from './line-plot.js';
import { renderReport } from './render-report.js';

/** A face as the page shows it, in the order of the evaluated faces. */
export interface PicturedFace {
  readonly person: string;
  readonly path: string;
  /** A JPEG. */
  readonly crop: Uint8Array | null;
}

/** Confusions of each kind that are shown, and faces of each part. */
const SHOWN_MAX = 40;
const FACES_MAX = 8;

export function renderPhotoReport(evaluation: PhotoEvaluation, faces: readonly PicturedFace[]): string {
  const { pairs, confusions } = evaluation;
  return renderReport(
    evaluation,
    [pairs === null ? '' : renderPairs(pairs), renderConfusions(confusions, faces)].join('\n'),
  );
}

function renderPairs({ samePairs, otherPairs, equalError, points }: PairCurve): string {
  const log = (share: number): number => Math.log10(Math.max(share, 1 / Math.max(samePairs, otherPairs)));
  const [x, y] = [otherPairs, samePairs].map((pairs) => [Math.floor(log(1 / pairs)), 0] as const);
  const lowest = Math.floor(10 * Math.min(...points.map(({ trueAccepts }) => trueAccepts))) / 10;
  const roc = points.map((point) => [log(point.falseAccepts), point.trueAccepts] as const);
  const det = points
    .filter(({ trueAccepts }) => trueAccepts < 1)
    .map((point) => [log(point.falseAccepts), log(1 - point.trueAccepts)] as const);
  return `<h2>Pairs of faces</h2>
<p>${samePairs} pairs of one person, ${otherPairs} of two, by cosine alone. Equal error rate ${(100 * equalError).toFixed(2)} %.</p>
<figure>${linePlot([{ name: 'pairs', points: roc, dots: false }], { x: x!, y: [Math.min(0.9, lowest), 1] })}
<figcaption>ROC: true accepts against log10 of the false accepts</figcaption></figure>
<figure>${linePlot([{ name: 'pairs', points: det, dots: false }], { x: x!, y: y! })}
<figcaption>DET: log10 of the false rejects against log10 of the false accepts</figcaption></figure>`;
}

function renderConfusions(confusions: readonly Confusion[], faces: readonly PicturedFace[]): string {
  const of = (kind: Confusion['kind'], title: string, none: string): string => {
    const found = confusions.filter((one) => one.kind === kind);
    const shown = found.slice(0, SHOWN_MAX).map((one) => renderConfusion(one, faces));
    const rest = found.length > SHOWN_MAX ? `<p>and ${found.length - SHOWN_MAX} more</p>` : '';
    return `<h3>${title}: ${found.length}</h3>${found.length === 0 ? `<p>${none}</p>` : shown.join('\n')}${rest}`;
  };
  return `<h2>What consolidation got wrong</h2>
${of('mixed', 'Groups that hold several people', 'None.')}
${of('split', 'People who lie in several groups', 'None.')}`;
}

function renderConfusion({ kind, parts }: Confusion, faces: readonly PicturedFace[]): string {
  const rows = parts.map((part) => {
    const person = kind === 'mixed' ? `${escapeHtml(faces[part[0]!]!.person)}, ` : '';
    const pictures = part.slice(0, FACES_MAX).map((face) => picture(faces[face]!));
    const rest = part.length > FACES_MAX ? ` and ${part.length - FACES_MAX} more` : '';
    return `<tr><td>${person}${part.length === 1 ? '1 face' : `${part.length} faces`}</td><td>${pictures.join(' ')}${rest}</td></tr>`;
  });
  const title = kind === 'split' ? `<h4>${escapeHtml(faces[parts[0]![0]!]!.person)}</h4>` : '';
  return `${title}<div class="wide"><table class="faces">${rows.join('')}</table></div>`;
}

function picture({ path, crop }: PicturedFace): string {
  if (crop === null) return escapeHtml(path);
  const data = Buffer.from(crop).toString('base64');
  return `<img src="data:image/jpeg;base64,${data}" alt="${escapeHtml(path)}" title="${escapeHtml(path)}" height="72">`;
}
