// The tables of docs/review-queue.md, as a reader sees them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../harness/shared-data.js';

export interface DocumentedAnswer {
  /** In alphabetical order. */
  readonly members: readonly string[];
  readonly says: string;
}

/** By kind, then by answer. */
export type DocumentedKinds = ReadonlyMap<string, ReadonlyMap<string, DocumentedAnswer>>;

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
const quoted = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word!);

/** A kind begins with its name in bold and a question; the first table after it holds its answers. */
export async function documentedKinds(): Promise<DocumentedKinds> {
  const text = await readFile(join(repositoryRoot, 'docs/review-queue.md'), 'utf8');
  const kinds = new Map<string, Map<string, DocumentedAnswer>>();
  for (const section of text.split(/^(?=\*\*`)/m).slice(1)) {
    const kind = /^\*\*`(\w+)`: /.exec(section)?.[1];
    const table = /(?:^\|.*\|\n)+/m.exec(section)?.[0].trimEnd().split('\n');
    if (kind === undefined || table === undefined) throw new Error(`not understood: ${section.slice(0, 80)}`);
    const [head, , ...rows] = table.map(cellsOf);
    const answers = new Map<string, DocumentedAnswer>();
    for (const row of rows) {
      const cell = (column: string): string => row[head!.indexOf(column)] ?? '';
      const [answer] = quoted(cell('Answer'));
      answers.set(answer!, { members: quoted(cell('Members')).sort(), says: cell('What it does') });
    }
    kinds.set(kind, answers);
  }
  return kinds;
}
