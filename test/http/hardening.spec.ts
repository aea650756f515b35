// Slow clients are cut off, and no secret of a request is ever logged.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { ADMIN_TOKEN } from '../harness/kindred-process.js';
import { refuseSecrets } from '../harness/no-secrets.js';
import { samplePhotos } from '../harness/shared-data.js';

describe('hardening', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ logLevel: 'trace', env: { KINDRED_SERVER_REQUEST_TIMEOUT_MS: '1000' } });
  });
  afterAll(() => app.close());

  it.each([
    ['headers', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow:'],
    [
      'a body',
      `POST /v1/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('a client that never ends %s is answered 408 and cut off', async (_, begun) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(app.admin.url).port), '127.0.0.1', () => socket.write(begun));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect((await app.admin.get('/health/live')).status).toBe(200);
  });

  it('no token, key, label, reason or byte of a photo is in the log, whatever went wrong', async () => {
    const { admin } = app;
    await admin.post('/v1/tenants', { id: 'quiet' });
    const minted = await admin.post<{ id: string; key: string }>('/v1/tenants/quiet/api-keys', {
      name: 'Words of a person',
      scopes: ['ingest', 'read', 'review'],
    });
    const { key } = minted.json;
    const api = admin.as(key);
    const photo = await api.sendImage('quiet', samplePhotos[0]!);
    expect(photo.status).toBe(201);
    const cluster = photo.json.faces.find(({ cluster_id }) => cluster_id !== null)!.cluster_id!;
    const label = { label: 'Words of a person' };
    expect((await admin.call('PATCH', `/v1/tenants/quiet/clusters/${cluster}`, label)).status).toBe(200);
    await admin.call('PATCH', '/v1/tenants/quiet', { settings: { password: 'Words of a person' } });
    await admin.as(`${key}x`).get('/v1/tenants/quiet');
    await admin.as('wrong-Words-of-a-person').get('/v1/tenants/quiet');
    await api.get(`/v1/tenants/quiet?access_token=${key}`);
    await api.get('/v1/tenants/quiet/clusters?label=Words%20of%20a%20person');
    await admin.call('DELETE', `/v1/tenants/quiet/api-keys/${minted.json.id}`, undefined, {
      'x-audit-reason': 'Words of a person',
      cookie: 'Words of a person',
    });
    await expect
      .poll(() => app.log(), { timeout: 20_000 })
      .toContain(`/v1/tenants/quiet/api-keys/${minted.json.id}`);
    refuseSecrets(app.log(), [
      ADMIN_TOKEN,
      key,
      key.split('_')[2]!,
      'Words of a person',
      'Words%20',
      'Words-of',
    ]);
  });

  it('and this test would see one', () => {
    expect(() => refuseSecrets(`x kindred_${'a'.repeat(10)}_${'B'.repeat(43)} y`, [])).toThrow('secret');
    expect(() => refuseSecrets(`[${'-0.0123,'.repeat(30)}0]`, [])).toThrow('secret');
    expect(() => refuseSecrets(`{"a":"${ADMIN_TOKEN}"}`, [ADMIN_TOKEN])).toThrow('known secret 1');
    expect(() =>
      refuseSecrets('{"time":"2026-01-01T00:00:00.000Z","ms":[1.5,2.5]}', [ADMIN_TOKEN]),
    ).not.toThrow();
  });
});
