// What Kindred says of a server that cannot serve it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { meetRequirements } from '../../src/database/server-requirements.js';
import { WireBridge } from '../../src/database/embedded/wire-bridge.js';
import { createTestDatabase } from '../harness/postgres.js';

describe('requirements of a server', () => {
  it('a server without pgvector is told how to get it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kindred-bare-'));
    const bare = await PGlite.create();
    const bridge = new WireBridge(bare);
    await bridge.listen(join(folder, '.s.PGSQL.5432'));
    const client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres' });
    await client.connect();
    await expect(meetRequirements(client)).rejects.toThrow(
      /no pgvector extension: install pgvector 0\.8 or newer/,
    );
    await client.end();
    await bridge.close();
    await bare.close();
    await rm(folder, { recursive: true });
  });

  it('a role that bypasses row-level security is refused', async () => {
    const own = await createTestDatabase('empty');
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    await meetRequirements(client);
    // Seen by this session alone: the other tests share the server's roles.
    await client.query('BEGIN');
    await client.query('ALTER ROLE kindred_tenant BYPASSRLS');
    await expect(meetRequirements(client)).rejects.toThrow(/kindred_tenant bypasses row-level security/);
    await client.query('ROLLBACK');
    await meetRequirements(client);
    await client.end();
    await own.drop();
  });

  it('starters on several databases of one server make the roles together', async () => {
    const databases = await Promise.all(Array.from({ length: 3 }, () => createTestDatabase('empty')));
    const clients = databases.map(({ url }) => new pg.Client({ connectionString: url }));
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map(meetRequirements));
    const { rows } = await clients[0]!.query(
      `SELECT rolname, rolcanlogin, rolbypassrls FROM pg_roles WHERE rolname LIKE 'kindred\\_tenant' OR rolname = 'kindred_system' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { rolname: 'kindred_system', rolcanlogin: false, rolbypassrls: false },
      { rolname: 'kindred_tenant', rolcanlogin: false, rolbypassrls: false },
    ]);
    await Promise.all(clients.map((client) => client.end()));
    await Promise.all(databases.map((own) => own.drop()));
  });
});
