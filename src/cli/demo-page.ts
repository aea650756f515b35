// The demo's page: faces cut out and grouped by person, and what Kindred would like to be told. One file, no script.
import { escapeHtml } from '../evaluation/escape-html.js';

export interface DemoFace {
  /** data: URI of a JPEG. */
  readonly crop: string;
  /** Calibrated chance that the face belongs here, 0..1; null where the machine did not put it by comparison. */
  readonly probability: number | null;
}

export interface DemoPerson {
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
  readonly faces: readonly DemoFace[];
}

export interface DemoQuestion {
  readonly id: string;
  readonly kind: string;
  readonly crop: string;
  readonly candidates: readonly DemoFace[];
}

export interface DemoPage {
  readonly tenant: string;
  readonly photos: number;
  readonly people: readonly DemoPerson[];
  /** Faces that were kept but belong to nobody, with the reasons as codes. */
  readonly apart: readonly { readonly crop: string; readonly reasons: readonly string[] }[];
  readonly questions: readonly DemoQuestion[];
}

/** The nearest people of a question; a page to look at needs no more. */
const CANDIDATES_SHOWN = 3;

const QUESTIONS: Readonly<Record<string, string>> = {
  new_cluster: 'Who is this?',
  uncertain_assignment: 'Is this one of them?',
  merge_suggestion: 'Are these two one person?',
  split_suggestion: 'Is this more than one person?',
  same_image_conflict: 'Which of these two is it?',
  suspect_face: 'Is this a face?',
  duplicate_image: 'Are these one photo?',
  constraint_conflict: 'Who is right?',
};

const percent = (probability: number | null): string =>
  probability === null ? '' : `${Math.round(100 * probability)} %`;

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function face({ crop, probability }: DemoFace, alt: string): string {
  const caption = percent(probability);
  return `<figure><img src="${crop}" alt="${escapeHtml(alt)}" width="112" height="112">${caption && `<figcaption>${caption}</figcaption>`}</figure>`;
}

function person({ name, state, faces }: DemoPerson, position: number): string {
  const title = name ?? `Person ${position + 1}`;
  return `<section class="card"><h3>${escapeHtml(title)}</h3><p class="meta">${plural(faces.length, 'face', 'faces')} · ${escapeHtml(state)}</p>
<div class="faces">${faces.map((f) => face(f, `face of ${title}`)).join('')}</div></section>`;
}

function question({ kind, crop, candidates }: DemoQuestion): string {
  const nearest = candidates.length
    ? `<div class="candidates"><p class="meta">nearest people</p><div class="faces">${candidates
        .slice(0, CANDIDATES_SHOWN)
        .map((c) => face(c, 'candidate'))
        .join('')}</div></div>`
    : '<p class="meta">nobody like this yet</p>';
  return `<section class="card question"><h3>${escapeHtml(QUESTIONS[kind] ?? kind)}</h3><p class="meta">${escapeHtml(kind)}</p>
<div class="row">${face({ crop, probability: null }, 'the face asked about')}${nearest}</div></section>`;
}

const STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#17202a;--soft:#5b6875;--line:#dfe4e9}
@media(prefers-color-scheme:dark){:root{--ground:#12161b;--card:#1b2129;--ink:#e9edf1;--soft:#9aa7b4;--line:#2c343d}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:32px 24px 64px}h1{font-size:28px;margin:0}h2{font-size:20px;margin:40px 0 12px}
h3{font-size:16px;margin:0}.meta{color:var(--soft);font-size:14px;margin:2px 0 10px}
.grid{display:grid;gap:16px;grid-template-columns:repeat(auto-fill,minmax(272px,1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px}
.faces{display:flex;flex-wrap:wrap;gap:8px}.row{display:flex;gap:20px;align-items:flex-start}
figure{margin:0}img{display:block;width:112px;height:112px;object-fit:cover;border-radius:8px;background:var(--line)}
.questions{grid-template-columns:repeat(auto-fill,minmax(372px,1fr))}.candidates img{width:60px;height:60px}figcaption{font-size:12px;color:var(--soft);text-align:center;margin-top:3px}
.candidates .meta{margin-bottom:6px}`;

/** A complete HTML document. */
export function renderDemoPage(page: DemoPage): string {
  const faces = page.people.reduce((sum, { faces }) => sum + faces.length, 0) + page.apart.length;
  const groups = page.people.filter(({ faces }) => faces.length > 1);
  const singles = page.people.filter(({ faces }) => faces.length === 1);
  const section = (title: string, cards: readonly string[], kind = ''): string =>
    cards.length ? `<h2>${title}</h2><div class="grid ${kind}">${cards.join('\n')}</div>` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Kindred: people in ${plural(page.photos, 'photo', 'photos')}</title><style>${STYLE}</style></head><body><main>
<h1>Kindred</h1><p class="meta">tenant ${escapeHtml(page.tenant)}: ${plural(page.photos, 'photo', 'photos')}, ${plural(faces, 'face', 'faces')},
${plural(page.people.length, 'person', 'people')}, ${plural(page.questions.length, 'open question', 'open questions')}</p>
${section(
  'Seen more than once',
  groups.map((p, i) => person(p, i)),
)}
${section(
  'Seen once',
  singles.map((p, i) => person(p, groups.length + i)),
)}
${section(
  'Kept apart',
  page.apart.map(
    ({ crop, reasons }) =>
      `<section class="card"><div class="row">${face({ crop, probability: null }, 'face kept apart')}<p class="meta">${escapeHtml(reasons.join(', '))}</p></div></section>`,
  ),
)}
${section('Open review items', page.questions.map(question), 'questions')}
</main></body></html>
`;
}
