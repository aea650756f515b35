// docs/lifecycle.md lists every code that Kindred answers with, under its status.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROBLEM_KINDS } from '../../src/http/problem.js';
import { repositoryRoot } from '../harness/shared-data.js';

it('docs/lifecycle.md lists every error code once, under its status', async () => {
  const text = await readFile(join(repositoryRoot, 'docs/lifecycle.md'), 'utf8');
  const table = text.slice(text.indexOf('\n## Error codes\n')).split('\n\n')[1]!;
  const listed = table.split('\n').flatMap((row) => {
    const [, status, codes = ''] = row.split('|');
    return [...codes.matchAll(/`([a-z_]+(?:\.[a-z_]+)?)`/g)].map(([, code]) => `${Number(status)} ${code}`);
  });
  const answered = Object.entries(PROBLEM_KINDS).map(([code, { status }]) => `${status} ${code}`);
  expect(listed.sort()).toEqual(answered.sort());
});
