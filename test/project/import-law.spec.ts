// The import law is a failing build: each rule is seen to fail on a planted violation, and a lawful tree passes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../harness/shared-data.js';

const LAWFUL: Readonly<Record<string, string>> = {
  'src/domain/face.ts': `export const face = 1;`,
  'src/config/config.ts': `import { face } from '../domain/face.js'; export const config = face;`,
  'src/database/database.ts': `import pg from 'pg'; import { config } from '../config/config.js'; export const database = [pg, config];`,
  'src/imaging/decoder.ts': `import sharp from 'sharp'; export const decoder = sharp;`,
  'src/images/images.ts': `import { database } from '../database/database.js'; import { decoder } from '../imaging/decoder.js'; export const images = [database, decoder];`,
  'src/faces/faces.ts': `import { face } from '../domain/face.js'; export const faces = face;`,
  'src/compat/routes.ts': `import { images } from '../images/images.js'; export const routes = images;`,
  'src/main.ts': `import { images } from './images/images.js'; import { faces } from './faces/faces.js'; export const all = [images, faces];`,
};

/** Rule that must fail → what is planted. */
const PLANTED: Readonly<Record<string, Record<string, string>>> = {
  'no-circles': {
    'src/domain/face.ts': `import { box } from './box.js'; export const face = box;`,
    'src/domain/box.ts': `import { face } from './face.js'; export const box = face;`,
  },
  'domain-is-pure': {
    'src/domain/face.ts': `import { readFileSync } from 'node:fs'; export const face = readFileSync;`,
  },
  'features-do-not-import-features': {
    'src/faces/faces.ts': `import { images } from '../images/images.js'; export const faces = images;`,
  },
  'compat-is-a-client': {
    'src/compat/routes.ts': `import { database } from '../database/database.js'; export const routes = database;`,
  },
  'nobody-needs-compat': {
    'src/faces/faces.ts': `import { routes } from '../compat/routes.js'; export const faces = routes;`,
  },
  'ports-do-not-import-ports': {
    'src/imaging/decoder.ts': `import { database } from '../database/database.js'; export const decoder = database;`,
  },
  'config-and-http-stand-on-domain': {
    'src/config/config.ts': `import { decoder } from '../imaging/decoder.js'; export const config = decoder;`,
  },
  'door-sharp': { 'src/faces/faces.ts': `import sharp from 'sharp'; export const faces = sharp;` },
  'door-prisma-and-pg': { 'src/faces/faces.ts': `import pg from 'pg'; export const faces = pg;` },
};

describe('the import law', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindred-law-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Exit code and report of the project's own rules over a small tree. */
  async function judge(
    name: string,
    files: Readonly<Record<string, string>>,
  ): Promise<{ code: number; report: string }> {
    const tree = join(folder, name);
    for (const [path, text] of Object.entries({
      ...files,
      'tsconfig.json': '{"compilerOptions":{"module":"NodeNext"}}',
    })) {
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), text);
    }
    await symlink(join(repositoryRoot, 'node_modules'), join(tree, 'node_modules'));
    const cruise = spawn(
      process.execPath,
      [
        join(repositoryRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        'src',
        '--config',
        join(repositoryRoot, '.dependency-cruiser.cjs'),
        '--output-type',
        'err',
      ],
      { cwd: tree, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let report = '';
    for (const stream of [cruise.stdout, cruise.stderr])
      stream.on('data', (chunk: Buffer) => (report += chunk.toString()));
    const [code] = (await once(cruise, 'close')) as [number];
    return { code, report };
  }

  it('passes a lawful tree', async () => {
    const { code, report } = await judge('lawful', LAWFUL);
    expect(report).toContain('no dependency violations');
    expect(code).toBe(0);
  });

  it.each(Object.keys(PLANTED))('fails on a planted violation of %s', async (rule) => {
    const { code, report } = await judge(rule, { ...LAWFUL, ...PLANTED[rule] });
    expect(report).toContain(`error ${rule}`);
    expect(code).toBeGreaterThan(0);
  });

  it('is part of the build', async () => {
    const { default: manifest } = (await import('../../package.json', { with: { type: 'json' } })) as {
      default: { scripts: Record<string, string> };
    };
    expect(manifest.scripts['build']).toContain('npm run --silent build:server');
    expect(manifest.scripts['build:server']).toContain('npm run --silent law');
    expect(manifest.scripts['start']).toContain('npm run --silent build');
    expect(manifest.scripts['test']).toContain('npm run --silent build');
  });
});
