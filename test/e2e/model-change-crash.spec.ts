// kill -9 in every phase of a change of model, there and back: it goes on at the next start, nothing that a human said is lost, and no
// result of a comparison in the database meets two spaces, which is counted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshot } from '../clusters/snapshot.js';
import { Api } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { allColourPortraits, type NamedPhoto } from '../harness/people.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { twoPacks, type TwoPacks } from '../harness/two-packs.js';
import { type Comparisons, countComparisons } from '../model-changes/counted-comparisons.js';
import {
  type ChangeJson,
  type HumanWords,
  humanWords,
  inPhase,
  labelledGallery,
  type LabelledGallery,
} from '../model-changes/gallery.js';

const TENANT = 'crashing';
/** Number of the lock that a process waits for where it shall die. */
const GATE = 4711;
/** Of each person: the other ones come after the switch. */
const PHOTOS_AT_FIRST = 9;

describe('a change of model whose process is killed', () => {
  let packs: TwoPacks;
  let own: OwnDatabase;
  let client: pg.Client;
  let kindred: KindredProcess;
  let api: Api;
  let dataDir: string;
  let gallery: LabelledGallery;
  let portraits: readonly NamedPhoto[];
  let comparisons: () => Promise<Comparisons>;
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
    comparisons = await countComparisons(client);
    await start();
    portraits = await allColourPortraits();
    gallery = await labelledGallery(
      api,
      TENANT,
      portraits.filter((_, i) => i % 10 < PHOTOS_AT_FIRST),
    );
  }, 300_000);
  afterAll(async () => {
    // A process that waits where it should have died would not stop.
    await client.query('SELECT pg_advisory_unlock_all()');
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
  /** Names, locked faces, must- and cannot-links: all that a change of model may not touch. */
  const words = async (): Promise<Omit<HumanWords, 'decided'>> => {
    const { decided: _, ...rest } = await humanWords(own, TENANT);
    return rest;
  };
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
  /** Searches by some faces and sends photos: what people do while vectors of both spaces are stored. @returns The photos' ids. */
  const use = async (photos: readonly NamedPhoto[]): Promise<string[]> => {
    for (const faceId of [...gallery.personOf.keys()].filter((_, i) => i % 9 === 0)) {
      const found = await api.post<{ matches: unknown[] }>(at('/search'), { face_id: faceId });
      expect(found.status, found.text).toBe(200);
      expect(found.json.matches).not.toEqual([]);
    }
    const sent: string[] = [];
    for (const { bytes } of photos) {
      const { json, status, text } = await api.sendImage(TENANT, bytes);
      expect(status, text).toBe(201);
      sent.push(json.id);
    }
    return sent;
  };
  /** The service asked the guard and never crossed; what crosses, and what does not ask, would have been counted. */
  const expectOneSpaceInEachComparison = async (): Promise<Comparisons> => {
    const counted = await comparisons();
    expect(counted).toMatchObject({ unguarded: 0, crossed: 0 });
    expect(counted.distances).toBeGreaterThan(0);
    expect(counted.asked).toBeGreaterThan(0);
    const unlike = `SELECT a.vector <#> b.vector AS distance
      FROM (VALUES ('here', '[1,0]'::vector)) AS a(space, vector), (VALUES ('there', '[0,1]'::vector)) AS b(space, vector)`;
    const guarded = client.query(`${unlike} WHERE kindred_same_space(a.space, b.space)`);
    await expect(guarded).rejects.toMatchObject({ code: '22000' });
    expect((await client.query(unlike)).rows).toHaveLength(1);
    expect(await comparisons()).toMatchObject({ unguarded: 1, crossed: 1 });
    return counted;
  };
  const dieAt = (phase: string) => client.query('INSERT INTO die_at VALUES ($1)', [phase]);

  it('goes on in every phase, keeps every name, compares no two spaces, and is taken back exactly', async () => {
    const before = await state();
    const wordsBefore = await words();
    expect(Object.keys(wordsBefore.named).length).toBeGreaterThanOrEqual(5);
    expect(Object.keys(wordsBefore.locked).length).toBeGreaterThanOrEqual(5);
    expect(wordsBefore.constraints.some((text) => text.startsWith('cannot_link'))).toBe(true);
    expect(wordsBefore.constraints.some((text) => text.startsWith('must_link'))).toBe(true);
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
      expect(await words()).toEqual(wordsBefore);
      if (next !== '') await dieAt(next);
      await start();
      await use([]);
    }
    const settled = await inPhase(api, TENANT, id, ['settled']);
    const job = await api.get<{ state: string; result: Record<string, unknown> }>(
      `/v1/jobs/${settled.job_id}`,
    );
    expect(job.json).toMatchObject({ state: 'succeeded', result: { regrouped: true } });
    expect(await words()).toEqual(wordsBefore);
    expect((await api.get<{ space: string }>(at(''))).json.space).toBe(packs.to);
    const late = await use(portraits.filter((_, i) => i % 30 === PHOTOS_AT_FIRST));

    await dieAt('returning');
    const undo = await api.post<ChangeJson>(at(`/model-changes/${id}/undo`));
    expect(undo.status, undo.text).toBe(202);
    for (const [phase, next] of [
      ['returning', 'erasing'],
      ['erasing', ''],
    ] as const) {
      await killLeaving(phase);
      expect(await words()).toEqual(wordsBefore);
      if (next !== '') await dieAt(next);
      await start();
    }
    const done = await inPhase(api, TENANT, id, ['done']);
    expect(done.outcome).toBe('undone');
    await use([]);
    for (const image of late)
      expect((await api.call('DELETE', at(`/images/${image}`))).status).toBeLessThan(300);
    expect(await state()).toEqual(before);
    const vectors = await client.query<{ rows: number }>(
      `SELECT count(*)::int AS rows FROM model_change_faces UNION ALL SELECT count(*)::int FROM model_change_images`,
    );
    expect(vectors.rows).toEqual([{ rows: 0 }, { rows: 0 }]);

    await kindred.stop();
    const { distances, asked } = await expectOneSpaceInEachComparison();
    console.log(
      `${gallery.personOf.size} faces, ${Object.keys(wordsBefore.named).length} names, ` +
        `${Object.keys(wordsBefore.locked).length} locked, ${wordsBefore.constraints.length} constraints; ` +
        `${distances} distances, the guard asked ${asked} times`,
    );
  }, 600_000);
});
