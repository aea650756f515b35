// The audit log over HTTP and from the command line: what a tenant, the operator and a forger see.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KindredClient } from '../../src/cli/kindred-client.js';
import { verifyAudit } from '../../src/cli/verify-audit.js';
import { Database } from '../../src/database/database.js';
import type { Api } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { ADMIN_TOKEN } from '../harness/kindred-process.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Event {
  readonly seq: number;
  readonly actor: string;
  readonly action: string;
  readonly subject_id: string | null;
  readonly reason: string | null;
  readonly text: string;
  readonly audit_ref: string;
}

describe('the audit log', () => {
  let app: TestApp;
  let admin: Api;
  let client: KindredClient;
  beforeAll(async () => {
    app = await startApp();
    admin = app.admin;
    client = new KindredClient(admin.url, ADMIN_TOKEN);
  });
  afterAll(() => app.close());

  const events = (tenant: string, api = admin) => api.all<Event>(`/v1/tenants/${tenant}/audit`);
  const sql = async (...statements: string[]): Promise<void> => {
    const own = new pg.Client(app.app.get(Database).connection);
    await own.connect();
    try {
      for (const statement of statements) await own.query(statement);
    } finally {
      await own.end();
    }
  };

  it('says who did what, when and why, and holds no vector, no label and no secret', async () => {
    const because = { 'x-audit-reason': 'ticket 4711' };
    await admin.post('/v1/tenants', { id: 'told' }, because);
    const minted = await admin.post<{ id: string; key: string }>(
      '/v1/tenants/told/api-keys',
      { name: 'Erika’s laptop', scopes: ['admin', 'ingest', 'review', 'read'] },
      because,
    );
    const key = admin.as(minted.json.key);
    const photo = await key.sendImage('told', samplePhotos[0]!);
    expect(photo.status).toBe(201);
    const cluster = photo.json.faces.find(({ cluster_id }) => cluster_id !== null)!.cluster_id!;
    await key.call('PATCH', `/v1/tenants/told/clusters/${cluster}`, { label: 'Erika' });
    await key.call('PATCH', '/v1/tenants/told', { settings: { clustering: { accept: 0.95 } } });
    await admin.call('DELETE', `/v1/tenants/told/api-keys/${minted.json.id}`, undefined, because);

    const log = await events('told');
    const actor = `key:${minted.json.id}`;
    const told = log.map((event) => [event.action, event.actor, event.reason]).reverse();
    expect(told.slice(0, 2)).toEqual([
      ['tenant.created', 'admin', 'ticket 4711'],
      ['api_key.minted', 'admin', 'ticket 4711'],
    ]);
    expect(told.slice(2, -2).length).toBeGreaterThanOrEqual(2);
    for (const [action, by] of told.slice(2, -2))
      expect([/^operation\./.test(action!), by]).toEqual([true, actor]);
    expect(told.slice(-2)).toEqual([
      ['tenant.settings_changed', actor, null],
      ['api_key.revoked', 'admin', 'ticket 4711'],
    ]);
    const text = log.map((event) => event.text).join('\n');
    for (const secret of ['Erika', minted.json.key.split('_')[2]!, 'embedding', 'told'])
      expect(text).not.toContain(secret);
    expect((await admin.post('/v1/tenants', { id: 'x' }, { 'x-audit-reason': 'ä' })).status).toBe(400);
  });

  it('is read by its tenant with the scope admin, page by page, and by nobody else', async () => {
    const mint = async (scopes: string[]) =>
      admin.as(
        (await admin.post<{ key: string }>('/v1/tenants/told/api-keys', { name: 'x', scopes })).json.key,
      );
    const own = await mint(['admin']);
    expect(await events('told', own)).toEqual(await events('told'));
    const page = await own.get<{ items: Event[]; next_cursor: string }>('/v1/tenants/told/audit?limit=2');
    const next = await own.get<{ items: Event[] }>(
      `/v1/tenants/told/audit?limit=2&cursor=${page.json.next_cursor}`,
    );
    expect([...page.json.items, ...next.json.items]).toEqual((await events('told')).slice(0, 4));
    expect((await own.get('/v1/tenants/told/audit?cursor=WzFd')).status).toBe(400);
    expect((await own.get('/v1/audit')).status).toBe(403);
    expect((await own.get(`/v1/audit/${page.json.items[0]!.audit_ref}`)).status).toBe(403);
    expect((await (await mint(['read'])).get('/v1/tenants/told/audit')).status).toBe(403);
  });

  it('is verified by anybody who can read it, and stays when the tenant is erased', async () => {
    await admin.post('/v1/tenants', { id: 'gone' });
    const [{ audit_ref } = { audit_ref: '' }] = await events('gone');
    expect((await admin.call('DELETE', '/v1/tenants/gone')).status).toBe(202);
    const chainOf = async () =>
      (await admin.all<{ audit_ref: string; tenant_id: string | null }>('/v1/audit')).find(
        (chain) => chain.audit_ref === audit_ref,
      );
    await expect.poll(async () => (await chainOf())?.tenant_id, { timeout: 60_000 }).toBeNull();
    const reports = await verifyAudit(client);
    expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
    expect(reports.map(({ tenant_id }) => tenant_id)).toContain('told');
    expect(reports.find((report) => report.audit_ref === audit_ref)).toMatchObject({
      tenant_id: null,
      events: 2,
    });
    const kept = await admin.all<Event>(`/v1/audit/${audit_ref}`);
    expect(kept.map(({ action }) => action)).toEqual(['tenant.erased', 'tenant.created']);
  });

  it('that somebody with the whole database changed is found broken', async () => {
    const [{ audit_ref: ref } = { audit_ref: '' }] = await events('told');
    await sql(
      'ALTER TABLE audit_events DISABLE TRIGGER USER',
      `UPDATE audit_events SET event = replace(event, 'ticket', 'Ticket') WHERE tenant_ref = '${ref}' AND seq = 2`,
      `DELETE FROM audit_events WHERE tenant_ref = '${ref}' AND seq = 4`,
      'ALTER TABLE audit_events ENABLE TRIGGER USER',
    );
    const [report] = await verifyAudit(client, 'told');
    expect(report!.faults).toEqual(['events between 3 and 5 are missing', 'event 2 was changed']);
  });
});
