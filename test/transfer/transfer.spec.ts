// A gallery leaves one Kindred and is the same in another: on the other database, with and without embeddings, broken off and
// taken up again.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantBlobPrefix } from '../../src/storage/blob-key.js';
import { BlobStore } from '../../src/storage/blob-store.js';
import type { Api, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { kindred } from './commands.js';
import { makeGallery, snapshot } from './gallery.js';

const DIRECTIONS = [
  ['embedded', 'postgres'],
  ['postgres', 'embedded'],
] as const;

describe.each(DIRECTIONS)('from %s to %s', (fromDatabase, toDatabase) => {
  let source: TestApp;
  let target: TestApp;
  let folder: string;
  beforeAll(async () => {
    source = await startApp({ database: fromDatabase });
    target = await startApp({ database: toDatabase });
    folder = await mkdtemp(join(tmpdir(), 'kindred-transfer-'));
    await makeGallery(source.admin, 'family');
  });
  afterAll(async () => {
    await source.close();
    await target.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openItems = (api: Api, tenant: string): Promise<{ id: string; kind: string }[]> =>
    api.all(`/v1/tenants/${tenant}/review-pending`);

  it('writes a folder, once however often it is run', async () => {
    const words = ['export', '--tenant', 'family', '--to', folder, '--embeddings', '--originals'];
    const first = await kindred(source.admin, ...words);
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.json).toMatchObject({ image: 6, originals: 6, missing: 0, changed: false });
    const before = await readFile(join(folder, 'kindred.jsonl'), 'utf8');
    expect((await kindred(source.admin, ...words)).json).toEqual(first.json);
    expect(await readFile(join(folder, 'kindred.jsonl'), 'utf8')).toBe(before);
    const { json } = await source.admin.get<{ items: { action: string; details: object }[] }>(
      '/v1/tenants/family/audit?limit=20',
    );
    const exported = json.items.filter((event) => JSON.stringify(event).includes('tenant.exported'));
    expect(exported.length).toBe(1);
  });

  it('is the same gallery in the other Kindred, under the same ids', async () => {
    const done = await kindred(target.admin, 'import', '--from', folder, '--tenant', 'family');
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.json).toMatchObject({
      images: 6,
      mapped: {},
      conflicts: 0,
      left_out_items: 0,
      constraints_left_out: 0,
    });
    expect(await snapshot(target, 'family')).toEqual(await snapshot(source, 'family'));
    const settings = (api: Api) => api.get<{ settings: object }>('/v1/tenants/family');
    expect((await settings(target.admin)).json.settings).toEqual(
      (await settings(source.admin)).json.settings,
    );
  });

  it('is searched like the first one: the embeddings came along', async () => {
    const images = await source.admin.all<ImageJson>('/v1/tenants/family/images');
    const face = images
      .flatMap((image) => image.faces)
      .find(({ cluster_id, state }) => cluster_id && state === 'active')!;
    const asked = (api: Api) =>
      api.post<{ matches: { cluster_id: string; similarity: number }[] }>('/v1/tenants/family/search', {
        face_id: face.id,
      });
    const [a, b] = [(await asked(source.admin)).json.matches, (await asked(target.admin)).json.matches];
    expect(b.map(({ cluster_id }) => cluster_id)).toEqual(a.map(({ cluster_id }) => cluster_id));
    for (const [i, match] of b.entries()) expect(match.similarity).toBeCloseTo(a[i]!.similarity, 3);
  });

  it('asks nothing again and moves nothing that a human held, when it is consolidated', async () => {
    const before = await snapshot(target, 'family');
    const asked = new Set((await openItems(target.admin, 'family')).map(({ id }) => id));
    const job = await target.admin.post<{ id: string }>('/v1/tenants/family/consolidate', {});
    expect(job.status).toBe(202);
    await expect
      .poll(async () => (await target.admin.get<{ state: string }>(`/v1/jobs/${job.json.id}`)).json.state, {
        timeout: 60_000,
      })
      .toBe('succeeded');
    const after = await snapshot(target, 'family');
    const held = (faces: readonly object[]): object[] =>
      faces.filter((face) => (face as { locked: boolean }).locked);
    expect(held(after.faces)).toEqual(held(before.faces));
    expect(after.constraints).toEqual(before.constraints);
    const subjects = new Map(before.items.map((item) => [subjectOf(item), item]));
    const news = after.items.filter((item) => !asked.has((item as { id: string }).id));
    for (const item of news.filter((one) => (one as { state: string }).state === 'open'))
      expect(subjects.get(subjectOf(item)), JSON.stringify(item)).toBeUndefined();
  });

  it('changes nothing when it is imported again', async () => {
    const before = await snapshot(target, 'family');
    const operations = await target.admin.all('/v1/tenants/family/operations');
    const again = await kindred(target.admin, 'import', '--from', folder, '--tenant', 'family');
    expect([again.code, again.err]).toEqual([0, '']);
    expect(again.json).toMatchObject({ images: 0, faces: 0, clusters: 0, constraints: 0, review_items: 0 });
    expect(await snapshot(target, 'family')).toEqual(before);
    expect((await target.admin.all('/v1/tenants/family/operations')).length).toBe(operations.length);
    const blobs: string[] = [];
    for await (const { key } of target.app.get(BlobStore).list(tenantBlobPrefix('family'))) blobs.push(key);
    expect(blobs.length).toBe(6);
    expect(await readdir(folder)).not.toContain('import-family.json');
  });
});

const subjectOf = (item: object): string => {
  const { kind, subjectKey } = item as { kind: string; subjectKey: string };
  return `${kind} ${subjectKey}`;
};
