// Real photos in three orders, over HTTP: after consolidation the groups are the same, whatever ingest made of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permutation } from '../../src/domain/evaluation/seeded-random.js';
import type { FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { committedPacks } from '../harness/model-packs.js';
import { unlikePhotosOfFivePeople } from '../harness/people.js';

const PHOTOS_EACH = 4;
/** How readily a tenant joins at ingest: what is to be put right differs with the order, and with this. */
const TENANTS = [
  { id: 'readily', accept: 0.9 },
  { id: 'slowly', accept: 0.999 },
  { id: 'hardly', accept: 0.9999 },
];

interface JobJson {
  readonly id: string;
  readonly state: string;
  readonly result: Record<string, unknown> & {
    readonly operation_id: string | null;
    readonly moved: { readonly count: number };
    readonly created: { readonly listed: readonly { readonly cluster_id: string }[] };
  };
}

describe('consolidation over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ env: { KINDRED_MODELS_DIR: committedPacks, KINDRED_MODEL_PACK: 'compact' } });
    const all = await unlikePhotosOfFivePeople();
    const seen = new Map<string, number>();
    const photos = all.filter(({ person }) => {
      seen.set(person, (seen.get(person) ?? 0) + 1);
      return seen.get(person)! <= PHOTOS_EACH;
    });
    for (const [seed, { id, accept }] of TENANTS.entries()) {
      const settings = { clustering: { accept } };
      expect((await app.admin.post('/v1/tenants', { id, settings })).status).toBe(201);
      // One after the other: the order shall differ between the tenants, and in nothing else.
      for (const i of permutation(photos.length, seed + 1))
        expect((await app.admin.sendImage(id, photos[i]!.bytes)).status).toBe(201);
    }
  });
  afterAll(() => app.close());

  const faces = async (tenant: string): Promise<(FaceJson & { key: string })[]> =>
    (await app.admin.all<ImageJson>(`/v1/tenants/${tenant}/images`))
      .flatMap((image) =>
        image.faces.map((face) => ({ ...face, key: `${image.sha256} ${Math.round(face.box.x)}` })),
      )
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  /** Which faces are together, by what they are. */
  const partition = async (tenant: string): Promise<string[]> => {
    const groups = new Map<string, string[]>();
    for (const { key, cluster_id } of await faces(tenant)) {
      const group = cluster_id ?? `alone ${key}`;
      groups.set(group, [...(groups.get(group) ?? []), key]);
    }
    return [...groups.values()].map((keys) => keys.join(' + ')).sort();
  };
  const consolidate = async (tenant: string, body: object = {}): Promise<JobJson['result']> => {
    const path = `/v1/tenants/${tenant}/consolidate`;
    const accepted = await app.admin.post<JobJson>(path, body);
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`/v1/jobs/${accepted.json.id}`);
    const job = async () => (await app.admin.get<JobJson>(`/v1/jobs/${accepted.json.id}`)).json;
    await expect
      .poll(async () => (await job()).state, { timeout: 50_000, interval: 200 })
      .toMatch(/succeeded|failed/);
    const ended = await job();
    expect(ended).toMatchObject({ kind: 'consolidate', state: 'succeeded', problem: null });
    return ended.result;
  };
  /** Ids of clusters that a run founds are its own. */
  const comparable = ({ operation_id: _, dry_run: __, ...result }: JobJson['result']): unknown => {
    let text = JSON.stringify(result);
    for (const { cluster_id } of result.created.listed) text = text.replaceAll(cluster_id, 'founded');
    return JSON.parse(text);
  };

  it('gives the same groups in every order of arrival, does what the dry run said, and then nothing', async () => {
    const before = await Promise.all(TENANTS.map(({ id }) => partition(id)));
    expect(new Set(before.map((groups) => groups.join('\n'))).size).toBeGreaterThan(1);
    let moved = 0;
    for (const { id } of TENANTS) {
      const planned = await consolidate(id, { dry_run: true });
      expect(planned.operation_id).toBeNull();
      const done = await consolidate(id);
      expect(comparable(done)).toEqual(comparable(planned));
      moved += done.moved.count;
      expect((await consolidate(id)).operation_id).toBeNull();
    }
    expect(moved).toBeGreaterThan(0);
    const [first, ...others] = await Promise.all(TENANTS.map(({ id }) => partition(id)));
    for (const groups of others) expect(groups).toEqual(first);
  });

  it('is told in the log, and can be taken back', async () => {
    const tenant = 'hardly';
    const log = await app.admin.all<{ id: string; kind: string; summary: string }>(
      `/v1/tenants/${tenant}/operations?kind=consolidate`,
    );
    expect(log).toHaveLength(1);
    expect(log[0]!.summary).toMatch(/^The machine looked at all faces again: \d+ faces? moved/);
    const done = await partition(tenant);
    const undo = await app.admin.post<{ operation: { id: string } }>(
      `/v1/tenants/${tenant}/operations/${log[0]!.id}/undo`,
    );
    expect(undo.status).toBe(200);
    expect(await partition(tenant)).not.toEqual(done);
    // The word of the one who took it back holds: no run makes the same of it again.
    await consolidate(tenant);
    expect(await partition(tenant)).not.toEqual(done);
    expect((await consolidate(tenant)).operation_id).toBeNull();
  });

  it('leaves what a human named and put together as it is', async () => {
    const tenant = 'slowly';
    const [one, other] = (await faces(tenant)).filter(({ cluster_id }) => cluster_id !== null);
    const home = one!.cluster_id!;
    const clusters = `/v1/tenants/${tenant}/clusters`;
    expect((await app.admin.call('PATCH', `${clusters}/${home}`, { label: 'Ann' })).status).toBe(200);
    const stranger = (await faces(tenant)).find(
      ({ cluster_id }) => cluster_id !== null && cluster_id !== home,
    )!;
    const moved = await app.admin.call('PATCH', `/v1/tenants/${tenant}/faces/${stranger.id}`, {
      cluster_id: home,
    });
    expect(moved.status).toBe(200);
    const result = await consolidate(tenant);
    expect(result).toMatchObject({ named_untouched: { count: 1, listed: [home] } });
    const now = new Map((await faces(tenant)).map((face) => [face.id, face.cluster_id]));
    expect(now.get(stranger.id)).toBe(home);
    expect(now.get(one!.id)).toBe(home);
    expect(other).toBeDefined();
    expect((await app.admin.get(`${clusters}/${home}`)).json).toMatchObject({ label: 'Ann' });
  });

  it('refuses a body that it does not understand, and a key that may not review', async () => {
    const path = '/v1/tenants/readily/consolidate';
    expect((await app.admin.post(path, { dry_run: 'yes' })).status).toBe(400);
    expect((await app.admin.post('/v1/tenants/nobody/consolidate', {})).json).toMatchObject({
      code: 'tenant.not_found',
    });
    const minted = await app.admin.post<{ key: string }>('/v1/tenants/readily/api-keys', {
      name: 'reader',
      scopes: ['read'],
    });
    expect((await app.admin.as(minted.json.key).post(path, {})).status).toBe(403);
  });
});
