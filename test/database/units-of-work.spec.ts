// Units of work: the tenant's lock, waiting for connections, nesting, and trying again.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { bothDatabases, migrationsFolder, openPostgres, type TestDatabase } from '../harness/database.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { imageRow, jobRow } from './rows.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function latch(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe.each(bothDatabases)('units of work on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open({ poolSize: 3 });
    await db.addTenant('a');
    await db.addTenant('b');
  });
  afterAll(() => db.close());

  it('the transactions of one tenant run one after the other', async () => {
    const scope = db.tenants.forTenant('a');
    let inside = 0;
    const increments = Array.from({ length: 12 }, () =>
      scope.transaction(async ({ tenant }) => {
        expect(++inside).toBe(1);
        const { settings } = (await tenant.find())!;
        await pause(5);
        await tenant.updateSettings({ n: ((settings['n'] as number | undefined) ?? 0) + 1 });
        inside--;
      }),
    );
    await Promise.all(increments);
    expect((await scope.read(({ tenant }) => tenant.find()))!.settings).toEqual({ n: 12 });
  });

  it('all or nothing: what a failed transaction wrote is gone', async () => {
    const scope = db.tenants.forTenant('a');
    const image = imageRow();
    const failing = scope.transaction(async ({ images }) => {
      await images.insert(image);
      throw new Error('after the insert');
    });
    await expect(failing).rejects.toThrow('after the insert');
    expect(await scope.read(({ images }) => images.find(image.id))).toBeNull();
  });

  it('more units of work than connections wait their turn and all succeed', async () => {
    const reads = Array.from({ length: 40 }, (_, i) =>
      db.tenants.forTenant(i % 2 ? 'a' : 'b').read(async ({ tenant }) => (await tenant.find())!.id),
    );
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 40 }, (_, i) => (i % 2 ? 'a' : 'b')));
  });

  it('refuses a unit of work inside another at once, and allows it afterwards', async () => {
    const scope = db.tenants.forTenant('a');
    const nested = scope.transaction(() => scope.transaction(({ tenant }) => tenant.find()));
    await expect(nested).rejects.toThrow(/unit of work is open/);
    await expect(scope.read(() => db.system.transaction(({ tenants }) => tenants.find('a')))).rejects.toThrow(
      /unit of work is open/,
    );
    let later!: () => Promise<unknown>;
    await scope.read(({ tenant }) => {
      later = () => scope.read((own) => own.tenant.find());
      return tenant.find();
    });
    expect(await later()).not.toBeNull();
  });
});

describe('two processes on one PostgreSQL', () => {
  let own: OwnDatabase;
  let processes: readonly [Database, Database];
  beforeAll(async () => {
    own = await createTestDatabase('migrated');
    const open = () => Database.open({ url: own.url, poolSize: 4 }, '', migrationsFolder);
    // Two pools with queues of their own: to the server they are two processes.
    processes = [await open(), await open()];
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    await client.query(
      `INSERT INTO tenants (id, created_at, updated_at) VALUES ('a', now(), now()), ('b', now(), now())`,
    );
    await client.end();
  });
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.close()));
    await own.drop();
  });

  it('one tenant’s transactions wait for each other; another tenant’s, and reads, do not', async () => {
    const [first, second] = processes.map((process) => new TenantStore(process));
    const order: string[] = [];
    let go!: () => void;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let entered!: () => void;
    const isIn = new Promise<void>((resolve) => (entered = resolve));
    const holder = first!.forTenant('a').transaction(async ({ jobs }) => {
      entered();
      await gate;
      await jobs.insert(jobRow());
      order.push('holder');
    });
    await isIn;
    const waiter = second!.forTenant('a').transaction(async ({ jobs }) => {
      order.push(`waiter sees ${(await jobs.list({ limit: 5 })).length}`);
    });
    await second!.forTenant('b').transaction(async ({ jobs }) => jobs.insert(jobRow()));
    order.push('other tenant');
    expect(await second!.forTenant('a').read(({ jobs }) => jobs.list({ limit: 5 }))).toEqual([]);
    order.push('read');
    await pause(100);
    go();
    await Promise.all([holder, waiter]);
    expect(order).toEqual(['other tenant', 'read', 'holder', 'waiter sees 1']);
  });

  it('a unit of work that is the victim of a deadlock runs again and succeeds', async () => {
    const [first, second] = processes;
    const runs = [0, 0];
    const holding = [latch(), latch()];
    // Without the tenant's lock, so that two of them can meet: each changes its own tenant's row, then the other's.
    const crossing = (database: Database, own: string, other: string, index: number): Promise<void> =>
      database.units.run({ role: 'kindred_system', tenantId: '', access: 'write' }, async (tx) => {
        runs[index]!++;
        await tx.tenant.updateMany({ where: { id: own }, data: { version: { increment: 1 } } });
        // Both hold what the other wants next; the one that runs again finds both latches open.
        holding[index]!.open();
        await Promise.all(holding.map(({ opened }) => opened));
        await tx.tenant.updateMany({ where: { id: other }, data: { version: { increment: 1 } } });
      });
    await Promise.all([crossing(first, 'a', 'b', 0), crossing(second, 'b', 'a', 1)]);
    expect(runs[0]! + runs[1]!).toBe(3);
    const tenants = await new TenantStore(first).forTenant('a').read(({ tenant }) => tenant.find());
    expect(tenants!.version).toBe(3);
  });
});

describe('a server that goes away', () => {
  it('fails the unit of work and serves the next one', async () => {
    const db = await openPostgres({ poolSize: 2 });
    try {
      await db.addTenant('a');
      const scope = db.tenants.forTenant('a');
      const connection = db.database.connection as { connectionString: string };
      const killer = new pg.Client(connection);
      await killer.connect();
      const cut = scope.read(async ({ tenant }) => {
        await killer.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
        await tenant.find();
      });
      await expect(cut).rejects.toThrow();
      await killer.end();
      expect(await scope.read(({ tenant }) => tenant.find())).toMatchObject({ id: 'a' });
    } finally {
      await db.close();
    }
  });
});
