// A server whose administrator gave Kindred an ordinary user: the migrations run as it, and it is bound by its own rules.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { SystemStore } from '../../src/database/system-store.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { migrationsFolder } from '../harness/database.js';
import { createTestDatabase, type OwnDatabase, testServerUrl } from '../harness/postgres.js';
import { imageRow } from './rows.js';

/** The migration that gave review items their numbers. */
const REVIEW_NUMBERS = '20261121122500_review_numbers';

describe('an ordinary database user', () => {
  const user = `kindred_user_${process.pid}`;
  let own: OwnDatabase;
  let admin: pg.Client;
  let url: string;

  beforeAll(async () => {
    own = await createTestDatabase('empty');
    admin = new pg.Client({ connectionString: own.url });
    await admin.connect();
    await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'pw'`);
    await admin.query(`ALTER DATABASE ${own.name} OWNER TO ${user}`);
    // Another database of the server may have made the roles already, or not: both must lead to the same fault.
    for (const role of ['kindred_tenant', 'kindred_system']) {
      await admin.query(
        `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
      );
    }
    const asUser = new URL(own.url);
    asUser.username = user;
    asUser.password = 'pw';
    url = asUser.href;
  });
  afterAll(async () => {
    await admin.end();
    await own.drop();
    const server = new pg.Client({ connectionString: await testServerUrl() });
    await server.connect();
    await server.query(`DROP ROLE ${user}`);
    await server.end();
  });

  it('is told what an administrator must do, step by step, and then everything works under row-level security', async () => {
    const open = () => Database.open({ url, poolSize: 2 }, '', migrationsFolder);
    const version = await admin.query<{ n: number }>(
      `SELECT current_setting('server_version_num')::int AS n`,
    );
    const separate = version.rows[0]!.n >= 160_000;
    const inheritFalse = separate ? ' WITH INHERIT FALSE' : '';
    const trusted = await admin.query(
      `SELECT 1 FROM pg_available_extension_versions WHERE name = 'vector' AND trusted`,
    );
    if (trusted.rowCount === 0) {
      await expect(open()).rejects.toThrow(/CREATE EXTENSION vector/);
      await admin.query('CREATE EXTENSION vector');
    }
    await expect(open()).rejects.toThrow(/GRANT kindred_tenant, kindred_system TO/);
    await admin.query(`GRANT kindred_tenant, kindred_system TO ${user}${inheritFalse}`);
    const database = await open();
    try {
      const at = new Date();
      await new SystemStore(database).transaction(({ tenants }) =>
        tenants.insert({ id: 't', settings: {}, version: 1, createdAt: at, updatedAt: at }),
      );
      const scope = new TenantStore(database).forTenant('t');
      const image = imageRow();
      await scope.transaction(({ images }) => images.insert(image));
      expect(await scope.read(({ images }) => images.find(image.id))).toEqual(image);

      const owner = new pg.Client({ connectionString: url });
      await owner.connect();
      const { rows } = await owner.query(
        `SELECT tableowner, (SELECT count(*)::int FROM images) AS images, (SELECT count(*)::int FROM tenants) AS tenants
         FROM pg_tables WHERE tablename = 'images'`,
      );
      await owner.end();
      expect(rows).toEqual([{ tableowner: user, ...(separate ? { images: 0, tenants: 0 } : rows[0]) }]);
    } finally {
      await database.close();
    }
  });

  it('numbers the questions that were there before numbers were, each tenant’s in their order', async () => {
    const before = await mkdtemp(join(tmpdir(), 'kindred-migrations-'));
    const earlier = (name: string): boolean => !/^\d{14}_/.test(name) || name < REVIEW_NUMBERS;
    for (const name of (await readdir(migrationsFolder)).filter(earlier))
      await cp(join(migrationsFolder, name), join(before, name), { recursive: true });
    const old = await createTestDatabase('empty');
    const client = new pg.Client({ connectionString: old.url });
    await client.connect();
    try {
      await client.query(`ALTER DATABASE ${old.name} OWNER TO ${user}`);
      await client.query('CREATE EXTENSION vector');
      await client.query(`GRANT kindred_tenant, kindred_system TO ${user}`);
      const asUser = new URL(old.url);
      asUser.username = user;
      asUser.password = 'pw';
      const migrate = async (folder: string): Promise<void> =>
        (await Database.open({ url: asUser.href, poolSize: 1 }, '', folder)).close();
      await migrate(before);
      await client.query(
        `INSERT INTO tenants (id, created_at, updated_at) SELECT t, now(), now() FROM unnest('{a,b,c}'::text[]) t`,
      );
      await client.query(
        `INSERT INTO review_items (tenant_id, id, kind, state, subject_key, evidence, priority, created_at, updated_at)
         SELECT t, gen_random_uuid(), 'new_cluster', 'open', n::text, '{}', 1, now(), now()
         FROM unnest('{a,b}'::text[]) t, generate_series(1, 3) n WHERE t = 'a' OR n < 3`,
      );
      await migrate(migrationsFolder);
      const { rows } = await client.query(
        `SELECT t.id, t.review_number_last AS last, array_agg(r.number ORDER BY r.id) AS numbers
         FROM tenants t LEFT JOIN review_items r ON r.tenant_id = t.id GROUP BY t.id ORDER BY t.id`,
      );
      expect(rows).toEqual([
        { id: 'a', last: 3, numbers: [1, 2, 3] },
        { id: 'b', last: 2, numbers: [1, 2] },
        { id: 'c', last: 0, numbers: [null] },
      ]);
      const forced = await client.query(
        `SELECT count(*)::int AS n FROM pg_class WHERE relname IN ('tenants', 'review_items') AND relforcerowsecurity`,
      );
      expect(forced.rows).toEqual([{ n: 2 }]);
    } finally {
      await client.end();
      await old.drop();
      await rm(before, { recursive: true });
    }
  });
});
