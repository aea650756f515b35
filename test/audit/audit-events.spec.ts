// The audit log in the database itself: chained, append-only, apart by tenant, there when the tenant is not.
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditLinkRecord } from '../../src/database/repositories/audit-record.js';
import { newErasureId, openErasure } from '../../src/erasure/open-erasure.js';
import { ChainReader } from '../../src/domain/audit/audit-chain.js';
import { operationRow } from '../database/rows.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

function faultsOf(links: readonly AuditLinkRecord[]): (string | undefined)[] {
  const reader = new ChainReader(links[0]!.tenantRef, sha256);
  return [...links.map((link) => reader.read(link)), reader.end()].filter((fault) => fault !== undefined);
}

describe.each(bothDatabases)('audit events on $name', ({ open }) => {
  let db: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    db = await open();
    client = await db.connect();
  });
  afterAll(() => db.close());

  const append = (tenant: string, action: string) =>
    db.tenants
      .forTenant(tenant)
      .transaction(({ audit }) => audit.append({ at: new Date(), actor: 'admin', action, reason: 'grün' }));
  const list = (tenant: string) =>
    db.tenants.forTenant(tenant).read(({ audit }) => audit.list({ limit: 100 }));
  /** A statement as a role with a tenant, taken back. */
  const as = async (role: string, tenant: string, sql: string) => {
    await client.query('BEGIN');
    try {
      await client.query(`SELECT set_config('kindred.tenant_id', $1, true)`, [tenant]);
      await client.query(`SET LOCAL ROLE ${role}`);
      return await client.query(sql);
    } finally {
      await client.query('ROLLBACK');
    }
  };

  it('make one whole chain for each tenant, also when they are written at once', async () => {
    for (const tenant of ['ann', 'bob']) await db.addTenant(tenant);
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => append(i % 3 === 0 ? 'bob' : 'ann', `thing.done${i}`)),
    );
    const [ann, bob] = [await list('ann'), await list('bob')];
    expect([ann.length, bob.length]).toEqual([8, 4]);
    expect(ann.map(({ seq }) => seq)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(faultsOf(ann)).toEqual([]);
    expect(faultsOf(bob)).toEqual([]);
    expect(ann[0]!.tenantRef).not.toBe(bob[0]!.tenantRef);
  });

  it('tell of every operation, by whatever way it is written', async () => {
    const operation = operationRow();
    await db.tenants.forTenant('bob').transaction(({ operations }) => operations.insert(operation));
    const [newest] = await list('bob');
    expect(JSON.parse(newest!.text)).toMatchObject({
      actor: operation.actor,
      action: `operation.${operation.kind}`,
      subject_id: operation.id,
      at: operation.createdAt.toISOString(),
    });
    expect(faultsOf(await list('bob'))).toEqual([]);
  });

  it('cannot be changed or deleted, not by the tenant, the service or the owner of the tables', async () => {
    for (const change of [
      `UPDATE audit_events SET event = '{}'`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
    ]) {
      for (const role of ['kindred_tenant', 'kindred_system'])
        await expect(as(role, 'ann', change), `${role}: ${change}`).rejects.toThrow(/permission denied/);
      await expect(client.query(change), change).rejects.toThrow(/neither changed nor deleted/);
    }
  });

  it('of another tenant can neither be read nor added to', async () => {
    const [{ tenantRef } = { tenantRef: '' }] = await list('bob');
    const refs = await as('kindred_tenant', 'ann', 'SELECT DISTINCT tenant_ref FROM audit_events');
    expect(refs.rows).toEqual([{ tenant_ref: (await list('ann'))[0]!.tenantRef }]);
    expect((await as('kindred_tenant', '', 'SELECT 1 FROM audit_events')).rows).toEqual([]);
    const forged = `INSERT INTO audit_events VALUES ('${tenantRef}', 1, '{}', '', '')`;
    await expect(as('kindred_tenant', 'ann', forged)).rejects.toThrow(/row-level security/);
  });

  it('outlive their tenant, whose name is not in them', async () => {
    await append('ann', 'tenant.erased');
    const before = await list('ann');
    const id = newErasureId();
    const erasure = await db.tenants.forTenant('ann').transaction(async (r) => {
      await r.tenant.block(id);
      while ((await r.tenant.deleteSome(100)) !== null);
      return openErasure(r, id, { kind: 'tenant', subjectId: null, phase: 'rows', counts: {}, work: {} });
    });
    await db.system.transaction(({ erasures }) => erasures.finish(erasure, '{}', new Date()));
    const ref = before[0]!.tenantRef;
    const after = await db.system.transaction(({ audit }) => audit.list(ref, { limit: 100 }));
    expect(after).toEqual(before);
    expect(JSON.stringify(after)).not.toContain('ann"');
    const chains = await db.system.transaction(({ audit }) => audit.listRefs({ limit: 100 }));
    expect(chains).toContainEqual({ tenantRef: ref, events: before.length, tenantId: null });
  });
});
