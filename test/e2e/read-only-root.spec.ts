// The service where nothing but its data folder and /tmp can be written, without capabilities, as in its container.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { repositoryRoot, samplePhotos } from '../harness/shared-data.js';

const SCRIPT = join(repositoryRoot, 'test/harness/read-only-root.sh');
const CANNOT = 77;
const allowed = spawnSync(SCRIPT, ['/var/tmp', 'true'], { cwd: repositoryRoot }).status !== CANNOT;
if (!allowed) console.warn('NO NAMESPACES HERE: the service on a read-only root is SKIPPED.');

describe.skipIf(!allowed)('on a read-only root', () => {
  let folder: string;
  let kindred: KindredProcess;
  let api: Api;
  beforeAll(async () => {
    // Not in /tmp, which is another one inside.
    folder = await mkdtemp('/var/tmp/kindred-read-only-');
    kindred = await KindredProcess.start({
      dataDir: '/mnt/data',
      under: [SCRIPT, folder],
      env: { HOME: '/nonexistent', KINDRED_STORAGE_ENCRYPTION: 'per_tenant', KINDRED_LOG_LEVEL: 'info' },
    });
    api = new Api(kindred.url, ADMIN_TOKEN);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const job = async (path: string): Promise<void> => {
    const made = await api.post<{ id: string }>(path, {});
    expect(made.status, made.text).toBe(202);
    await expect
      .poll(async () => (await api.get<{ state: string }>(`/v1/jobs/${made.json.id}`)).json.state, {
        timeout: 120_000,
      })
      .toBe('succeeded');
  };

  it('photos come, are looked at and grouped, and the tenant is erased', async () => {
    expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
    for (const photo of samplePhotos.slice(0, 3)) expect((await api.sendImage('t', photo)).status).toBe(201);
    const later = await api.sendImage('t', samplePhotos[3]!, {}, { prefer: 'respond-async' });
    expect(later.status).toBe(202);
    const images = (): Promise<ImageJson[]> => api.all<ImageJson>('/v1/tenants/t/images');
    await expect.poll(async () => (await images()).length, { timeout: 120_000 }).toBe(4);
    await job('/v1/tenants/t/consolidate');
    const face = (await images())
      .flatMap(({ faces }) => faces)
      .find(({ cluster_id }) => cluster_id !== null)!;
    for (const path of [`faces/${face.id}/crop`, 'gallery-map', 'export', `images/${face.image_id}/original`])
      expect((await api.get(`/v1/tenants/t/${path}`)).status, path).toBe(200);
    expect((await fetch(`${kindred.url}/review`)).status).toBe(200);
    expect((await readdir(join(folder, 'blobs/kept'))).length).toBe(1);
    const erased = await api.call<{ phase: string }>('DELETE', '/v1/tenants/t', undefined, {
      prefer: 'wait=60',
    });
    expect([erased.status, erased.json.phase]).toEqual([200, 'done']);
    expect(await readdir(join(folder, 'blobs/kept'))).toEqual([]);
  });

  it('ends well, and never tried to write elsewhere', async () => {
    expect(await kindred.stop()).toBe(0);
    expect(kindred.log).not.toMatch(/EROFS|EACCES|EPERM|read-only/i);
  });
});
