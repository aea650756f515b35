// "Do not group this person", both ways, with real photos: what is erased, what is kept, and what becomes of later faces.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople, type NamedPhoto } from '../harness/people.js';
import { twoPacks } from '../harness/two-packs.js';

interface Answer {
  readonly opt_out_id: string | null;
  readonly kept: string[];
  readonly erasure: { readonly phase: string; readonly erased: Record<string, number> };
}

describe.each(['postgres', 'embedded'] as const)('opting out, %s', (database) => {
  let app: TestApp;
  let api: Api;
  let photos: NamedPhoto[];
  beforeAll(async () => {
    app = await startApp({ database });
    api = app.admin;
    const all = await fiftyPhotosOfFivePeople();
    expect((await api.post('/v1/tenants', { id: 'probe' })).status).toBe(201);
    photos = [];
    for (const photo of all) {
      if (photos.length === 2 || photos.some(({ person }) => person === photo.person)) continue;
      const { faces } = (await api.sendImage<ImageJson>('probe', photo.bytes)).json;
      if (faces.length === 1 && faces[0]!.assignment === 'created') photos.push(photo);
    }
  });
  afterAll(() => app.close());

  /** Other bytes, the same face: what the same camera sends a moment later. */
  const again = async ({ bytes }: NamedPhoto): Promise<Uint8Array> =>
    new Uint8Array(await sharp(bytes).jpeg({ quality: 88 }).toBuffer());
  const face = async (tenant: string, bytes: Uint8Array): Promise<FaceJson> => {
    const sent = await api.sendImage<ImageJson>(tenant, bytes);
    expect(sent.status, sent.text).toBe(201);
    return sent.json.faces[0]!;
  };
  /** One photo each of two people, in clusters of their own. */
  const twoPeople = async (tenant: string) => {
    expect((await api.post('/v1/tenants', { id: tenant })).status).toBe(201);
    const [first, second] = photos as [NamedPhoto, NamedPhoto];
    const [a, b] = [await face(tenant, first.bytes), await face(tenant, second.bytes)];
    expect(a.cluster_id).not.toBeNull();
    expect(b.cluster_id).not.toBe(a.cluster_id);
    return { first, second, a, b };
  };
  const inventory = async (tenant: string): Promise<Record<string, number>> =>
    (await api.call<{ inventory: Record<string, number> }>('DELETE', `/v1/tenants/${tenant}?dry_run=true`))
      .json.inventory;
  const optOut = (tenant: string, cluster: string, body: object) =>
    api.post<Answer & { code: string }>(`/v1/tenants/${tenant}/clusters/${cluster}/opt-out`, body);

  it('keeping nothing: the person is erased, and found again as somebody unknown', async () => {
    const { first, a } = await twoPeople('nothing');
    const done = await optOut('nothing', a.cluster_id!, { keep: 'nothing' });
    expect(done.status, done.text).toBe(200);
    expect(done.json).toMatchObject({ opt_out_id: null, erasure: { phase: 'done', erased: { faces: 1 } } });
    expect(done.json.kept.join()).not.toMatch(/vector/);
    expect(await inventory('nothing')).toMatchObject({ opt_outs: 0, images: 2 });
    const later = await face('nothing', await again(first));
    expect(later.state).toBe('active');
    expect(later.cluster_id).not.toBe(a.cluster_id);
  });

  it('keeping a blocked exemplar: later faces of the person are dismissed, those of others are not, until it is lifted', async () => {
    const { first, second, a, b } = await twoPeople('blocked');
    const done = await optOut('blocked', a.cluster_id!, { keep: 'blocked_exemplar', reference: 'letter 12' });
    expect(done.status, done.text).toBe(200);
    expect(done.json.kept.join()).toMatch(/one vector.*biometric/);
    const before = await inventory('blocked');
    expect(before).toMatchObject({ opt_outs: 1 });

    const later = await face('blocked', await again(first));
    expect(later).toMatchObject({ state: 'dismissed', cluster_id: null, locked: true });
    expect(later.reasons).toContain('opted_out');
    expect(await inventory('blocked')).toMatchObject({
      images: before['images']! + 1,
      face_embeddings: before['face_embeddings'],
      clusters: before['clusters'],
    });
    const others = await face('blocked', await again(second));
    expect(others).toMatchObject({ state: 'active', cluster_id: b.cluster_id });
    // Nobody puts it into a cluster by hand, either.
    const moved = await api.call<{ code: string }>('PATCH', `/v1/tenants/blocked/faces/${later.id}`, {
      cluster_id: b.cluster_id,
    });
    expect([moved.status, moved.json.code]).toEqual([409, 'face.dismissed']);

    const [kept] = await api.all<{ id: string; reference: string; face_count: number }>(
      '/v1/tenants/blocked/opt-outs',
    );
    expect(kept).toMatchObject({ id: done.json.opt_out_id, reference: 'letter 12', face_count: 1 });
    const path = `/v1/tenants/blocked/opt-outs/${kept!.id}`;
    expect([(await api.call('DELETE', path)).status, (await api.call('DELETE', path)).status]).toEqual([
      204, 404,
    ]);
    const shown = new Uint8Array(await sharp(first.bytes).jpeg({ quality: 80 }).toBuffer());
    expect((await face('blocked', shown)).state).toBe('active');
    const actions = (await api.all<{ action: string }>('/v1/tenants/blocked/audit')).map(
      ({ action }) => action,
    );
    expect(actions).toEqual(expect.arrayContaining(['person.opted_out', 'person.opt_out_lifted']));
  });

  it('refuses what is unclear, unknown or held, and changes nothing then', async () => {
    const { a } = await twoPeople('refused');
    const cluster = a.cluster_id!;
    expect((await optOut('refused', cluster, {})).status).toBe(400);
    expect((await optOut('refused', cluster, { keep: 'everything' })).status).toBe(400);
    expect((await optOut('refused', a.id, { keep: 'nothing' })).json.code).toBe('cluster.not_found');
    const settings = { retention: { legal_hold: true } };
    expect((await api.call('PATCH', '/v1/tenants/refused', { settings })).status).toBe(200);
    const held = await optOut('refused', cluster, { keep: 'blocked_exemplar' });
    expect([held.status, held.json.code]).toEqual([409, 'retention.legal_hold']);
    expect(await inventory('refused')).toMatchObject({ opt_outs: 0 });
    expect((await api.get(`/v1/tenants/refused/clusters/${cluster}`)).status).toBe(200);
  });
});

it('a tenant does not move to another model pack and forget its blocked exemplars', async () => {
  const packs = await twoPacks();
  const app = await startApp({ env: { KINDRED_MODELS_DIR: packs.dir, KINDRED_MODEL_PACK: packs.from } });
  expect((await app.admin.post('/v1/tenants', { id: 'kept' })).status).toBe(201);
  for (const { bytes } of await fiftyPhotosOfFivePeople()) {
    const [face] = (await app.admin.sendImage<ImageJson>('kept', bytes)).json.faces;
    if (face === undefined || face.cluster_id === null) continue;
    const path = `/v1/tenants/kept/clusters/${face.cluster_id}/opt-out`;
    expect((await app.admin.post(path, { keep: 'blocked_exemplar' })).status).toBe(200);
    break;
  }
  const order = () => app.admin.post<{ code: string }>('/v1/tenants/kept/model-changes', { pack: packs.to });
  const refused = await order();
  expect([refused.status, refused.json.code]).toEqual([409, 'model_change.not_possible']);
  const [kept] = await app.admin.all<{ id: string }>('/v1/tenants/kept/opt-outs');
  expect((await app.admin.call('DELETE', `/v1/tenants/kept/opt-outs/${kept!.id}`)).status).toBe(204);
  expect((await order()).status).toBe(202);
  await app.close();
  await packs.remove();
});
