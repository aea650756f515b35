// The sessions of docs/compat.md, played as they stand against a running Kindred.
import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { differences, play, sessionsOf } from '../harness/recorded-sessions.js';
import { repositoryRoot, samplePhotos } from '../harness/shared-data.js';

const curlIsThere = spawnSync('curl', ['--version']).status === 0;
if (!curlIsThere) console.warn('CURL MISSING: the sessions of docs/compat.md are SKIPPED.');

const page = await readFile(join(repositoryRoot, 'docs/compat.md'), 'utf8');

/** Three people of the first sample photo. */
const PORTRAITS = {
  'ann.jpg': { left: 1330, top: 80, width: 490, height: 480 },
  'ben.jpg': { left: 290, top: 220, width: 430, height: 500 },
  'cleo.jpg': { left: 700, top: 290, width: 460, height: 500 },
};

describe('docs/compat.md', () => {
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    app = await startApp({
      env: { KINDRED_COMPAT_PROTOCOLS: 'clusters,user_check,enrol,compare,events' },
    });
    folder = await mkdtemp(join(tmpdir(), 'kindred-sessions-'));
    await copyFile(samplePhotos[0]!, join(folder, 'photo.jpg'));
    for (const [name, region] of Object.entries(PORTRAITS))
      await sharp(samplePhotos[0]).extract(region).resize({ width: 300 }).jpeg().toFile(join(folder, name));
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  it.skipIf(!curlIsThere).each(sessionsOf(page))('records the truth: $heading', async ({ steps }) => {
    const variables: Record<string, string> = { KINDRED: app.admin.url, TOKEN: app.admin.token! };
    for (const step of steps) {
      const answer = await play(step, variables, folder);
      expect(differences(step.recorded, answer, variables), step.text).toEqual([]);
    }
    expect(new Set(steps.map(({ language }) => language)).size).toBe(2);
  });

  it('and the comparison finds a name, a type, a text and an empty list that differ', () => {
    const differs = (recorded: unknown, answer: unknown): number => differences(recorded, answer, {}).length;
    expect(differs({ a: '<X>', b: [{ c: 1 }] }, { a: 'anything', b: [{ c: 7 }, { c: 8 }] })).toBe(0);
    expect(differs({ a: 1 }, { a: 1, b: 2 })).toBe(1);
    expect(differs({ a: 1 }, { a: '1' })).toBe(1);
    expect(differs('success', 'failure')).toBe(1);
    expect(differs([1], [])).toBe(1);
    expect(differs({ '<X>': '<Y>' }, {})).toBe(1);
    expect(differs(true, false)).toBe(1);
  });
});
