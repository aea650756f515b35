// Another tenant's things and nothing at all are the same answer, byte for byte, on every route that the router has.
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantStore } from '../../src/database/tenant-store.js';
import { changeOfModel } from '../database/rows.js';
import { Api, type ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { samplePhotos } from '../harness/shared-data.js';

const REQUEST_ID = 'isolation-test-request';
/** UUIDs that nobody has. */
const UNKNOWN_ID = '01a00000-0000-7000-8000-000000000000';
const UNKNOWN_TENANT = 'nobody';
const ALL_SCOPES = ['ingest', 'read', 'review', 'erase', 'embeddings', 'admin'];

/** What the OpenAPI document says of scopes. */
interface ScopesDocument {
  readonly paths: Record<string, Record<string, { security?: { bearer: string[] }[] }>>;
}

/** Routes that anybody may ask, and why that shows nobody's rows. */
const OPEN: Readonly<Record<string, string>> = {
  '/v1/erasures/:erasure_id':
    'its id is the credential: random, and told only to whoever asked for the erasure',
  '/v1/receipts/:receipt_id': 'the same id',
  '/v1/receipts/key': 'public keys',
};

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the router, asked of Express itself: a new route is tested without anybody thinking of it. */
function routesOf(app: TestApp): Route[] {
  const express: Express = app.app.getHttpAdapter().getInstance();
  return express.router.stack.flatMap(({ route }) =>
    route
      ? route.stack
          .filter(({ method }) => method !== undefined)
          .map(({ method }) => ({ method: method.toUpperCase(), path: route.path }))
      : [],
  );
}

const closedRoutesOf = (app: TestApp): Route[] => routesOf(app).filter(({ path }) => !(path in OPEN));

/** A body that gets past validation, so that the answer comes from where the data is. */
function bodyFor(route: Route): unknown {
  const key = `${route.method} ${route.path.replace('/v1/tenants/:tenant_id', '')}`;
  const photo = (): FormData => {
    const form = new FormData();
    form.append('image', new Blob(['not a picture: it must not even be looked at']), 'x.jpg');
    return form;
  };
  const bodies: Record<string, () => unknown> = {
    'POST /images': photo,
    'POST /import': () => ({ lines: [{ type: 'header' }] }),
    'POST /import/photos': photo,
    'POST /search': () => ({ face_id: UNKNOWN_ID }),
    'POST /clusters/:cluster_id/verify': photo,
    'POST /clusters': () => ({ label: 'x' }),
    'PATCH /clusters/:cluster_id': () => ({ label: 'x' }),
    'POST /clusters/:cluster_id/merge': () => ({ source_cluster_id: UNKNOWN_ID }),
    'POST /clusters/:cluster_id/split': () => ({ groups: [[UNKNOWN_ID]] }),
    'POST /clusters/:cluster_id/opt-out': () => ({ keep: 'nothing' }),
    'PATCH /faces/:face_id': () => ({ cluster_id: null }),
    'POST /review-pending/:item_id/decision': () => ({ decision: 'dismiss' }),
    'POST /review-pending/:item_id/snooze': () => ({ until: null }),
    'POST /review-pending/:item_id/notes': () => ({ text: 'x' }),
    'POST /review-pending/claim': () => ({}),
    'POST /review-pending/decisions': () => ({ decisions: [{ item_id: UNKNOWN_ID, decision: 'dismiss' }] }),
    'POST /api-keys': () => ({ name: 'x', scopes: ['read'] }),
    'POST /api-keys/:key_id/rotate': () => ({ overlap_s: 60 }),
    'PATCH ': () => ({ settings: {} }),
    'POST /evaluate-settings': () => ({ settings: {} }),
    'POST /model-changes': () => ({ pack: 'compact' }),
  };
  return bodies[key]?.();
}

/** A change of model of the tenant, as far as its rows go. */
async function changeOf(app: TestApp, tenant: string, imageId: string, faceId: string): Promise<string> {
  return app.app
    .get(TenantStore)
    .forTenant(tenant)
    .transaction(async (repositories) => {
      await changeOfModel(repositories, imageId, faceId);
      const { id } = (await repositories.modelChanges.findOpen())!;
      await repositories.modelChanges.update(id, { phase: 'done', outcome: 'abandoned' });
      return id;
    });
}

describe('isolation', () => {
  let app: TestApp;
  let stranger: Api;
  let document: ScopesDocument;
  /** Real ids of the other tenant by the name of the path parameter. */
  const victim: Record<string, string> = {};

  beforeAll(async () => {
    app = await startApp();
    const { admin } = app;
    document = (await admin.get<ScopesDocument>('/openapi.json')).json;
    for (const id of ['victim', 'stranger'])
      expect((await admin.post('/v1/tenants', { id })).status).toBe(201);
    for (const tenant of ['victim', 'stranger']) {
      const minted = await admin.post<{ id: string; key: string }>(`/v1/tenants/${tenant}/api-keys`, {
        name: 'all',
        scopes: ALL_SCOPES,
      });
      if (tenant === 'stranger') stranger = admin.as(minted.json.key);
      else {
        victim['key_id'] = minted.json.id;
        const log = await admin.get<{ items: { audit_ref: string }[] }>('/v1/tenants/victim/audit');
        victim['audit_ref'] = log.json.items[0]!.audit_ref;
      }
      const image = await admin.sendImage(tenant, samplePhotos[0]!);
      expect(image.status).toBe(201);
      if (tenant !== 'victim') continue;
      const face = image.json.faces.find(({ cluster_id }) => cluster_id !== null)!;
      Object.assign(victim, { image_id: image.json.id, face_id: face.id, cluster_id: face.cluster_id });
      const other = image.json.faces.find((f) => f.cluster_id !== null && f.cluster_id !== face.cluster_id)!;
      const optOut = await admin.post<{ opt_out_id: string }>(
        `/v1/tenants/victim/clusters/${other.cluster_id}/opt-out`,
        { keep: 'blocked_exemplar' },
      );
      expect(optOut.status, optOut.text).toBe(200);
      victim['opt_out_id'] = optOut.json.opt_out_id;
      const items = await admin.get<{ items: { id: string }[] }>('/v1/tenants/victim/review-pending');
      victim['item_id'] = items.json.items[0]!.id;
      const operations = await admin.get<{ items: { id: string }[] }>('/v1/tenants/victim/operations');
      victim['operation_id'] = operations.json.items[0]!.id;
      victim['model_change_id'] = await changeOf(app, tenant, image.json.id, face.id);
      const job = await admin.sendImage<{ id: string }>(
        tenant,
        samplePhotos[1]!,
        {},
        { prefer: 'respond-async' },
      );
      expect(job.status).toBe(202);
      victim['job_id'] = job.json.id;
    }
  });
  afterAll(() => app.close());

  /** The scopes that the document says a route needs. */
  const scopesOf = ({ method, path }: Route): readonly string[] =>
    document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]?.security?.[0]?.bearer ?? [];

  const mintVictims = async (body: object): Promise<{ id: string; api: Api }> => {
    const { status, json } = await app.admin.post<{ id: string; key: string }>(
      '/v1/tenants/victim/api-keys',
      { name: 'x', ...body },
    );
    expect(status).toBe(201);
    return { id: json.id, api: app.admin.as(json.key) };
  };
  const revokedKey = async (): Promise<Api> => {
    const { id, api } = await mintVictims({ scopes: ALL_SCOPES });
    expect((await api.get('/v1/tenants/victim')).status).toBe(200);
    expect((await app.admin.call('DELETE', `/v1/tenants/victim/api-keys/${id}`)).status).toBe(204);
    return api;
  };
  const expiredKey = async (): Promise<Api> => {
    const { id, api } = await mintVictims({ scopes: ALL_SCOPES });
    const victims = app.app.get(TenantStore).forTenant('victim');
    await victims.transaction(({ apiKeys }) => apiKeys.endBy(id, new Date()));
    return api;
  };
  const lacking = new Map<string, Promise<{ api: Api }>>();
  const keyWithout = async (scope: string): Promise<Api> => {
    const minted =
      lacking.get(scope) ?? mintVictims({ scopes: ALL_SCOPES.filter((other) => other !== scope) });
    lacking.set(scope, minted);
    return (await minted).api;
  };

  const fill = (path: string, values: Record<string, string>): string =>
    path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? `no-value-for-${name}`);

  const ask = async (
    api: Api,
    route: Route,
    path: string,
  ): Promise<{ status: number; text: string; headers: string }> => {
    const answer = await api.call(route.method, path, bodyFor(route), { 'x-request-id': REQUEST_ID });
    const headers = [...answer.headers].filter(([name]) => name !== 'date').sort();
    return { status: answer.status, text: answer.text, headers: JSON.stringify(headers) };
  };

  it('meets a router whose tenant routes all have ids that this test knows', () => {
    const tenantRoutes = closedRoutesOf(app).filter(({ path }) => path.includes(':tenant_id'));
    expect(tenantRoutes.length).toBeGreaterThan(25);
    const names = new Set(
      closedRoutesOf(app).flatMap(({ path }) => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)),
    );
    expect([...names].filter((name) => name !== 'tenant_id' && !(name in victim))).toEqual([]);
  });

  it("answers another tenant's path as an unknown tenant's, on every route", async () => {
    for (const route of closedRoutesOf(app).filter(({ path }) => path.includes(':tenant_id'))) {
      const known = await ask(stranger, route, fill(route.path, { ...victim, tenant_id: 'victim' }));
      const unknown = await ask(stranger, route, fill(route.path, { ...victim, tenant_id: UNKNOWN_TENANT }));
      expect(known, `${route.method} ${route.path}`).toEqual(unknown);
      expect(known.status, `${route.method} ${route.path}`).toBe(404);
    }
  });

  it("answers another tenant's ids in one's own path as unknown ids, on every route", async () => {
    const nobody = Object.fromEntries(Object.keys(victim).map((name) => [name, UNKNOWN_ID]));
    let tried = 0;
    for (const route of closedRoutesOf(app).filter(({ path }) => /:(?!tenant_id)/.test(path))) {
      const known = await ask(stranger, route, fill(route.path, { ...victim, tenant_id: 'stranger' }));
      const unknown = await ask(stranger, route, fill(route.path, { ...nobody, tenant_id: 'stranger' }));
      expect(known, `${route.method} ${route.path}`).toEqual(unknown);
      const asked = `${route.method} ${route.path}`;
      const operators = !route.path.includes(':tenant_id') && scopesOf(route).includes('admin');
      if (operators) expect(known.status, asked).toBe(403);
      // A body that is refused says nothing about isolation: the route needs a row in `bodyFor`.
      else expect([404, 422], asked).toContain(known.status);
      tried++;
    }
    expect(tried).toBeGreaterThan(15);
  });

  it("does not take another tenant's ids in bodies and filters", async () => {
    const own = await stranger.all<ImageJson>('/v1/tenants/stranger/images');
    const face = own[0]!.faces.find(({ cluster_id }) => cluster_id !== null)!;
    const pairs = (value: string): [string, string, unknown][] => [
      ['PATCH', `/v1/tenants/stranger/faces/${face.id}`, { cluster_id: value }],
      ['POST', `/v1/tenants/stranger/clusters/${face.cluster_id}/merge`, { source_cluster_id: value }],
      ['GET', `/v1/tenants/stranger/images?cluster_id=${value}`, undefined],
      ['GET', `/v1/tenants/stranger/review-pending?cluster_id=${value}`, undefined],
      ['POST', '/v1/tenants/stranger/review-pending/claim', { cluster_id: value }],
      ['GET', `/v1/tenants/stranger/operations?cluster_id=${value}`, undefined],
    ];
    const foreign = pairs(victim['cluster_id']!);
    const unknown = pairs(UNKNOWN_ID);
    for (const [i, [method, path, body]] of foreign.entries()) {
      const headers = { 'x-request-id': REQUEST_ID };
      const a = await stranger.call(method, path, body, headers);
      const b = await stranger.call(method, unknown[i]![1], unknown[i]![2], headers);
      expect([a.status, a.text], `${method} ${path}`).toEqual([b.status, b.text]);
    }
    const decide = async (item_id: string) => {
      const decisions = [{ item_id, decision: 'dismiss' }];
      const path = '/v1/tenants/stranger/review-pending/decisions';
      const answer = await stranger.post(path, { decisions }, { 'x-request-id': REQUEST_ID });
      expect(answer.json).toMatchObject({ decided: 0, results: [{ item_id, status: 404 }] });
      return answer.text.replace(item_id, 'id');
    };
    expect(await decide(victim['item_id']!)).toBe(await decide(UNKNOWN_ID));
    const searched = await stranger.post('/v1/tenants/stranger/search', { face_id: victim['face_id'] });
    expect(searched.status).toBe(404);
  });

  it('left the other tenant as it was', async () => {
    const log = await app.admin.all<{ kind: string }>('/v1/tenants/victim/operations?kind=undo');
    expect(log).toEqual([]);
    const { json } = await app.admin.get<{ image_count: number; face_count: number }>('/v1/tenants/victim');
    const seen = await app.admin.all<ImageJson>('/v1/tenants/victim/images');
    expect(json.image_count).toBe(seen.length);
    expect(json.face_count).toBe(seen.reduce((sum, image) => sum + image.faces.length, 0));
    expect(json.face_count).toBeGreaterThan(0);
  });

  it('opens nothing without a key, nor with one that is wrong, revoked or expired', async () => {
    const closed: Record<string, Api> = {
      none: app.admin.as(undefined),
      wrong: app.admin.as('kindred_abcdefghij_wrong'),
      revoked: await revokedKey(),
      expired: await expiredKey(),
    };
    for (const route of closedRoutesOf(app).filter(({ path }) => path.startsWith('/v1'))) {
      const path = fill(route.path, { ...victim, tenant_id: 'victim' });
      const answers = new Map<string, string>();
      for (const [kind, api] of Object.entries(closed)) {
        const answer = await ask(api, route, path);
        expect(answer.status, `${route.method} ${route.path}, key: ${kind}`).toBe(401);
        answers.set(kind, answer.text);
      }
      expect(answers.get('revoked')).toBe(answers.get('wrong'));
      expect(answers.get('expired')).toBe(answers.get('wrong'));
    }
  });

  it('opens no route to a key of its own tenant that lacks one of the scopes', async () => {
    for (const route of closedRoutesOf(app).filter(({ path }) => path.startsWith('/v1'))) {
      const scopes = scopesOf(route);
      expect(scopes.length, `${route.method} ${route.path} says which scopes it needs`).toBeGreaterThan(0);
      const path = fill(route.path, { ...victim, tenant_id: 'victim' });
      for (const missing of scopes) {
        const answer = await ask(await keyWithout(missing), route, path);
        expect(answer.status, `${route.method} ${route.path} without ${missing}`).toBe(403);
      }
    }
  });
});
