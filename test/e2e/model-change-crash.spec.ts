// kill -9 in every phase of a change of model, there and back: it goes on at the next start, and nothing that a human said is lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshot } from '../clusters/snapshot.js';
import { Api } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { unlikePhotosOfFivePeople } from '../harness/people.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { twoPacks, type TwoPacks } from '../harness/two-packs.js';
import { type ChangeJson, inPhase, sendNamedPhotos } from '../model-changes/gallery.js';

const TENANT = 'crashing';
/** Number of the lock that a process waits for where it shall die. */
const GATE = 4711;
const PHOTOS = 12;

describe('a change of model whose process is killed', () => {
  let packs: TwoPacks;
  let own: OwnDatabase;
  let client: pg.Client;
  let kindred: KindredProcess;
  let api: Api;
  let dataDir: string;
  const at = (path: string): string => `/v1/tenants/${TENANT}${path}`;

  const start = async (): Promise<void> => {
    kindred = await KindredProcess.start({
      dataDir,
      databaseUrl: own.url,
      modelsDir: packs.dir,
      modelPack: packs.from,
    });
    api = new Api(kindred.url, ADMIN_TOKEN);
  };
  beforeAll(async () => {
    packs = await twoPacks();
    dataDir = await mkdtemp(join(tmpdir(), 'kindred-model-change-'));
    own = await createTestDatabase('migrated');
    client = new pg.Client({ connectionString: own.url });
    await client.connect();
    // Whoever leaves the phase that is named waits for a lock that this test holds.
    await client.query(`
      CREATE TABLE die_at (phase TEXT);
      CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        IF OLD.phase <> NEW.phase AND EXISTS (SELECT 1 FROM die_at WHERE phase = OLD.phase) THEN
          PERFORM pg_advisory_xact_lock(${GATE});
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER gate BEFORE UPDATE ON model_changes FOR EACH ROW EXECUTE FUNCTION wait_at_gate();
      SELECT pg_advisory_lock(${GATE});`);
    await start();
    const people = await unlikePhotosOfFivePeople();
    await sendNamedPhotos(api, TENANT, people.filter((_, i) => i % 10 < PHOTOS / 4).slice(0, PHOTOS));
  }, 300_000);
  afterAll(async () => {
    if (kindred.running) await kindred.stop();
    await client.end();
    await own.drop();
    await packs.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const state = async () => {
    await client.query('BEGIN');
    try {
      const { operations: _, ...rest } = await snapshot(client, TENANT);
      return rest;
    } finally {
      await client.query('ROLLBACK');
    }
  };
  const labels = async (): Promise<unknown> =>
    (await state()).clusters.filter(({ label }) => label !== null).map(({ id, label }) => [id, label]);
  const waiting = async (): Promise<number[]> =>
    (
      await client.query<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${GATE} AND NOT granted`,
      )
    ).rows.map(({ pid }) => pid);
  /** Dies at the end of the phase's work, before the transaction that leaves it is committed. */
  const killLeaving = async (phase: string): Promise<void> => {
    await expect.poll(waiting, { timeout: 240_000, interval: 50 }).not.toEqual([]);
    await kindred.crash();
    await client.query('DELETE FROM die_at');
    // The server does not notice that its client is gone while it waits for a lock.
    for (const pid of await waiting()) await client.query('SELECT pg_terminate_backend($1)', [pid]);
    const { rows } = await client.query<{ phase: string }>('SELECT phase FROM model_changes');
    expect(rows).toEqual([{ phase }]);
  };
  const dieAt = (phase: string) => client.query('INSERT INTO die_at VALUES ($1)', [phase]);

  it('goes on in every phase, keeps every name, and is taken back exactly', async () => {
    const before = await state();
    const namesBefore = await labels();
    await dieAt('embedding');
    const ordered = await api.post<ChangeJson>(at('/model-changes'), { pack: packs.to });
    expect(ordered.status, ordered.text).toBe(202);
    const { id } = ordered.json;
    for (const [phase, next] of [
      ['embedding', 'switching'],
      ['switching', 'arriving'],
      ['arriving', ''],
    ] as const) {
      await killLeaving(phase);
      expect(await labels()).toEqual(namesBefore);
      if (next !== '') await dieAt(next);
      await start();
    }
    const settled = await inPhase(api, TENANT, id, ['settled']);
    const job = await api.get<{ state: string; result: Record<string, unknown> }>(
      `/v1/jobs/${settled.job_id}`,
    );
    expect(job.json).toMatchObject({ state: 'succeeded', result: { regrouped: true } });
    expect(await labels()).toEqual(namesBefore);
    expect((await api.get<{ space: string }>(at(''))).json.space).toBe(packs.to);

    await dieAt('returning');
    const undo = await api.post<ChangeJson>(at(`/model-changes/${id}/undo`));
    expect(undo.status, undo.text).toBe(202);
    for (const [phase, next] of [
      ['returning', 'erasing'],
      ['erasing', ''],
    ] as const) {
      await killLeaving(phase);
      expect(await labels()).toEqual(namesBefore);
      if (next !== '') await dieAt(next);
      await start();
    }
    const done = await inPhase(api, TENANT, id, ['done']);
    expect(done.outcome).toBe('undone');
    expect(await state()).toEqual(before);
    const vectors = await client.query<{ rows: number }>(
      `SELECT count(*)::int AS rows FROM model_change_faces UNION ALL SELECT count(*)::int FROM model_change_images`,
    );
    expect(vectors.rows).toEqual([{ rows: 0 }, { rows: 0 }]);
  }, 600_000);
});
