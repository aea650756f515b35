// The drop-in routes of every earlier API, taken from the router: no key, a wrong, revoked or expired one and one without a scope
// open none of them, and another tenant's names and ids are answered byte for byte like unknown ones.
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantStore } from '../../src/database/tenant-store.js';
import type { ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { EarlierClient, type Members } from '../harness/earlier-client.js';
import { samplePhotos } from '../harness/shared-data.js';

const ALL_SCOPES = ['ingest', 'read', 'review', 'erase', 'embeddings', 'admin'];
const HEADERS = { 'x-request-id': 'isolation-test-request' };
const UNKNOWN_ID = '01a00000-0000-7000-8000-000000000000';
const UNKNOWN_NUMBER = 2_000_000_000;
/** Where the routes that know no tenants keep people, by default; and the tenant of the event `theirs`. */
const MAPPED = ['people', 'event-theirs'];

interface Row {
  /** Beside the tenant. */
  readonly members: Members;
  /** Names of members, and of parameters of the path, that hold ids. */
  readonly ids?: readonly string[];
  /** Of the files. */
  readonly pictures?: readonly string[];
  /** How it is said whose things are meant: in `tenant_id`, by the configuration, or not at all. */
  readonly tenant: 'named' | 'mapped' | 'none';
}
const named = (row: Omit<Row, 'tenant' | 'members'> = {}): Row => ({ ...row, members: {}, tenant: 'named' });
const mapped = (members: Members, row: Omit<Row, 'tenant' | 'members'> = {}): Row => ({
  ...row,
  members,
  tenant: 'mapped',
});
const EVENT = { event_name: 'theirs' };

/** Every route needs a row: a new one fails until it has one. */
const ROWS: Readonly<Record<string, Row>> = {
  'POST /insert-image': named({ pictures: ['image'] }),
  'GET /image': named({ ids: ['image_id'] }),
  'GET /faces': named({ ids: ['image_id'] }),
  'GET /face': named({ ids: ['face_id'] }),
  'GET /cluster': named({ ids: ['cluster_id'] }),
  'GET /review-pending-list': named(),
  'GET /review-pending': named({ ids: ['review_id'] }),
  'DELETE /review-pending': named({ ids: ['review_id'] }),
  'POST /update-face-cluster': named({ ids: ['face_id', 'to_cluster_id'] }),
  'DELETE /image': named({ ids: ['image_id'] }),
  'DELETE /face': named({ ids: ['face_id'] }),
  'DELETE /cluster': named({ ids: ['cluster_id'] }),
  'DELETE /tenant': named(),
  'POST /': mapped({ user_id: 'Ann' }, { pictures: ['file'] }),
  'POST /api/face/register': mapped({ name: 'Ann' }, { pictures: ['file'] }),
  'POST /api/face/recognition': mapped({}, { pictures: ['file'] }),
  'DELETE /api/face/recognition/:face_id': mapped({}, { ids: ['face_id'] }),
  'GET /api/face': mapped({}),
  'GET /api/face/': mapped({}),
  'POST /addUser': mapped({ ...EVENT, username: 'Ann' }, { pictures: ['file'] }),
  'POST /verify': mapped(EVENT, { pictures: ['file'] }),
  'DELETE /api/events/:event': mapped({}),
  'GET /api/all_user': mapped(EVENT),
  'DELETE /api/delete_user': mapped(EVENT, { ids: ['user_id'] }),
  'GET /api/delete_user': mapped(EVENT, { ids: ['user_id'] }),
  // Two pictures of the caller against each other, and the caller's own events: nothing of anybody is named.
  'POST /compare': { members: {}, pictures: ['passport', 'face'], tenant: 'none' },
  'GET /api/events': { members: {}, tenant: 'none' },
};

describe('isolation of the drop-in routes', () => {
  let app: TestApp;
  let client: EarlierClient;
  let stranger: EarlierClient;
  let scopes: Map<string, readonly string[]>;
  /** Real ids of the tenant `victim`. */
  const victims: Record<string, string | number> = {};
  const unknown = (name: string): string | number => (name === 'review_id' ? UNKNOWN_NUMBER : UNKNOWN_ID);
  /** What a stranger was told of the mapped tenants when they were not there. */
  const toldBefore = new Map<string, string>();

  beforeAll(async () => {
    app = await startApp({
      env: {
        KINDRED_COMPAT_PROTOCOLS: 'clusters,user_check,enrol,compare,events',
        KINDRED_COMPAT_EVENTS_DELETE_BY_GET: 'on',
      },
    });
    const { admin } = app;
    client = new EarlierClient(admin.url, undefined);
    scopes = await scopesOfDocument();
    for (const id of ['victim', 'stranger'])
      expect((await admin.post('/v1/tenants', { id })).status).toBe(201);
    stranger = client.as(await mint('stranger'));
    for (const [route, row] of rows('mapped')) toldBefore.set(route, await ask(stranger, route, row));

    for (const id of MAPPED) expect((await admin.post('/v1/tenants', { id })).status).toBe(201);
    for (const tenant of ['victim', 'stranger', ...MAPPED]) {
      const image = await admin.sendImage(tenant, samplePhotos[0]!);
      expect(image.status, image.text).toBe(201);
      if (tenant === 'victim') Object.assign(victims, idsOf(image.json));
    }
    // Another photo: the victim has questions of higher numbers than the stranger.
    expect((await admin.sendImage('victim', samplePhotos[3]!)).status).toBe(201);
    const items = await admin.all<{ number: number }>('/v1/tenants/victim/review-pending');
    victims['review_id'] = Math.max(...items.map(({ number }) => number));
  });
  afterAll(() => app.close());

  const idsOf = ({ id, faces }: ImageJson): Record<string, string> => {
    const face = faces.find(({ cluster_id }) => cluster_id !== null)!;
    return {
      image_id: id,
      face_id: face.id,
      cluster_id: face.cluster_id!,
      to_cluster_id: face.cluster_id!,
      user_id: face.cluster_id!,
    };
  };

  const scopesOfDocument = async (): Promise<Map<string, readonly string[]>> => {
    const { json } = await app.admin.get<{
      paths: Record<string, Record<string, { security?: { bearer: string[] }[] }>>;
    }>('/openapi.json');
    return new Map(
      Object.entries(json.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(
          ([method, { security }]) =>
            [
              `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
              security?.[0]?.bearer ?? [],
            ] as const,
        ),
      ),
    );
  };

  const mint = async (tenant: string, body: object = {}): Promise<string> => {
    const minted = await app.admin.post<{ id: string; key: string }>(`/v1/tenants/${tenant}/api-keys`, {
      name: 'x',
      scopes: ALL_SCOPES,
      ...body,
    });
    expect(minted.status, minted.text).toBe(201);
    return minted.json.key;
  };
  const endedKey = async (end: (id: string) => Promise<unknown>): Promise<string> => {
    const { json } = await app.admin.post<{ id: string; key: string }>('/v1/tenants/victim/api-keys', {
      name: 'x',
      scopes: ALL_SCOPES,
    });
    await end(json.id);
    return json.key;
  };

  /** Routes of the router that are neither of `/v1` nor of the service itself. */
  const routes = (): string[] => {
    const express: Express = app.app.getHttpAdapter().getInstance();
    const all = express.router.stack.flatMap(({ route }) =>
      route
        ? route.stack.flatMap(({ method }) => (method ? [`${method.toUpperCase()} ${route.path}`] : []))
        : [],
    );
    const open = /^GET \/$|^\w+ \/(?:v1|health|docs|review)\b|^GET \/(?:openapi|docs-)/;
    return [...new Set(all)].filter((route) => !open.test(route) || route in ROWS);
  };
  const rows = (...tenants: Row['tenant'][]): [string, Row][] =>
    Object.entries(ROWS).filter(([, { tenant }]) => tenants.includes(tenant));

  /** Status, headers and body, as one text. */
  const ask = async (
    api: EarlierClient,
    route: string,
    row: Row,
    { tenant = 'victim', ids = unknown }: { tenant?: string; ids?: typeof unknown } = {},
  ): Promise<string> => {
    const [method, path] = route.split(' ') as [string, string];
    const values: Record<string, string | number> = Object.fromEntries(
      (row.ids ?? []).map((name) => [name, ids(name)]),
    );
    const filled = path.replace(/:(\w+)/g, (_, name: string) =>
      name === 'event' ? 'theirs' : String(values[name]),
    );
    const members = {
      ...row.members,
      ...values,
      ...(row.tenant === 'named' ? { tenant_id: tenant } : {}),
    };
    const picture = { name: 'x.jpg', bytes: Buffer.from('not a picture: it must not even be looked at') };
    const files = row.pictures && Object.fromEntries(row.pictures.map((name) => [name, picture]));
    const answer = await api.withHeaders(HEADERS).call(method, filled, {
      members,
      ...(files === undefined ? {} : { files }),
    });
    const headers = Object.entries(answer.headers).filter(([name]) => !/^date$|^ratelimit/.test(name));
    return `${answer.status} ${answer.text} ${JSON.stringify(headers.sort())}`;
  };

  it('meets a router whose drop-in routes all have a row here', () => {
    expect(routes().sort()).toEqual(Object.keys(ROWS).sort());
  });

  it('opens nothing without a key, nor with one that is wrong, revoked or expired', async () => {
    const victimsScope = app.app.get(TenantStore).forTenant('victim');
    const closed: Record<string, string | undefined> = {
      none: undefined,
      wrong: 'kindred_abcdefghij_wrong',
      revoked: await endedKey((id) => app.admin.call('DELETE', `/v1/tenants/victim/api-keys/${id}`)),
      expired: await endedKey((id) =>
        victimsScope.transaction(({ apiKeys }) => apiKeys.endBy(id, new Date())),
      ),
    };
    for (const [route, row] of Object.entries(ROWS)) {
      const answers: Record<string, string> = {};
      for (const [kind, token] of Object.entries(closed)) {
        answers[kind] = await ask(client.as(token), route, row, { ids: (name) => victims[name]! });
        expect(answers[kind].slice(0, 4), `${route}, key: ${kind}`).toBe('401 ');
      }
      expect(answers['revoked'], route).toBe(answers['wrong']);
      expect(answers['expired'], route).toBe(answers['wrong']);
    }
  });

  it('opens no route to a key that lacks one of the scopes', async () => {
    const without = new Map<string, string>();
    for (const [route, row] of Object.entries(ROWS)) {
      const needed = scopes.get(route.replace(/(\w)\/$/, '$1')) ?? [];
      expect(needed.length, `${route} says which scopes it needs`).toBeGreaterThan(0);
      for (const missing of needed) {
        if (!without.has(missing))
          without.set(
            missing,
            await mint('victim', { scopes: ALL_SCOPES.filter((scope) => scope !== missing) }),
          );
        const answer = await ask(client.as(without.get(missing)), route, row);
        expect(answer.slice(0, 4), `${route} without ${missing}`).toBe('403 ');
      }
    }
  });

  it("answers another tenant's name as an unknown tenant's, on every route", async () => {
    for (const [route, row] of rows('named')) {
      const ids = (name: string): string | number => victims[name]!;
      const known = await ask(stranger, route, row, { tenant: 'victim', ids });
      expect(known, route).toBe(await ask(stranger, route, row, { tenant: 'nobody', ids }));
      expect(known.slice(0, 4), route).toBe('404 ');
    }
  });

  it('answers routes that know no tenants as if the tenant behind them were not there', async () => {
    for (const [route, row] of rows('mapped')) {
      expect(await ask(stranger, route, row), route).toBe(toldBefore.get(route));
      expect(toldBefore.get(route)!.slice(0, 4), route).toBe('404 ');
    }
    const events = await stranger.call<{ events: unknown[] }>('GET', '/api/events');
    expect([events.status, events.json]).toEqual([200, { events: [] }]);
  });

  it("answers another tenant's ids in one's own tenant as unknown ids, on every route", async () => {
    const owners = new Map<string, EarlierClient>();
    for (const tenant of MAPPED) owners.set(tenant, client.as(await mint(tenant)));
    let tried = 0;
    for (const [route, row] of Object.entries(ROWS).filter(([, { ids }]) => ids !== undefined)) {
      const api =
        row.tenant === 'named' ? stranger : owners.get(row.members === EVENT ? MAPPED[1]! : MAPPED[0]!)!;
      const foreign = await ask(api, route, row, { tenant: 'stranger', ids: (name) => victims[name]! });
      const nobodys = await ask(api, route, row, { tenant: 'stranger' });
      expect(foreign, route).toBe(nobodys);
      expect(foreign.slice(0, 4), route).toBe('404 ');
      tried++;
    }
    expect(tried).toBeGreaterThan(10);
  });

  it('left the others as they were', async () => {
    for (const tenant of ['victim', ...MAPPED]) {
      const { status, json } = await app.admin.get<{ image_count: number; face_count: number }>(
        `/v1/tenants/${tenant}`,
      );
      expect([status, json.image_count], tenant).toEqual([200, tenant === 'victim' ? 2 : 1]);
      expect(json.face_count, tenant).toBeGreaterThan(0);
    }
  });
});
