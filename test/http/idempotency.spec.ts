// Idempotency-Key over HTTP.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { KeptAnswers, LEASE_MS } from '../../src/idempotency/kept-answers.js';
import { requestFingerprint, sha256 } from '../../src/idempotency/request-fingerprint.js';
import type { Answer, Api } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';

/** Tenant routes that change something, or nothing, and take no key: why, in words. */
const WITHOUT_KEY: Readonly<Record<string, string>> = {
  '/v1/tenants/{tenant_id}/images': 'the hash of the bytes makes it idempotent',
  '/v1/tenants/{tenant_id}/import': 'a line that is in is not taken in again',
  '/v1/tenants/{tenant_id}/import/photos': 'a photo that is in is not taken in again',
  '/v1/tenants/{tenant_id}/originals/encrypt': 'what is encrypted is left as it is',
  '/v1/tenants/{tenant_id}/search': 'changes nothing',
  '/v1/tenants/{tenant_id}/clusters/{cluster_id}/verify': 'changes nothing',
  '/v1/tenants/{tenant_id}/evaluate-settings': 'changes nothing',
  '/v1/tenants/{tenant_id}/api-keys': 'answers a secret: the header is refused',
  '/v1/tenants/{tenant_id}/api-keys/{key_id}/rotate': 'answers a secret: the header is refused',
  '/v1/tenants/{tenant_id}/clusters/{cluster_id}/opt-out':
    'answers the salt of a receipt: the header is refused',
};

interface Created {
  readonly cluster: { readonly id: string };
  readonly code?: string;
}

describe('Idempotency-Key', () => {
  let app: TestApp;
  let api: Api;
  let keys = 0;
  const path = '/v1/tenants/t/clusters';
  const newKey = (): string => `key-${++keys}`;
  const create = (label: unknown, key: string, by: Api = api): Promise<Answer<Created>> =>
    by.post<Created>(path, { label }, { 'idempotency-key': key });
  const clusters = async (label: string): Promise<number> =>
    (await api.all(`${path}?label=${encodeURIComponent(label)}`)).length;

  beforeAll(async () => {
    app = await startApp();
    api = app.admin;
    expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
  });
  afterAll(() => app.close());

  it('does the same request once and answers it alike: status, body and Location', async () => {
    const key = newKey();
    const first = await create('Ada', key);
    expect(first.status, first.text).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const again = await create('Ada', key);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    for (const name of ['location', 'content-type']) {
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await clusters('Ada')).toBe(1);
    expect((await create('Ada', newKey())).json.cluster.id).not.toBe(first.json.cluster.id);
  });

  it('gives a refusal again as well, byte for byte, although the change would go well by now', async () => {
    const [key, ref] = [newKey(), newKey()];
    const target = (await create('Target', newKey())).json.cluster.id;
    const source = (await create('Source', newKey())).json.cluster.id;
    const merge = (k: string) =>
      api.post<{ code: string }>(
        `${path}/${target}/merge`,
        { source_cluster_id: source },
        { 'idempotency-key': k },
      );
    const first = await merge(key);
    expect([first.status, first.json.code]).toEqual([409, 'cluster.labels_differ']);
    await api.call('PATCH', `${path}/${source}`, { label: 'Target' });
    const again = await merge(key);
    expect([again.status, again.text, again.headers.get('content-type')]).toEqual([
      409,
      first.text,
      first.headers.get('content-type'),
    ]);
    expect((await merge(ref)).status).toBe(200);
  });

  it('refuses the key with another body, and takes it from another caller', async () => {
    const key = newKey();
    expect((await create('Grace', key)).status).toBe(201);
    const other = await create('Hopper', key);
    expect([other.status, other.json.code]).toEqual([422, 'idempotency.key_reused']);
    expect(await clusters('Hopper')).toBe(0);
    const minted = await api.post<{ key: string }>('/v1/tenants/t/api-keys', {
      name: 'x',
      scopes: ['review'],
    });
    expect((await create('Hopper', key, api.as(minted.json.key))).status).toBe(201);
  });

  it('does it once when many ask at the same moment', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 6 }, () => create('Many', key)));
    for (const { status, json } of answers) {
      if (status !== 201) expect([status, json.code]).toEqual([409, 'idempotency.in_progress']);
    }
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    expect(await clusters('Many')).toBe(1);
  });

  it('says that the first is under way, and takes over from one that died', async () => {
    const key = newKey();
    const answers = new KeptAnswers(app.app.get(TenantStore));
    const keyed = {
      tenantId: 't',
      keyHash: sha256(`admin\n${key}`),
      fingerprint: requestFingerprint({ method: 'POST', path, ifMatch: undefined, body: { label: 'Dead' } }),
    };
    const begun = await answers.begin(keyed, new Date());
    const early = await create('Dead', key);
    expect([early.status, early.json.code]).toEqual([409, 'idempotency.in_progress']);
    expect(early.headers.get('retry-after')).toBe('1');
    if (begun.kind === 'begun') await answers.release(keyed, begun.attempt);
    await answers.begin(keyed, new Date(Date.now() - LEASE_MS));
    expect((await create('Dead', key)).status).toBe(201);
    expect((await create('Dead', key)).headers.get('idempotency-replayed')).toBe('true');
  });

  it('keeps nothing of an attempt that failed inside: the next one with the same key does the work', async () => {
    const { connection } = app.app.get(Database);
    const client = new pg.Client(connection);
    await client.connect();
    const key = newKey();
    await client.query('REVOKE INSERT ON operations FROM kindred_tenant');
    try {
      expect((await create('Late', key)).status).toBe(500);
    } finally {
      await client.query('GRANT INSERT ON operations TO kindred_tenant');
      await client.end();
    }
    const next = await create('Late', key);
    expect([next.status, next.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(await clusters('Late')).toBe(1);
  });

  it('forgets an answer about a person who was erased', async () => {
    const key = newKey();
    const first = await create('Gone', key);
    const erased = await api.call('DELETE', `${path}/${first.json.cluster.id}?faces=erase`);
    expect(erased.status).toBe(204);
    const again = await create('Gone', key);
    expect(again.status).toBe(201);
    expect(again.json.cluster.id).not.toBe(first.json.cluster.id);
  });

  it('refuses a key that is none, and any key where the answer is a secret', async () => {
    for (const key of ['', 'ä'.normalize('NFC'), 'a b', 'x'.repeat(256)]) {
      expect((await create('Odd', key)).status, key).toBe(400);
    }
    const minted = await api.post(
      '/v1/tenants/t/api-keys',
      { name: 'x', scopes: ['read'] },
      { 'idempotency-key': newKey() },
    );
    expect(minted.status).toBe(400);
  });

  it('is taken by every tenant route that changes something and answers no secret', async () => {
    type Operation = { parameters?: { name: string; in: string }[] };
    const { json } = await api.get<{ paths: Record<string, Record<string, Operation>> }>('/openapi.json');
    const posts = Object.entries(json.paths).filter(
      ([route, methods]) => route.includes('{tenant_id}') && methods['post'] !== undefined,
    );
    expect(posts.length).toBeGreaterThan(5);
    for (const [route, methods] of posts) {
      const taken = methods['post']!.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false;
      expect(taken, route).toBe(!(route in WITHOUT_KEY));
    }
  });
});
