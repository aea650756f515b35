// The benchmarks load the compiled product by path and name the type beside it: both must be of the same file, and it must be there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../harness/shared-data.js';

const folder = join(repositoryRoot, 'bench');
const LOADED = /compiled<\s*typeof import\('(?:\.\.\/)+src\/([^'…]+)'\),?\s*>\(\s*'([^']+)'/g;

const loaded = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(LOADED)].map(([, type, path]) => ({
      name,
      type: type!,
      path: path!,
    })),
  );

describe('what the benchmarks load of the product', () => {
  it('is found in them', () => {
    expect(loaded.length).toBeGreaterThan(20);
  });

  it.each(loaded)('$path in $name', ({ type, path }) => {
    expect(path).toBe(type);
    expect(existsSync(join(repositoryRoot, 'src', path.replace(/\.js$/, '.ts')))).toBe(true);
  });
});
