// A promise that nothing keeps is none: docs/threat-model.md and docs/data-protection.md name the tests, and these exist.
import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../harness/shared-data.js';

const read = (name: string): Promise<string> => readFile(join(repositoryRoot, name), 'utf8');
const scripts = (JSON.parse(await read('package.json')) as { scripts: Record<string, string> }).scripts;
const threats = await read('docs/threat-model.md');
const protection = await read('docs/data-protection.md');

/** Specs, or folders of them, that a text names: `test/…` and `src/…`. */
const testsNamedIn = (text: string): string[] =>
  [...text.matchAll(/`((?:test\/|src\/)[\w./-]+)`/g)].map(([, path]) => path!);

/** Cells of the rows of the one table under a heading. */
function rowsUnder(heading: string): string[][] {
  const section = threats.slice(threats.indexOf(`\n## ${heading}\n`));
  const lines = section.slice(1, section.indexOf('\n## ', 1)).split('\n');
  return lines
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const [head, rule, ...promises] = rowsUnder('Promises');

describe('docs/threat-model.md', () => {
  it('has one table of promises, and no promise twice', () => {
    expect(head).toEqual(['Promise', 'Kept by', 'Test']);
    expect(rule!.every((cell) => /^-+$/.test(cell))).toBe(true);
    expect(promises.length).toBeGreaterThan(20);
    const said = promises.map(([promise]) => promise);
    expect(said).toEqual([...new Set(said)]);
  });

  it.each(promises)('%s: a test is named', (_promise, _keeper, tests) => {
    expect(testsNamedIn(tests)).not.toEqual([]);
  });

  it('names what keeps a promise by where it is', async () => {
    for (const [promise, keeper] of promises)
      for (const [, path] of keeper!.matchAll(/`([a-z_-]+\/[\w./-]+)`/g))
        await expect(
          Promise.any([`src/${path}`, `src/${path}.ts`].map((one) => access(join(repositoryRoot, one)))),
          `${promise}: ${path}`,
        ).resolves.toBeUndefined();
  });
});

describe('docs/data-protection.md', () => {
  const sections = protection
    .split('\n## ')
    .slice(1)
    .filter((section) => !section.startsWith('What it does not do'));

  it.each(sections.map((section) => [section.split('\n')[0]!, section]))(
    '%s: a test is named',
    (_heading, section) => {
      expect(testsNamedIn(section)).not.toEqual([]);
    },
  );
});

it('every test and script that the two pages name is there, and a folder holds specs', async () => {
  const both = threats + protection;
  for (const path of testsNamedIn(both)) {
    if (!path.startsWith('test/') && !path.endsWith('.spec.ts') && !path.startsWith('src/domain/')) continue;
    const found = await stat(join(repositoryRoot, path)).catch(() => undefined);
    expect(found, path).toBeDefined();
    if (found!.isFile()) expect(path).toMatch(/\.spec\.ts$/);
  }
  for (const [, script] of both.matchAll(/`npm run ([\w:]+)/g))
    expect(scripts[script!], script).toBeDefined();
});
