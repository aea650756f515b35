// Encryption is invisible to whoever uses the service, and the erasure of a tenant destroys its key.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KINDRED_CONFIG, type KindredConfig } from '../../src/config/config.js';
import { BlobEncryption } from '../../src/ingest/blob-encryption.js';
import { imageBlobKey } from '../../src/storage/blob-key.js';
import { BlobStore } from '../../src/storage/blob-store.js';
import type { Api, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { refuseSecrets } from '../harness/no-secrets.js';
import { samplePhotos } from '../harness/shared-data.js';
import { kindred } from '../transfer/commands.js';

const MAGIC = Buffer.from('KINDRED\x01', 'latin1');

describe.each(['postgres', 'embedded'] as const)('encrypted originals in the service, %s', (database) => {
  let app: TestApp;
  let api: Api;
  let storage: KindredConfig['storage'];
  beforeAll(async () => {
    app = await startApp({ database, env: { KINDRED_STORAGE_ENCRYPTION: 'per_tenant' } });
    api = app.admin;
    storage = app.app.get<KindredConfig>(KINDRED_CONFIG).storage;
    for (const id of ['goes', 'stays']) expect((await api.post('/v1/tenants', { id })).status).toBe(201);
    expect((await api.sendImage('stays', samplePhotos[0]!)).status).toBe(201);
  });
  afterAll(() => app.close());

  const kept = (tenant: string, image: string): Promise<Buffer> =>
    readFile(app.app.get(BlobStore).pathOf(imageBlobKey(tenant, image)));

  const keys = async (): Promise<string[]> =>
    (await readdir(storage.keysDir)).filter((name) => name.endsWith('.key')).sort();

  it('crops, previews and queued photos are as they were', async () => {
    const sent = await api.sendImage('goes', samplePhotos[0]!);
    expect(sent.status, sent.text).toBe(201);
    expect((await kept('goes', sent.json.id)).subarray(0, 8)).toEqual(MAGIC);
    const face = sent.json.faces.find(({ cluster_id }) => cluster_id !== null)!;
    for (const path of [`faces/${face.id}/crop`, `images/${sent.json.id}/preview`]) {
      const answer = await api.get(`/v1/tenants/goes/${path}`);
      expect([answer.status, answer.headers.get('content-type')], path).toEqual([200, 'image/jpeg']);
    }
    const job = await api.sendImage<{ id: string }>(
      'goes',
      samplePhotos[1]!,
      {},
      { prefer: 'respond-async' },
    );
    expect(job.status).toBe(202);
    await expect
      .poll(async () => (await api.all<ImageJson>('/v1/tenants/goes/images')).length, { timeout: 120_000 })
      .toBe(2);
    const images = await api.all<ImageJson>('/v1/tenants/goes/images');
    for (const { id } of images) expect((await kept('goes', id)).subarray(0, 8)).toEqual(MAGIC);
  });

  it('answers with a code when a stored file was damaged', async () => {
    const [image] = await api.all<ImageJson>('/v1/tenants/stays/images');
    const path = app.app.get(BlobStore).pathOf(imageBlobKey('stays', image!.id));
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, -1));
    const refused = await api.get<{ code: string }>(`/v1/tenants/stays/images/${image!.id}/preview`);
    expect([refused.status, refused.json.code]).toEqual([500, 'storage.unreadable']);
    await writeFile(path, whole);
    expect((await api.get(`/v1/tenants/stays/images/${image!.id}/preview`)).status).toBe(200);
  });

  it('encrypts what was kept before, once', async () => {
    const [image] = await api.all<ImageJson>('/v1/tenants/stays/images');
    const original = await readFile(samplePhotos[0]!);
    await writeFile(app.app.get(BlobStore).pathOf(imageBlobKey('stays', image!.id)), original);
    expect((await api.get(`/v1/tenants/stays/images/${image!.id}/preview`)).status).toBe(200);
    const encryption = app.app.get(BlobEncryption);
    expect([await encryption.run(), await encryption.run()]).toEqual([1, 0]);
    expect((await kept('stays', image!.id)).subarray(0, 8)).toEqual(MAGIC);
    expect((await api.get(`/v1/tenants/stays/images/${image!.id}/preview`)).status).toBe(200);
  });

  it('an export holds the photos plainly, and an import encrypts them under the key of where they come', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kindred-plain-'));
    const [image] = await api.all<ImageJson>('/v1/tenants/stays/images');
    const exported = await kindred(api, 'export', '--tenant', 'stays', '--to', folder, '--originals');
    expect([exported.code, exported.err]).toEqual([0, '']);
    const [name] = await readdir(join(folder, 'originals'));
    expect(await readFile(join(folder, 'originals', name!))).toEqual(await readFile(samplePhotos[0]!));
    const imported = await kindred(api, 'import', '--from', folder, '--tenant', 'new-home');
    expect([imported.code, imported.err]).toEqual([0, '']);
    const there = await kept('new-home', image!.id);
    expect(there.subarray(0, 8)).toEqual(MAGIC);
    // Another key, not a copy of the file.
    expect(there.subarray(8, 24)).not.toEqual((await kept('stays', image!.id)).subarray(8, 24));
    const answer = await api.get(`/v1/tenants/new-home/images/${image!.id}/preview`);
    expect(answer.status).toBe(200);
    await rm(folder, { recursive: true });
  });

  it('the erasure of a tenant destroys its key, and the receipt says so', async () => {
    expect(await keys()).toEqual(['t-goes.key', 't-new-home.key', 't-stays.key']);
    const gone = await api.call<{
      receipt: { receipt: { storage: object; verified: { remaining: Record<string, number> } } };
    }>('DELETE', '/v1/tenants/goes', undefined, { prefer: 'wait=60' });
    expect(gone.status, gone.text).toBe(200);
    const { storage: told, verified } = gone.json.receipt.receipt;
    expect(told).toMatchObject({ key_destroyed: true });
    expect(verified.remaining['encryption_keys']).toBe(0);
    expect(await keys()).toEqual(['t-new-home.key', 't-stays.key']);
  });

  it('logs no key', async () => {
    const master = (await readFile(storage.masterKeyFile, 'utf8')).trim();
    const wrapped = JSON.parse(await readFile(join(storage.keysDir, 't-stays.key'), 'utf8')) as {
      wrapped: string;
    };
    refuseSecrets(app.log(), [master, wrapped.wrapped]);
  });
});
