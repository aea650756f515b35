// kill -9 in every phase of a tenant's erasure: the next process goes on, and in the end nothing is left, every count is
// right and the receipt verifies.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptKeyJwk } from '../../src/receipts/receipt-key.js';
import { pseudonym, verifyReceipt } from '../../src/receipts/signed-receipt.js';
import { Api } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { samplePhotos } from '../harness/shared-data.js';
import { testModels, type TestModels } from '../harness/test-models.js';

const PHASES = ['messages', 'files', 'indexes', 'verify', 'done'];
/** An advisory lock of this test's own. */
const HOLD = 730_001;
const WAIT_MS = 60_000;

interface Erasure {
  readonly id: string;
  readonly phase: string;
  readonly salt: string;
  readonly erased: Record<string, number>;
  readonly receipt: {
    readonly receipt: {
      readonly subject: Record<string, string>;
      readonly erased: Record<string, number>;
      readonly verified: { readonly remaining: Record<string, number> };
      readonly storage: Record<string, unknown>;
    };
  };
}

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${WAIT_MS} ms`);
}

const filesUnder = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
};

const doneOf = (api: Api, id: string): Promise<Erasure> =>
  until(`the end of erasure ${id}`, async () => {
    const { json, status, text } = await api.get<Erasure>(`/v1/erasures/${id}`);
    if (status !== 200) throw new Error(text);
    return json.phase === 'done' ? json : undefined;
  });

describe.each(['PostgreSQL', 'embedded'] as const)('kill -9 during the erasure of a tenant, %s', (kind) => {
  let models: TestModels;
  let own: OwnDatabase | undefined;
  let dataDir: string;
  let kindred: KindredProcess;
  let api: Api;

  beforeAll(async () => {
    models = await testModels();
    dataDir = await mkdtemp(join(tmpdir(), 'kindred-erasure-'));
    own = kind === 'PostgreSQL' ? await createTestDatabase('empty') : undefined;
    await start();
    for (const id of ['goes', 'stays']) {
      expect((await api.post('/v1/tenants', { id })).status).toBe(201);
      expect((await api.sendImage(id, samplePhotos[0]!)).status).toBe(201);
    }
  });
  afterAll(async () => {
    await kindred.stop();
    await own?.drop();
    await models.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = async (): Promise<void> => {
    kindred = await KindredProcess.start({
      dataDir,
      databaseUrl: own?.url,
      modelsDir: models.dir,
      modelPack: models.pack,
    });
    api = new Api(kindred.url, ADMIN_TOKEN);
  };

  /** The public things that must be true of any erasure of the tenant that is done. */
  const expectGone = async ({ id, salt }: Erasure, inventory: Record<string, number>): Promise<void> => {
    const { receipt } = await doneOf(api, id);
    const { keys } = (await api.get<{ keys: ReceiptKeyJwk[] }>('/v1/receipts/key')).json;
    const document = await api.as(undefined).get(`/v1/receipts/${id}`);
    expect(document.json).toEqual(receipt);
    expect(verifyReceipt(document.json, keys).valid).toBe(true);
    const { subject, erased, verified, storage } = receipt.receipt;
    expect(subject).toEqual({ kind: 'tenant', tenant: pseudonym(salt, 'tenant', 'goes') });
    expect(document.text).not.toContain('goes');
    const { blobs, ...rows } = inventory;
    for (const [table, count] of Object.entries(rows)) expect(erased[table] ?? 0, table).toBe(count);
    expect(erased['files']).toBe(blobs);
    expect(Object.keys(verified.remaining).length).toBeGreaterThan(12);
    expect(new Set(Object.values(verified.remaining))).toEqual(new Set([0]));
    expect(storage).toMatchObject({ vacuum: 'done', vector_index: 'dropped' });
    expect((await api.get('/v1/tenants/goes')).status).toBe(404);
    expect((await filesUnder(join(dataDir, 'blobs/kept'))).length).toBe(1);
    const other = await api.get<{ image_count: number; face_count: number }>('/v1/tenants/stays');
    expect(other.json.image_count).toBe(1);
    expect(other.json.face_count).toBeGreaterThan(0);
  };

  const inventoryOf = async (): Promise<Record<string, number>> =>
    (await api.call<{ inventory: Record<string, number> }>('DELETE', '/v1/tenants/goes?dry_run=true')).json
      .inventory;

  it('goes on where it was, ends with nothing left and a receipt that verifies', async () => {
    const key = await api.post<{ key: string }>('/v1/tenants/goes/api-keys', { name: 'k', scopes: ['read'] });
    const holder = api.as(key.json.key);
    expect((await holder.get('/v1/tenants/goes')).status).toBe(200);
    const inventory = await inventoryOf();
    expect(inventory).toMatchObject({ images: 1, api_keys: 1, blobs: 1 });

    if (own === undefined) {
      // Killed somewhere: where depends on the machine, the end does not.
      const accepted = await api.call<Erasure>('DELETE', '/v1/tenants/goes');
      expect(accepted.status, accepted.text).toBe(202);
      await kindred.crash();
      await start();
      return expectGone(accepted.json, inventory);
    }

    // A trigger that waits for this test's lock stops the process in the very transaction that would end a phase.
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    await client.query(`
      CREATE TABLE held_phase (phase text);
      GRANT SELECT ON held_phase TO PUBLIC;
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.phase IN (SELECT phase FROM held_phase) AND OLD.phase <> NEW.phase THEN
          PERFORM pg_advisory_xact_lock(${HOLD});
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER hold BEFORE UPDATE ON erasures FOR EACH ROW EXECUTE FUNCTION hold()`);
    const isHeld = async (): Promise<true | undefined> => {
      const { rows } = await client.query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${HOLD} AND NOT granted`,
      );
      return rows.length > 0 ? true : undefined;
    };
    let accepted: Erasure | undefined;
    for (const phase of PHASES) {
      await client.query('SELECT pg_advisory_lock($1)', [HOLD]);
      await client.query('DELETE FROM held_phase');
      await client.query('INSERT INTO held_phase VALUES ($1)', [phase]);
      if (accepted === undefined) {
        const answer = await api.call<Erasure>('DELETE', '/v1/tenants/goes');
        expect([answer.status, answer.headers.get('location')]).toEqual([
          202,
          `/v1/erasures/${answer.json.id}`,
        ]);
        accepted = answer.json;
        expect((await holder.get('/v1/tenants/goes')).status).toBe(401);
      }
      await until(`the end of what comes before ${phase}`, isHeld);
      // Nobody gets in meanwhile, and whoever asks again is told of the same erasure.
      const refused = await api.sendImage<{ code: string }>('goes', samplePhotos[1]!);
      expect([refused.status, refused.json.code]).toEqual([409, 'tenant.erasing']);
      expect((await api.post<{ code: string }>('/v1/tenants', { id: 'goes' })).json.code).toBe(
        'tenant.exists',
      );
      const again = await api.call<Erasure>('DELETE', '/v1/tenants/goes');
      expect([again.status, again.json.id, again.json.salt]).toEqual([202, accepted.id, accepted.salt]);
      await kindred.crash();
      await client.query('SELECT pg_advisory_unlock($1)', [HOLD]);
      await start();
    }
    await client.query('DELETE FROM held_phase');
    await client.end();
    await expectGone(accepted!, inventory);
  }, 300_000);
});
