// Periods that end, a clock that the test holds, real photos, both databases: announced, erased with a receipt, held, isolated.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceErasure } from '../../src/clusters/face-erasure.js';
import { ExclusiveWork } from '../../src/database/exclusive-work.js';
import { SystemStore } from '../../src/database/system-store.js';
import { ErasureRunner } from '../../src/erasure/erasure-runner.js';
import { RetentionSchedule } from '../../src/retention/retention-schedule.js';
import type { Api, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { samplePhotos } from '../harness/shared-data.js';

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

interface Retention {
  readonly legal_hold: boolean;
  readonly tenant_erasure: { rule: string; erase_at: string; announced_at: string | null } | null;
  readonly would_erase: { tenant: boolean; images: number };
}
interface Event {
  readonly actor: string;
  readonly action: string;
  readonly details: Record<string, unknown>;
  readonly subject_id: string | null;
}

describe.each(['postgres', 'embedded'] as const)('retention, %s', (database) => {
  let app: TestApp;
  let api: Api;
  beforeAll(async () => {
    app = await startApp({ database });
    api = app.admin;
  });
  afterAll(() => app.close());

  const look = (now: Date): Promise<boolean> => app.app.get(RetentionSchedule).look(now);
  const retentionOf = async (tenant: string, by?: Date): Promise<Retention> =>
    (await api.get<Retention>(`/v1/tenants/${tenant}/retention${by ? `?by=${by.toISOString()}` : ''}`)).json;
  const set = (tenant: string, retention: unknown, as = api) =>
    as.call<{ code: string }>('PATCH', `/v1/tenants/${tenant}`, { settings: { retention } });
  const made = async (tenant: string, retention: unknown, photos = 1): Promise<ImageJson[]> => {
    expect((await api.post('/v1/tenants', { id: tenant, settings: { retention } })).status).toBe(201);
    const images: ImageJson[] = [];
    for (const photo of samplePhotos.slice(0, photos)) {
      const sent = await api.sendImage(tenant, photo);
      expect(sent.status, sent.text).toBe(201);
      images.push(sent.json);
    }
    return images;
  };
  const actionsOf = async (tenant: string): Promise<string[]> =>
    (await api.all<Event>(`/v1/tenants/${tenant}/audit`)).map((event) => event.action);
  /** Ends what was begun: the runner may be at it already. */
  const gone = async (tenant: string): Promise<void> => {
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      if ((await api.get(`/v1/tenants/${tenant}`)).status === 404) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${tenant} is not gone`);
  };

  it('announces an idle tenant and erases it, a used one and one without a period stay', async () => {
    await made('idle', { idle_days: 30 });
    await made('busy', { idle_days: 60 });
    await made('plain', undefined);
    const { json } = await api.get<{ retention: { rule: string; erase_at: string } }>('/v1/tenants/idle');
    expect(json.retention.rule).toBe('idle');
    expect(Math.round((Date.parse(json.retention.erase_at) - Date.now()) / DAY_MS)).toBe(30);
    expect((await retentionOf('idle', inDays(31))).would_erase).toEqual({ tenant: true, images: 0 });

    await look(inDays(22));
    expect(await actionsOf('idle')).not.toContain('retention.tenant_announced');
    await look(inDays(24));
    const [announced] = await api.all<Event>('/v1/tenants/idle/audit');
    expect(announced).toMatchObject({
      actor: 'retention',
      action: 'retention.tenant_announced',
      details: { cause: 'retention', rule: 'idle' },
    });
    const log = await api.all<Event & { audit_ref: string }>('/v1/tenants/idle/audit');
    await look(inDays(29));
    expect((await api.get('/v1/tenants/idle')).status).toBe(200);
    await look(inDays(32));
    await gone('idle');
    const ended = await api.all<Event>(`/v1/audit/${log[0]!.audit_ref}`);
    expect(ended.find((event) => event.action === 'tenant.erased')).toMatchObject({
      actor: 'retention',
      details: { cause: 'retention', rule: 'idle' },
    });
    for (const tenant of ['busy', 'plain']) {
      const { json } = await api.get<{ image_count: number }>(`/v1/tenants/${tenant}`);
      expect(json.image_count).toBe(1);
    }
  });

  it('counts looking into a tenant as a use, and looking at it as none', async () => {
    await made('watched', { idle_days: 10, warn_days: 3 }, 0);
    const system = app.app.get(SystemStore);
    const lastUse = async () =>
      (await system.transaction(({ tenants }) => tenants.find('watched')))!.lastUsedAt;
    await api.get('/v1/tenants/watched');
    await retentionOf('watched');
    await api.get('/v1/tenants/watched/audit');
    expect(await lastUse()).toBeNull();
    await api.get('/v1/tenants/watched/clusters');
    await expect.poll(lastUse).toBeInstanceOf(Date);
    await look(inDays(8));
    expect(await actionsOf('watched')).toContain('retention.tenant_announced');
    // Used again a day before the end: what was announced is taken back.
    await system.transaction(({ tenants }) => tenants.touch('watched', inDays(9)));
    await look(inDays(11));
    expect((await api.get('/v1/tenants/watched')).status).toBe(200);
    expect((await actionsOf('watched'))[0]).toBe('retention.tenant_withdrawn');
  });

  it('warns in full where a period has ended before anybody was told', async () => {
    await made('late', { purpose_ends_on: '2020-12-31', warn_days: 5 });
    await look(inDays(0));
    expect((await api.get('/v1/tenants/late')).status).toBe(200);
    await look(inDays(4));
    expect((await api.get('/v1/tenants/late')).status).toBe(200);
    await look(inDays(6));
    await gone('late');
  });

  it('erases images by age with their faces, and goes on where it was killed', async () => {
    const [first, second] = await made('ages', { image_max_age_days: 20, warn_days: 2 }, 2);
    await look(inDays(0));
    expect((await retentionOf('ages', inDays(21))).would_erase).toEqual({ tenant: false, images: 2 });
    await look(inDays(19));
    expect((await api.get<{ image_count: number }>('/v1/tenants/ages')).json.image_count).toBe(2);
    // What a process did that died after the rows of the first image.
    await app.app.get(FaceErasure).deleteImage('ages', first!.id, 'retention');
    await look(inDays(21));
    await app.app.get(ErasureRunner).passOnce(0);
    const { json } = await api.get<Record<string, number>>('/v1/tenants/ages');
    expect([json['image_count'], json['face_count'], json['cluster_count']]).toEqual([0, 0, 0]);
    expect((await api.get(`/v1/tenants/ages/images/${second!.id}`)).status).toBe(404);
    const plan = await api.call<{ inventory: Record<string, number> }>(
      'DELETE',
      '/v1/tenants/ages?dry_run=true',
    );
    expect(plan.json.inventory).toMatchObject({ images: 0, faces: 0, face_embeddings: 0, blobs: 0 });
    const open = await app.app.get(SystemStore).transaction(({ erasures }) => erasures.listOpen(10));
    expect(open).toEqual([]);
    const events = await api.all<Event>('/v1/tenants/ages/audit');
    const erased = events.filter((event) => event.action === 'operation.image_delete');
    expect(erased.map((event) => event.actor)).toEqual(['retention', 'retention']);
  });

  it('a legal hold stops the machine and people, says so in dry runs, and only the operator lifts it', async () => {
    const [image] = await made('held', { idle_days: 1, image_max_age_days: 1, warn_days: 0 });
    const face = image!.faces.find(({ cluster_id }) => cluster_id !== null)!;
    const minted = await api.post<{ key: string }>('/v1/tenants/held/api-keys', {
      name: 'all',
      scopes: ['read', 'review', 'erase', 'admin'],
    });
    const admin = api.as(minted.json.key);
    const setByTenant = await set('held', { legal_hold: true }, admin);
    expect([setByTenant.status, setByTenant.json.code]).toEqual([403, 'auth.scope_insufficient']);
    expect(
      (await set('held', { idle_days: 1, image_max_age_days: 1, warn_days: 0, legal_hold: true })).status,
    ).toBe(200);
    expect((await set('held', { legal_hold: false }, admin)).status).toBe(403);
    // Left out, it stays.
    expect((await set('held', { idle_days: 1, image_max_age_days: 1, warn_days: 0 }, admin)).status).toBe(
      200,
    );

    await look(inDays(400));
    expect((await retentionOf('held', inDays(400))).would_erase).toEqual({ tenant: false, images: 0 });
    const things = [
      '/v1/tenants/held',
      `/v1/tenants/held/images/${image!.id}`,
      `/v1/tenants/held/faces/${face.id}`,
      `/v1/tenants/held/clusters/${face.cluster_id}?faces=erase`,
    ];
    for (const path of things) {
      const plan = await admin.call<{ legal_hold: boolean }>(
        'DELETE',
        `${path}${path.includes('?') ? '&' : '?'}dry_run=true`,
      );
      expect([plan.status, plan.json.legal_hold], path).toEqual([200, true]);
      const refused = await admin.call<{ code: string }>('DELETE', path);
      expect([refused.status, refused.json.code], path).toEqual([409, 'retention.legal_hold']);
    }
    // "No face" would erase an embedding.
    const dismissed = await admin.call<{ code: string }>('PATCH', `/v1/tenants/held/faces/${face.id}`, {
      state: 'dismissed',
    });
    expect([dismissed.status, dismissed.json.code]).toEqual([409, 'retention.legal_hold']);
    const seen = await admin.get<ImageJson>(`/v1/tenants/held/images/${image!.id}`);
    expect(seen.json.faces).toEqual(image!.faces);

    expect((await set('held', { idle_days: 1, legal_hold: false })).status).toBe(200);
    expect((await admin.call('DELETE', things[2]!)).status).toBe(204);
  });

  it('files consents, of a tenant and of a person, and the audit log says so', async () => {
    const [image] = await made('consents', { consent_ref: 'contract 17/2026' });
    const cluster = image!.faces.find(({ cluster_id }) => cluster_id !== null)!.cluster_id!;
    const path = `/v1/tenants/consents/clusters/${cluster}`;
    const filed = await api.call<{ cluster: { consent_ref: string } }>('PATCH', path, {
      consent_ref: 'form 4711',
    });
    expect([filed.status, filed.json.cluster.consent_ref]).toEqual([200, 'form 4711']);
    expect((await api.get<{ consent_ref: string }>(path)).json.consent_ref).toBe('form 4711');
    expect((await api.call('PATCH', path, { consent_ref: 'Zo\u00eb' })).status).toBe(400);
    const events = await api.all<Event>('/v1/tenants/consents/audit');
    expect(events.find((event) => event.action === 'cluster.consent_filed')).toMatchObject({
      subject_id: cluster,
      details: { consent_ref: 'form 4711' },
    });
    const { json } = await api.get<{ retention: { consent_ref: string } }>('/v1/tenants/consents');
    expect(json.retention.consent_ref).toBe('contract 17/2026');
  });

  it('is looked at by one process at a time', async () => {
    const results: boolean[] = [];
    await app.app.get(ExclusiveWork).run('retention', async () => {
      results.push(await look(inDays(0)));
    });
    expect(results).toEqual([false]);
    expect(await look(inDays(0))).toBe(true);
  });

  it.each([
    [{ idle_days: 0 }, '#/settings/retention/idle_days'],
    [{ purpose_ends_on: '2026-02-30' }, '#/settings/retention/purpose_ends_on'],
    [[], '#/settings/retention'],
  ])('refuses %j and names the fault', async (retention, pointer) => {
    const refused = await api.post<{ errors: { pointer: string }[] }>('/v1/tenants', {
      id: 'faulty',
      settings: { retention },
    });
    expect([refused.status, refused.json.errors[0]?.pointer]).toEqual([400, pointer]);
  });
});
