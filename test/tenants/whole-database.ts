// The database as its owner sees it: every tenant's rows in every table that the catalogue knows, so that a new table is
// looked at without anybody thinking of it.
import pg from 'pg';
import type { DatabaseConnection } from '../../src/database/database.js';
import { type Snapshot, snapshot } from '../clusters/snapshot.js';

interface ForeignKey {
  readonly name: string;
  readonly child: string;
  readonly parent: string;
  readonly pairs: readonly (readonly [child: string, parent: string])[];
}

/** Told of beside a request, so that it may change at any time. */
const BESIDE = `'last_used_at'`;

export class WholeDatabase {
  private constructor(
    private readonly client: pg.Client,
    private readonly tables: readonly string[],
    private readonly foreignKeys: readonly ForeignKey[],
  ) {}

  static async open(connection: DatabaseConnection): Promise<WholeDatabase> {
    const client = new pg.Client(connection);
    await client.connect();
    const tables = await client.query<{ name: string }>(`
      SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind = 'r' AND a.attname = 'tenant_id' AND NOT a.attisdropped
        AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'tenants'::regclass) ORDER BY 1`);
    const keys = await client.query<ForeignKey>(`
      SELECT k.conname AS name, k.conrelid::regclass::text AS child, k.confrelid::regclass::text AS parent,
        (SELECT jsonb_agg(jsonb_build_array(c.attname, p.attname))
         FROM unnest(k.conkey, k.confkey) AS pair(c, p)
         JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = pair.c
         JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = pair.p) AS pairs
      FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace =
        (SELECT relnamespace FROM pg_class WHERE oid = 'tenants'::regclass)`);
    return new WholeDatabase(
      client,
      tables.rows.map(({ name }) => name),
      keys.rows,
    );
  }

  close(): Promise<void> {
    return this.client.end();
  }

  snapshot(tenantId: string): Promise<Snapshot> {
    return snapshot(this.client, tenantId);
  }

  /** A digest over all rows of each tenant: its own, those of its log, of its erasures, and in every table. */
  async digests(): Promise<ReadonlyMap<string, string>> {
    const rows = this.tables.map(
      (table) => `SELECT tenant_id, '${table} ' || (to_jsonb(t) - ${BESIDE})::text AS row FROM ${table} t`,
    );
    const { rows: digests } = await this.client.query<{ tenant_id: string; digest: string }>(`
      SELECT tenant_id, md5(string_agg(md5(row), '' ORDER BY md5(row))) AS digest FROM (
        ${rows.join(' UNION ALL ')}
        UNION ALL SELECT id, 'tenants ' || (to_jsonb(t) - ${BESIDE})::text FROM tenants t
        UNION ALL SELECT t.id, 'audit ' || to_jsonb(e)::text FROM audit_events e JOIN tenants t ON t.audit_ref = e.tenant_ref
        UNION ALL SELECT of_tenant, 'erasures ' || to_jsonb(e)::text FROM erasures e WHERE of_tenant IS NOT NULL
      ) AS all_rows GROUP BY tenant_id`);
    return new Map(digests.map(({ tenant_id, digest }) => [tenant_id, digest]));
  }

  /** Images that should have a file, as `tenant/image`. */
  async images(): Promise<{ tenantId: string; id: string }[]> {
    const { rows } = await this.client.query<{ tenantId: string; id: string }>(
      'SELECT tenant_id AS "tenantId", id FROM images',
    );
    return rows;
  }

  /** What may never be, by name; each count is 0 in a whole database. */
  async faults(): Promise<Readonly<Record<string, number>>> {
    const named: Record<string, string> = {
      'faces that are dismissed and have an embedding': `faces f JOIN face_embeddings e USING (tenant_id)
        WHERE e.face_id = f.id AND f.state = 'dismissed'`,
      'faces without an embedding': `faces f WHERE f.state <> 'dismissed' AND NOT EXISTS (
        SELECT 1 FROM face_embeddings e WHERE e.tenant_id = f.tenant_id AND e.face_id = f.id)`,
      'centroids that are not the sum of their faces': `cluster_centroids c LEFT JOIN LATERAL (
          SELECT sum(e.embedding::vector) AS sum, count(*) AS faces FROM faces f
          JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id AND e.space = c.space
          WHERE f.tenant_id = c.tenant_id AND f.cluster_id = c.cluster_id AND f.state = 'active') AS m ON true
        WHERE m.faces <> c.face_count OR (c.sum <=> m.sum) > 1e-5`,
      'open questions whose evidence names a face that is not there': `review_items i,
          jsonb_path_query(i.evidence, '$.**.face_id') AS named(id)
        WHERE i.state IN ('open', 'claimed') AND named.id <> 'null' AND NOT EXISTS (
          SELECT 1 FROM faces f WHERE f.tenant_id = i.tenant_id AND f.id::text = named.id #>> '{}')`,
      'operations that the log does not hold once': `operations o JOIN tenants t ON t.id = o.tenant_id
        WHERE 1 <> (SELECT count(*) FROM audit_events e
          WHERE e.tenant_ref = t.audit_ref AND e.event::jsonb->>'subject_id' = o.id::text)`,
      'erasures of faces, images and people that were not ended': `erasures WHERE phase <> 'done'`,
    };
    for (const table of this.tables)
      named[`rows of nobody in ${table}`] =
        `${table} r WHERE NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = r.tenant_id)`;
    for (const { name, child, parent, pairs } of this.foreignKeys)
      named[`rows that hang in the air by ${name}`] =
        `${child} c WHERE ${pairs.map(([column]) => `c.${column} IS NOT NULL`).join(' AND ')} AND NOT EXISTS (
          SELECT 1 FROM ${parent} p WHERE ${pairs.map(([a, b]) => `p.${b} = c.${a}`).join(' AND ')})`;
    const counts = Object.values(named).map((from) => `(SELECT count(*)::int FROM ${from})`);
    const { rows } = await this.client.query<{ counts: number[] }>(
      `SELECT ARRAY[${counts.join(', ')}] AS counts`,
    );
    return Object.fromEntries(Object.keys(named).map((name, i) => [name, rows[0]!.counts[i]!]));
  }

  /** Rows by table and owner that the application's role sees with this tenant set; null: with none. */
  async seenAs(tenantId: string | null): Promise<Readonly<Record<string, number>>> {
    return this.countRows(tenantId ?? '', 'kindred_tenant');
  }

  /** The same rows as their owner counts them. */
  async ownedBy(tenantId: string): Promise<Readonly<Record<string, number>>> {
    const all = await this.countRows(tenantId, null);
    return Object.fromEntries(Object.entries(all).filter(([key]) => key.endsWith(` of ${tenantId}`)));
  }

  private async countRows(tenantId: string, role: string | null): Promise<Readonly<Record<string, number>>> {
    const counted = this.tables.map(
      (table) => `SELECT '${table} of ' || tenant_id AS key, count(*)::int AS count FROM ${table} GROUP BY 1`,
    );
    await this.client.query('BEGIN');
    try {
      await this.client.query(`SELECT set_config('kindred.tenant_id', $1, true)`, [tenantId]);
      if (role !== null) await this.client.query(`SET LOCAL ROLE ${role}`);
      const { rows } = await this.client.query<{ key: string; count: number }>(
        `${counted.join(' UNION ALL ')} UNION ALL SELECT 'tenants of ' || id, 1 FROM tenants`,
      );
      return Object.fromEntries(rows.map(({ key, count }) => [key, count] as const));
    } finally {
      await this.client.query('ROLLBACK');
    }
  }
}
