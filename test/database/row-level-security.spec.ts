// Row-level security with two tenants that both have rows in every table: the database itself keeps them apart.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import {
  changeOfModel,
  ask,
  apiKeyRow,
  clusterRow,
  constraintRow,
  faceRow,
  idempotencyRow,
  imageRow,
  jobRow,
  newId,
  operationRow,
  questionRow,
  randomEmbedding,
  randomNumbers,
} from './rows.js';

const TABLES = [
  'api_keys',
  'images',
  'faces',
  'face_embeddings',
  'clusters',
  'cluster_centroids',
  'opt_outs',
  'constraints',
  'review_items',
  'operations',
  'operation_subjects',
  'jobs',
  'idempotency_keys',
  'model_changes',
  'model_change_images',
  'model_change_faces',
  'request_windows',
] as const;

/** Tables without a tenant_id, and those of them that row-level security binds all the same. */
const WITHOUT_TENANT = new Map<string, 'secured' | 'open'>([
  ['_prisma_migrations', 'open'],
  ['embedding_spaces', 'open'],
  ['receipt_keys', 'open'],
  ['erasures', 'secured'],
  ['tenants', 'secured'],
  ['audit_events', 'secured'],
]);

interface TenantRows {
  readonly imageId: string;
  readonly faceIds: readonly [string, string];
  readonly clusterId: string;
  readonly operationId: string;
}

describe.each(bothDatabases)('row-level security on $name', ({ open }) => {
  let db: TestDatabase;
  let client: pg.Client;
  let ann: TenantRows;
  let bob: TenantRows;

  const fill = async (tenantId: string): Promise<TenantRows> => {
    await db.addTenant(tenantId);
    const image = imageRow();
    const cluster = clusterRow();
    const faces = [faceRow(image.id, { clusterId: cluster.id }), faceRow(image.id)] as const;
    const operation = operationRow();
    const embedding = randomEmbedding(randomNumbers(1));
    await db.tenants.forTenant(tenantId).transaction(async (r) => {
      await r.images.insert(image);
      await r.clusters.insertMany([cluster]);
      await r.faces.insertMany(faces);
      await r.embeddings.insertMany(faces.map(({ id }) => ({ faceId: id, embedding })));
      await r.centroids.recompute([cluster.id]);
      const optOut = { id: newId(), reference: null, createdAt: new Date() };
      expect(await r.optOuts.keepOfCluster(cluster.id, optOut)).toBe(1);
      await r.operations.insert(operation, { faceIds: [faces[0].id], clusterIds: [cluster.id] });
      await r.constraints.insertMany([constraintRow([faces[0].id, faces[1].id], operation.id)]);
      await ask(r.reviewItems, questionRow({ clusterId: cluster.id }));
      await r.jobs.insert(jobRow());
      await r.apiKeys.insert(apiKeyRow());
      await r.idempotencyKeys.begin(idempotencyRow());
      await changeOfModel(r, image.id, faces[0].id);
    });
    await db.system.transaction(({ requestWindows }) => requestWindows.lock(tenantId));
    return {
      imageId: image.id,
      faceIds: [faces[0].id, faces[1].id],
      clusterId: cluster.id,
      operationId: operation.id,
    };
  };

  beforeAll(async () => {
    db = await open();
    ann = await fill('ann');
    bob = await fill('bob');
    client = await db.connect();
  });
  afterAll(() => db.close());

  /** Runs SQL as a role, with a tenant or without, and takes everything back. */
  const as = async <T>(role: string, tenantId: string | null, work: () => Promise<T>): Promise<T> => {
    await client.query('BEGIN');
    try {
      if (tenantId !== null)
        await client.query(`SELECT set_config('kindred.tenant_id', $1, true)`, [tenantId]);
      await client.query(`SET LOCAL ROLE ${role}`);
      return await work();
    } finally {
      await client.query('ROLLBACK');
    }
  };
  const owners = async (table: string): Promise<string[]> => {
    const { rows } = await client.query<{ tenant_id: string }>(`SELECT tenant_id FROM ${table} ORDER BY 1`);
    return rows.map(({ tenant_id }) => tenant_id);
  };

  it.each(TABLES)(
    'a tenant sees its own rows of %s and no others; without a tenant there are none',
    async (table) => {
      expect(new Set(await as('kindred_tenant', 'ann', () => owners(table)))).toEqual(new Set(['ann']));
      expect(new Set(await as('kindred_tenant', 'bob', () => owners(table)))).toEqual(new Set(['bob']));
      expect(await as('kindred_tenant', '', () => owners(table))).toEqual([]);
      // A setting that was local to an earlier transaction reads '' and not NULL: a session that never had one as well.
      const never = new pg.Client(db.database.connection);
      await never.connect();
      await never.query('BEGIN');
      await never.query('SET LOCAL ROLE kindred_tenant');
      expect((await never.query(`SELECT 1 FROM ${table}`)).rows).toEqual([]);
      await never.query('ROLLBACK');
      await never.end();
    },
  );

  it.each(TABLES)('a tenant changes and deletes no row of another in %s', async (table) => {
    for (const attack of [
      `UPDATE ${table} SET tenant_id = tenant_id WHERE tenant_id = 'bob'`,
      `DELETE FROM ${table} WHERE tenant_id = 'bob'`,
    ]) {
      const touched = await as('kindred_tenant', 'ann', () => client.query(attack)).then(
        ({ rowCount }) => rowCount,
        (error: Error) => error.message,
      );
      expect([0, `permission denied for table ${table}`], attack).toContain(touched);
    }
  });

  it('every table belongs to tenants or is known not to, and its keys keep tenants apart', async () => {
    const { rows: tables } = await client.query<{ name: string; secured: boolean; first: string | null }>(`
      SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS secured,
             (SELECT a.attname FROM pg_index i
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
              WHERE i.indrelid = c.oid AND i.indisprimary) AS first
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`);
    const ofTenants = tables.filter(({ name }) => !WITHOUT_TENANT.has(name));
    expect(ofTenants.map(({ name }) => name)).toEqual([...TABLES].sort());
    expect(ofTenants.filter(({ secured, first }) => !secured || first !== 'tenant_id')).toEqual([]);
    expect(tables.filter(({ name, secured }) => WITHOUT_TENANT.get(name) === 'secured' && !secured)).toEqual(
      [],
    );

    const { rows: loose } = await client.query<{ name: string }>(`
      SELECT conname AS name FROM pg_constraint k
      WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair (own, other)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
        JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other
        WHERE a.attname = 'tenant_id' AND (b.attname = 'tenant_id' OR k.confrelid = 'tenants'::regclass))`);
    expect(loose).toEqual([]);
  });

  it('a tenant sees its own row of tenants only', async () => {
    const ids = (tenant: string) =>
      as(
        'kindred_tenant',
        tenant,
        async () => (await client.query<{ id: string }>('SELECT id FROM tenants')).rows,
      );
    expect(await ids('ann')).toEqual([{ id: 'ann' }]);
    expect(await ids('')).toEqual([]);
  });

  it('a tenant can neither insert, take over, change nor delete a row of another', async () => {
    const insertImage = (tenantId: string) =>
      client.query(
        `INSERT INTO images (tenant_id, id, sha256, phash, content_type, width, height, byte_size, notes, turn, created_at)
         VALUES ($1, gen_random_uuid(), repeat('a', 64), repeat('b', 16), 'image/png', 1, 1, 1, '{}', 0, now())`,
        [tenantId],
      );
    await as('kindred_tenant', 'ann', () => insertImage('ann'));
    await expect(as('kindred_tenant', 'ann', () => insertImage('bob'))).rejects.toThrow(/row-level security/);
    await expect(
      as('kindred_tenant', 'ann', () => client.query(`UPDATE images SET tenant_id = 'bob'`)),
    ).rejects.toThrow(/row-level security/);
    await as('kindred_tenant', 'ann', async () => {
      expect(
        (await client.query(`UPDATE images SET label = 'x' WHERE id = $1`, [bob.imageId])).rowCount,
      ).toBe(0);
      expect((await client.query(`DELETE FROM faces WHERE id = $1`, [bob.faceIds[0]])).rowCount).toBe(0);
      expect((await client.query(`DELETE FROM tenants WHERE id = 'bob'`)).rowCount).toBe(0);
    });
  });

  it('no key reaches over to another tenant, not even for the owner of the tables', async () => {
    const scope = db.tenants.forTenant('ann');
    await expect(
      scope.transaction(({ faces }) => faces.insertMany([faceRow(bob.imageId)])),
    ).rejects.toThrow();
    await expect(
      scope.transaction(({ faces }) => faces.update([ann.faceIds[0]], { clusterId: bob.clusterId })),
    ).rejects.toThrow();
    await expect(
      scope.transaction(({ clusters }) => clusters.update(ann.clusterId, { coverFaceId: bob.faceIds[0] })),
    ).rejects.toThrow();
    await expect(
      scope.transaction(({ constraints }) =>
        constraints.insertMany([constraintRow([ann.faceIds[0], bob.faceIds[0]], ann.operationId)]),
      ),
    ).rejects.toThrow();
    await expect(
      client.query(`UPDATE faces SET cluster_id = $1 WHERE tenant_id = 'ann' AND id = $2`, [
        bob.clusterId,
        ann.faceIds[0],
      ]),
    ).rejects.toThrow(/foreign key/);
  });

  it('search, reads and deletes in one tenant do not touch the other', async () => {
    const scope = db.tenants.forTenant('ann');
    const probe = randomEmbedding(randomNumbers(1));
    const [near] = await scope.read(({ embeddings }) =>
      embeddings.nearest([probe], { limit: 9, similarityMin: -1 }),
    );
    expect(near!.map(({ faceId }) => faceId)).toEqual([ann.faceIds[0]]);
    await scope.read(async (r) => {
      expect(await r.images.find(bob.imageId)).toBeNull();
      expect(await r.faces.findMany([...bob.faceIds])).toEqual([]);
      expect(await r.clusters.find(bob.clusterId)).toBeNull();
      expect(await r.operations.find(bob.operationId)).toBeNull();
      expect(await r.embeddings.load([...bob.faceIds], probe.space)).toEqual([]);
      expect(await r.centroids.load([bob.clusterId], probe.space)).toEqual([]);
      expect(await r.constraints.findTouching([...bob.faceIds])).toEqual([]);
    });
    expect(await scope.transaction(({ embeddings }) => embeddings.deleteByFaceIds([...bob.faceIds]))).toBe(0);
    expect(await scope.transaction(({ images }) => images.delete(bob.imageId))).toBeNull();
    expect(await db.tenants.forTenant('bob').read(({ tenant }) => tenant.counts())).toMatchObject({
      faceCount: 2,
    });
  });

  it('the role and the tenant end with the unit of work, whether it succeeds or fails', async () => {
    const one = await open({ poolSize: 1 });
    try {
      await one.addTenant('t');
      const scope = one.tenants.forTenant('t');
      await scope.read(({ tenant }) => tenant.find());
      await expect(scope.read(() => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
      // The pool has one connection: this is the one that the units of work used.
      const { role, tenant } = await sessionOf(one);
      expect(role).toBe('none');
      expect(tenant ?? '').toBe('');
    } finally {
      await one.close();
    }
  });

  it('the service itself cannot read faces, embeddings, evidence or job contents, nor write as a tenant', async () => {
    const refused = (sql: string) =>
      expect(
        as('kindred_system', null, () => client.query(sql)),
        sql,
      ).rejects.toThrow(/permission denied/);
    await refused('SELECT embedding FROM face_embeddings');
    await refused('SELECT count(*) FROM face_embeddings');
    await refused('SELECT sum FROM cluster_centroids');
    await refused('SELECT id FROM faces');
    await refused('SELECT sha256 FROM images');
    await refused('SELECT label FROM clusters');
    await refused('SELECT evidence FROM review_items');
    await refused('SELECT input FROM jobs');
    await refused('SELECT body FROM idempotency_keys');
    await refused('SELECT tenant_id FROM idempotency_keys');
    await refused('SELECT changes FROM operations');
    await refused('SELECT kind FROM operations');
    await refused('SELECT actor FROM operations');
    await refused('SELECT summary FROM operations');
    await refused('SELECT 1 FROM constraints');
    await refused(`UPDATE api_keys SET secret_hash = 'x'`);
    await refused('DELETE FROM api_keys');
    await refused('DELETE FROM images');
    const counted = await as('kindred_system', null, () =>
      client.query('SELECT count(tenant_id)::int AS n FROM faces'),
    );
    expect(counted.rows).toEqual([{ n: 4 }]);
  });

  it('embeddings are written once and operations never rewritten', async () => {
    const refused = (sql: string) =>
      expect(
        as('kindred_tenant', 'ann', () => client.query(sql)),
        sql,
      ).rejects.toThrow(/permission denied/);
    await refused(`UPDATE face_embeddings SET space = 'x'`);
    await refused(`UPDATE operations SET actor = 'x'`);
    await refused(`UPDATE operation_subjects SET kind = 'face'`);
    await refused('SELECT 1 FROM embedding_spaces');
    await refused(`UPDATE tenants SET id = 'x'`);
  });

  it('no tenant makes itself room in its minute', async () => {
    for (const sql of [
      'UPDATE request_windows SET taken = 0',
      `INSERT INTO request_windows VALUES ('ann', now(), 0)`,
    ])
      await expect(
        as('kindred_tenant', 'ann', () => client.query(sql)),
        sql,
      ).rejects.toThrow(/permission denied/);
  });

  it('a read cannot write', async () => {
    await expect(db.tenants.forTenant('ann').read(({ images }) => images.insert(imageRow()))).rejects.toThrow(
      /read-only/,
    );
  });
});

async function sessionOf(db: TestDatabase): Promise<{ role: string; tenant: string | null }> {
  // Reaches for the pool behind the door: only a test needs to see a session between two units of work.
  const { pool } = db.database as unknown as { pool: pg.Pool };
  const { rows } = await pool.query<{ role: string; tenant: string | null }>(
    `SELECT current_setting('role') AS role, current_setting('kindred.tenant_id', true) AS tenant`,
  );
  return rows[0]!;
}
