// The libraries of the service report to nobody: what onnxruntime's telemetry would keep (a device id, a queue of reports) is not there.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { repositoryRoot, samplePhotos } from '../harness/shared-data.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kindred-home-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('a process that has looked at a photo has left nothing in the home folder, nor where it was started', async () => {
  const env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
  const kindred = await KindredProcess.start({ env });
  const api = new Api(kindred.url, ADMIN_TOKEN);
  expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
  expect((await api.sendImage('t', samplePhotos[0]!)).status).toBe(201);
  expect(await kindred.stop()).toBe(0);
  expect(await readdir(home, { recursive: true })).toEqual([]);
  expect(existsSync(join(repositoryRoot, ':memory:.ses'))).toBe(false);
});
