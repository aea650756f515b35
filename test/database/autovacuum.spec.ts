// The embedded database tends its tables as PostgreSQL would, and keeps nobody from them meanwhile.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Autovacuum } from '../../src/database/embedded/autovacuum.js';
import { WireBridge } from '../../src/database/embedded/wire-bridge.js';

const ROWS = 1000;

describe('the embedded database', () => {
  let folder: string;
  let db: PGlite;
  let bridge: WireBridge;
  let autovacuum: Autovacuum;
  let client: pg.Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindred-autovacuum-'));
    db = await PGlite.create({ dataDir: join(folder, 'pg') });
    bridge = new WireBridge(db);
    await bridge.listen(join(folder, '.s.PGSQL.5432'));
    autovacuum = new Autovacuum((work) => bridge.betweenTransactions(work));
    client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres' });
    await client.connect();
    await client.query('CREATE SCHEMA "A b"');
    await client.query('CREATE TABLE "A b".notes (id int PRIMARY KEY, text text)');
  });
  afterAll(async () => {
    await client.end();
    await bridge.close();
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });

  const size = async (): Promise<number> => {
    const { rows } = await client.query<{ size: number }>(
      `SELECT pg_relation_size('"A b".notes')::int AS size`,
    );
    return rows[0]!.size;
  };
  const rewrite = () => client.query('UPDATE "A b".notes SET text = reverse(text)');

  it('leaves an empty table alone', async () => {
    expect(await autovacuum.tend()).toEqual([]);
  });

  it('looks at a table that was filled, once', async () => {
    await client.query(
      `INSERT INTO "A b".notes SELECT i, md5(i::text) FROM generate_series(1, ${ROWS}) AS i`,
    );
    expect(await autovacuum.tend()).toEqual(['ANALYZE "A b".notes']);
    const { rows } = await client.query(`SELECT reltuples FROM pg_class WHERE oid = '"A b".notes'::regclass`);
    expect(rows).toEqual([{ reltuples: ROWS }]);
    expect(await autovacuum.tend()).toEqual([]);
  });

  it('few changes do not matter', async () => {
    await client.query('UPDATE "A b".notes SET text = text WHERE id <= 100');
    expect(await autovacuum.tend()).toEqual([]);
  });

  it('the room of changed rows is used again', async () => {
    const sizes: number[] = [];
    for (let i = 0; i < 10; i++) {
      await rewrite();
      expect(await autovacuum.tend()).toEqual(['VACUUM (ANALYZE) "A b".notes']);
      sizes.push(await size());
    }
    expect(sizes.at(-1)).toBe(sizes[3]);
    // Without it every rewriting takes new room.
    for (let i = 0; i < 4; i++) await rewrite();
    expect(await size()).toBeGreaterThan(1.5 * sizes.at(-1)!);
  });

  it('waits for an open transaction, and others wait for it', async () => {
    await rewrite();
    await client.query('BEGIN');
    const order: string[] = [];
    const tended = autovacuum.tend().then((done) => order.push(...done));
    await client.query('SELECT 1');
    order.push('read');
    await client.query('COMMIT');
    await tended;
    expect(order).toEqual(['read', 'VACUUM (ANALYZE) "A b".notes']);
  });

  it('a table that cannot be tended keeps nobody from the session', async () => {
    const failing = new Autovacuum((work) =>
      bridge.betweenTransactions(async (session) => {
        await work(session);
        throw new Error('planted');
      }),
    );
    await expect(failing.tend()).rejects.toThrow('planted');
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('ends in order while it waits for its next look', async () => {
    autovacuum.start();
    await autovacuum.stop();
  });
});
