// An export while other work changes what it reads: whatever comes between two of its pages, the file is right or not whole.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantStore } from '../../src/database/tenant-store.js';
import type { ExportLine } from '../../src/domain/transfer/export-line.js';
import type { Api, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';
import { twoPacks, type TwoPacks } from '../harness/two-packs.js';
import { type ChangeJson, inPhase } from '../model-changes/gallery.js';
import { type CommandEnd, kindred } from './commands.js';
import { makeGallery } from './gallery.js';

/** More than a page of photos. */
const PHOTOS = 25;

describe('an export while something else goes on', () => {
  let packs: TwoPacks;
  let app: TestApp;
  let admin: Api;
  let folder: string;
  beforeAll(async () => {
    packs = await twoPacks();
    app = await startApp({ env: { KINDRED_MODELS_DIR: packs.dir, KINDRED_MODEL_PACK: packs.from } });
    admin = app.admin;
    folder = await mkdtemp(join(tmpdir(), 'kindred-meanwhile-'));
  });
  afterAll(async () => {
    await app.close();
    await packs.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** Lets `work` happen before the n-th time that the next export of the service reads; the first is its header. */
  function beforeRead(n: number, work: () => Promise<unknown>): void {
    const store = app.app.get(TenantStore);
    const forTenant = store.forTenant.bind(store);
    let exported: ReturnType<typeof forTenant> | undefined;
    store.forTenant = (tenantId) => {
      const scope = forTenant(tenantId);
      if (exported !== undefined || !new Error().stack!.includes('GalleryExport.write')) return scope;
      exported = scope;
      const read = scope.read.bind(scope);
      let reads = 0;
      scope.read = async (page) => {
        if (++reads === n) await work();
        return read(page);
      };
      return scope;
    };
  }

  const exportInto = (to: string, tenant: string): Promise<CommandEnd> =>
    kindred(admin, 'export', '--tenant', tenant, '--to', to, '--embeddings', '--originals');

  const linesIn = async (file: string): Promise<ExportLine[]> =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportLine);

  it.each([
    ['before its first page', 2],
    ['between two pages', 3],
    ['before its last line', 7],
  ])(
    'breaks off without a last line when the tenant is erased %s, and is then refused by code',
    async (_, n) => {
      await makeGallery(admin, 'going');
      beforeRead(n, async () => {
        const erased = await admin.call('DELETE', '/v1/tenants/going', undefined, { prefer: 'wait=60' });
        expect(erased.status, erased.text).toBe(200);
      });
      const to = join(folder, `going-${n}`);
      const run = await exportInto(to, 'going');
      expect([run.code, run.err.trim()]).toEqual([3, '404 tenant.not_found: There is no such tenant.']);
      await expectNotWhole(to);
    },
  );

  it('breaks off as well while the erasure is under way, whatever it has taken by then', async () => {
    await makeGallery(admin, 'going');
    beforeRead(7, async () => {
      expect((await admin.call('DELETE', '/v1/tenants/going')).status).toBe(202);
    });
    const to = join(folder, 'going-on');
    const run = await exportInto(to, 'going');
    expect([1, 3]).toContain(run.code);
    expect(run.err).toMatch(/409 tenant\.erasing|404 tenant\.not_found/);
    await expectNotWhole(to);
  });

  async function expectNotWhole(to: string): Promise<void> {
    await expect(readFile(join(to, 'kindred.jsonl'))).rejects.toThrow('ENOENT');
    const lines = await linesIn(join(to, 'kindred.jsonl.part'));
    expect(lines.map(({ type }) => type)).not.toContain('end');
    const refused = await kindred(admin, 'import', '--from', to, '--tenant', 'nowhere');
    expect(refused.code).toBe(1);
  }

  it('says that it changed when a person is erased meanwhile, and can be imported', async () => {
    await makeGallery(admin, 'losing');
    const { json } = await admin.get<{ items: { id: string }[] }>('/v1/tenants/losing/clusters?label=Grace');
    const [grace] = json.items;
    beforeRead(4, async () => {
      const erased = await admin.call('DELETE', `/v1/tenants/losing/clusters/${grace!.id}?faces=erase`);
      expect(erased.status, erased.text).toBe(204);
    });
    const to = join(folder, 'losing');
    const run = await exportInto(to, 'losing');
    expect([run.code, run.err, run.json['changed']]).toEqual([0, '', true]);
    const back = await kindred(admin, 'import', '--from', to, '--tenant', 'found');
    expect([back.code, back.err]).toEqual([0, '']);
    // The tenant itself is sent what it has erased: it stays erased.
    const again = await kindred(admin, 'import', '--from', to, '--tenant', 'losing');
    expect([again.code, again.err]).toEqual([0, '']);
    expect((await admin.get('/v1/tenants/losing/clusters?label=Grace')).json).toMatchObject({ items: [] });
  });

  it('of which a photo goes before its original came is whole without it, and so is its import', async () => {
    await makeGallery(admin, 'thinner');
    const to = join(folder, 'thinner');
    const words = ['export', '--tenant', 'thinner', '--to', to];
    expect((await kindred(admin, ...words)).code).toBe(0);
    const [image] = (await linesIn(join(to, 'kindred.jsonl'))).filter(({ type }) => type === 'image');
    const { id } = image as { id: string };
    expect((await admin.call('DELETE', `/v1/tenants/thinner/images/${id}`)).status).toBe(204);
    for (const run of [1, 2]) {
      const fetched = await kindred(admin, ...words, '--originals');
      expect([fetched.code, fetched.err], `run ${run}`).toEqual([0, '']);
      expect(fetched.json).toMatchObject({ image: 6, originals: 5, erased: 1, missing: 0 });
    }
    const back = await kindred(admin, 'import', '--from', to, '--tenant', 'thin');
    expect([back.code, back.err]).toEqual([0, '']);
    expect(back.json).toMatchObject({ images: 5, photos_erased: 1, photos_without_original: 0 });
  });

  it('holds of each face the vector that is in force, before, across and after a change of model', async () => {
    const photos = (await fiftyPhotosOfFivePeople()).filter((_, i) => i % 2 === 0).slice(0, PHOTOS);
    expect((await admin.post('/v1/tenants', { id: 'moving' })).status).toBe(201);
    for (const { bytes } of photos) expect((await admin.sendImage('moving', bytes)).status).toBe(201);
    let change: ChangeJson | undefined;
    /** Faces by space, and of them those with a vector. */
    const spacesIn = async (to: string): Promise<Record<string, [number, number]>> => {
      const counts: Record<string, [number, number]> = {};
      for (const line of await linesIn(join(to, 'kindred.jsonl'))) {
        if (line.type !== 'face') continue;
        const [faces, vectors] = counts[line.space] ?? [0, 0];
        counts[line.space] = [faces + 1, vectors + Number(line.embedding !== undefined)];
      }
      return counts;
    };
    // The third read is the second page of photos.
    beforeRead(3, async () => {
      const ordered = await admin.post<ChangeJson>('/v1/tenants/moving/model-changes', { pack: packs.to });
      expect(ordered.status, ordered.text).toBe(202);
      change = await inPhase(admin, 'moving', ordered.json.id, ['settled']);
    });
    const across = join(folder, 'across');
    const run = await exportInto(across, 'moving');
    expect([run.code, run.err, run.json['changed']]).toEqual([0, '', true]);
    expect(change!.phase).toBe('settled');
    // Its header names no recogniser of the other space: those faces come without a vector, which nobody could judge.
    const { [packs.from]: former, [packs.to]: moved } = await spacesIn(across);
    expect([former![0], moved![0] > 0, moved![1]]).toEqual([former![1], true, 0]);
    // The former vectors are still there, and leave no more.
    const after = join(folder, 'after');
    expect((await exportInto(after, 'moving')).json['changed']).toBe(false);
    const whole = await spacesIn(after);
    expect([Object.keys(whole), whole[packs.to]![0]]).toEqual([[packs.to], whole[packs.to]![1]]);

    // Both make one gallery in one space.
    for (const [from, tenant] of [
      [across, 'arrived-across'],
      [after, 'arrived-after'],
    ] as const) {
      const arrived = await kindred(admin, 'import', '--from', from, '--tenant', tenant);
      expect([arrived.code, arrived.err]).toEqual([0, '']);
      const images = await admin.all<ImageJson>(`/v1/tenants/${tenant}/images`);
      expect(images.length).toBe(photos.length);
      const again = await exportInto(join(folder, `again-${tenant}`), tenant);
      expect([again.code, again.json['changed']]).toEqual([0, false]);
      const [counts, ...others] = Object.values(await spacesIn(join(folder, `again-${tenant}`)));
      expect([counts![1], others]).toEqual([counts![0], []]);
    }
  }, 400_000);
});
