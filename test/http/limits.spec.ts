// What a tenant may hold and ask for: refused in time, with the standard fields, and nobody else feels it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Api } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Refusal {
  readonly code: string;
  readonly limit?: string;
  readonly max?: number;
}

describe('limits of a tenant', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  /** A new tenant with these limits, and one of its keys. */
  async function tenant(id: string, limits?: Record<string, number | null>): Promise<Api> {
    const settings = limits === undefined ? {} : { limits };
    expect((await app.admin.post('/v1/tenants', { id, settings })).status).toBe(201);
    const minted = await app.admin.post<{ key: string }>(`/v1/tenants/${id}/api-keys`, {
      name: 'all',
      scopes: ['ingest', 'read', 'admin'],
    });
    return app.admin.as(minted.json.key);
  }

  function expectRefused(answer: Answer<unknown>, code: string, policy: string): void {
    expect([answer.status, (answer.json as Refusal).code]).toEqual([429, code]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('ratelimit-policy')).toContain(`"${policy}";q=`);
    expect(answer.headers.get('ratelimit')).toContain(`"${policy}";r=0`);
  }

  it('requests in a minute are told in every answer, and refused beyond', async () => {
    const busy = await tenant('busy', { requests_per_minute: 3 });
    const calm = await tenant('calm');
    const remaining: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await busy.get('/v1/tenants/busy');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=60');
      remaining.push(/r=(\d+)/.exec(answer.headers.get('ratelimit')!)![1]!);
    }
    expect(remaining).toEqual(['2', '1', '0']);
    expectRefused(await busy.get('/v1/tenants/busy'), 'tenant.rate_limited', 'requests');
    expectRefused(await busy.get('/v1/tenants/calm'), 'tenant.rate_limited', 'requests');
    const other = await calm.get('/v1/tenants/calm');
    expect([other.status, other.headers.get('ratelimit')]).toEqual([200, null]);
    expect((await app.admin.get('/v1/tenants/busy')).status).toBe(200);
    const lifted = { settings: { limits: { requests_per_minute: null } } };
    expect((await app.admin.call('PATCH', '/v1/tenants/busy', lifted)).status).toBe(200);
    expect((await busy.get('/v1/tenants/busy')).status).toBe(200);
  });

  it('images are refused beyond the last, exactly, also when they come at once; known bytes are no image more', async () => {
    const api = await tenant('two', { images: 2 });
    const answers = await Promise.all(samplePhotos.slice(0, 4).map((photo) => api.sendImage('two', photo)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429]);
    for (const refused of answers.filter(({ status }) => status === 429)) {
      expectRefused(refused, 'tenant.quota_exceeded', 'images');
      expect(refused.json).toMatchObject({ limit: 'images', max: 2 });
    }
    const known = answers.findIndex(({ status }) => status === 201);
    expect((await api.sendImage('two', samplePhotos[known]!)).status).toBe(200);
    const later = await api.sendImage('two', samplePhotos[4]!, {}, { prefer: 'respond-async' });
    expectRefused(later, 'tenant.quota_exceeded', 'images');
    const { json } = await api.get<{ image_count: number }>('/v1/tenants/two');
    expect(json.image_count).toBe(2);
  });

  it('faces, bytes and photos under way are limits of their own', async () => {
    for (const [limit, code, policy] of [
      ['faces', 'tenant.quota_exceeded', 'faces'],
      ['bytes', 'tenant.quota_exceeded', 'bytes'],
      ['concurrent_ingests', 'tenant.rate_limited', 'concurrent-ingests'],
    ] as const) {
      const api = await tenant(`no-${policy}`, { [limit]: 0 });
      expectRefused(await api.sendImage(`no-${policy}`, samplePhotos[0]!), code, policy);
      const { json } = await api.get<{ image_count: number }>(`/v1/tenants/no-${policy}`);
      expect(json.image_count).toBe(0);
    }
  });

  it('are set by the operator only: a tenant keeps them through its own changes', async () => {
    const api = await tenant('modest', { images: 1 });
    const patch = (settings: object) => api.call<Refusal>('PATCH', '/v1/tenants/modest', { settings });
    for (const limits of [{ images: 2 }, { images: null }, {}]) {
      const raised = await patch({ limits });
      expect([raised.status, raised.json.code]).toEqual([403, 'auth.scope_insufficient']);
    }
    for (const settings of [{}, { clustering: { accept: 0.95 } }, { limits: { images: 1 } }]) {
      expect((await patch(settings)).json).toMatchObject({ settings: { limits: { images: 1 } } });
    }
    const wrong = await patch({ limits: { images: -1, photos: 1 } });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('#/settings/limits/photos');
  });
});
