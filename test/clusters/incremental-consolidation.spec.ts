// Consolidation of what has changed comes to the same as consolidation of everything: on random histories of photos, mistakes, human acts
// and undos, through the service's own reading and planning, on a real database. Then by what it leaves out.
//
// KINDRED_TEST_TRACES sets how many histories, KINDRED_TEST_SEED which; both are printed.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClosure } from '../../src/clusters/regrouping/read-closure.js';
import type { ConsolidationReport } from '../../src/clusters/regrouping/consolidations.js';
import type { FaceRecord } from '../../src/database/records.js';
import { readCensus } from '../../src/clusters/regrouping/read-census.js';
import { DomainError } from '../../src/domain/domain-error.js';
import { type SeededRandom, seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';
import { carryOutCensus, EVIDENCE, previewCensus } from './consolidate-gallery.js';
import { clear, type FaceSpec, Gallery, leaning } from './gallery.js';
import { drawHumanAct, performByServices, pick, standing } from './human-acts.js';
import { snapshot } from './snapshot.js';

const TRACES = Number(process.env['KINDRED_TEST_TRACES'] ?? 50);
const SEED = Number(process.env['KINDRED_TEST_SEED'] ?? 1);
const ROUNDS = 2;
const PHOTOS = 11;
/** Histories at once: each has a tenant of its own. */
const AT_ONCE = 4;
const PEOPLE = 12;
const ACTS = ['decide', 'rename', 'rename', 'merge', 'split', 'move', 'create', 'dissolve', 'undo'] as const;

let db: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  db = await openPostgres();
  client = await db.connect();
});
afterAll(() => db.close());

/** What a plan comes to, whatever the ids of clusters that it founds. */
function outcome({ difference, questions }: ConsolidationReport): unknown {
  const founded = new Map(
    difference.created.map(({ clusterId, faceIds }) => [clusterId, `founded ${faceIds.join(' ')}`]),
  );
  const name = (id: string | null): string | null => (id === null ? null : (founded.get(id) ?? id));
  return {
    moves: difference.moves.map(({ faceId, from, to }) => ({ faceId, from, to: name(to) })),
    merged: difference.merged.map(({ clusterId, into }) => ({ clusterId, into: name(into) })),
    split: difference.split.map(({ clusterId, into }) => ({ clusterId, into: into.map(name).sort() })),
    emptied: difference.emptied,
    questions: questions
      .map(({ kind, clusterId, otherClusterId, probability }) => [
        kind,
        ...[name(clusterId), name(otherClusterId ?? null)].sort(),
        probability?.toFixed(9),
      ])
      .sort(),
  };
}

class Trace {
  constructor(
    private readonly gallery: Gallery,
    private readonly random: SeededRandom,
  ) {}

  async changes(): Promise<void> {
    for (let i = 1 + this.random.below(4); i > 0; i--) {
      await this.change().catch((error: unknown) => {
        // Refusals with a code are fine answers.
        if (!(error instanceof DomainError) || error.code === 'internal') throw error;
      });
    }
  }

  private async change(): Promise<void> {
    const { gallery, random } = this;
    const drawn = random.below(10);
    if (drawn < 4) await this.photo();
    else if (drawn < 6) await this.misplace();
    else {
      const act = drawHumanAct(pick(random, ACTS)!, await snapshot(client, gallery.tenantId), random);
      if (act !== null) await performByServices(gallery, act);
    }
  }

  async photo(): Promise<void> {
    const { gallery, random } = this;
    const person = 1 + random.below(PEOPLE);
    const other = 1 + random.below(PEOPLE);
    const specs: FaceSpec[] = [
      clear(person),
      clear(person),
      leaning(person, 0.36),
      { of: { [person]: 0.7, [other === person ? person + 1 : other]: 0.5 } },
      { ...clear(person), reasons: ['face_small'] },
      { ...leaning(person, 0.45), quality: 0.3 },
    ];
    await gallery.photo(pick(random, specs)!, ...(random.below(5) === 0 ? [clear(other)] : []));
  }

  private async misplace(): Promise<void> {
    const { gallery, random } = this;
    const now = await snapshot(client, gallery.tenantId);
    const spoken = new Set(now.constraints.flatMap(({ face_a, face_b }) => [face_a, face_b]));
    const face = pick(
      random,
      now.faces.filter((one) => one.cluster_id !== null && !one.locked && !spoken.has(one.id)),
    );
    const to = pick(
      random,
      standing(now).filter(({ state }) => state === 'pending'),
    );
    if (face === undefined || to === undefined) return;
    await gallery.apply({ do: 'move_face', faceId: face.id, toClusterId: to.id });
  }
}

async function runHistory(history: number, seen: Record<string, number>): Promise<void> {
  const count = (what: string, by: number): void => void (seen[what] = seen[what]! + by);
  const gallery = await Gallery.open(db);
  const { scope } = gallery;
  const trace = new Trace(gallery, seededRandom(SEED * 1000 + history));
  for (let i = 0; i < PHOTOS; i++) await trace.photo();
  await carryOutCensus(gallery, await readCensus(scope, EVIDENCE));
  for (let round = 0; round < ROUNDS; round++) {
    const told = `history ${history}, round ${round}`;
    await trace.changes();
    const everything = await readCensus(scope, EVIDENCE);
    const part = await readClosure(scope, EVIDENCE);
    if (part === null) {
      count('whole', 1);
      await carryOutCensus(gallery, everything);
      continue;
    }
    const scratch = await previewCensus(gallery, everything);
    const done = await carryOutCensus(gallery, part);
    expect(outcome(done), told).toEqual(outcome(scratch));
    const left = await previewCensus(gallery, await readCensus(scope, EVIDENCE));
    expect(left.difference.moves, told).toEqual([]);
    count('compared', part.compared.length);
    count('left', everything.compared.length - part.compared.length);
    count('moved', done.difference.moves.length);
    count('asked', done.questions.length);
  }
}

describe('consolidation of what has changed', () => {
  it(
    `comes to the same as that of everything, on ${TRACES} random histories`,
    { timeout: 60_000 + 10_000 * TRACES },
    async () => {
      const seen = { compared: 0, left: 0, whole: 0, moved: 0, asked: 0 };
      const waiting = Array.from({ length: TRACES }, (_, history) => history);
      const lane = async (): Promise<void> => {
        for (let history = waiting.shift(); history !== undefined; history = waiting.shift())
          await runHistory(history, seen);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      console.log(`seed ${SEED}: ${JSON.stringify(seen)}`);
      // It must really have left work out and moved faces, or this would prove nothing.
      expect(seen.left).toBeGreaterThan(seen.compared / 4);
      expect(seen.moved).toBeGreaterThan(0);
      expect(seen.whole).toBeLessThan((TRACES * ROUNDS) / 4);
    },
  );

  it('reads nothing but the changed person, and those who depend on her', async () => {
    const gallery = await Gallery.open(db);
    for (const person of [1, 1, 2, 2, 3, 3]) await gallery.one(clear(person));
    await carryOutCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    expect((await readClosure(gallery.scope, EVIDENCE))!.compared).toEqual([]);
    const late = await gallery.one(clear(2));
    const part = await readClosure(gallery.scope, EVIDENCE);
    expect(part!.compared).toHaveLength(3);
    expect(part!.compared).toContain(late.id);
    expect(part!.part!.clusterIds).toEqual([late.clusterId]);
  });

  it('asks what the whole tenant would have been asked', async () => {
    const gallery = await Gallery.open(db);
    const ann: FaceRecord[] = [];
    const bea: FaceRecord[] = [];
    for (let i = 0; i < 7; i++) ann.push(await gallery.one(clear(1)));
    for (let i = 0; i < 5; i++) bea.push(await gallery.one(clear(2)));
    await gallery.one(clear(3));
    await carryOutCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    const home = ann[0]!.clusterId!;
    for (const { id } of bea) await gallery.apply({ do: 'move_face', faceId: id, toClusterId: home });
    await gallery.clusters.update(gallery.tenantId, home, { label: 'Ann' }, 'h');
    const part = (await readClosure(gallery.scope, EVIDENCE))!;
    expect(part.compared).toHaveLength(12);
    const asked = await previewCensus(gallery, part);
    expect(asked.questions.length).toBeGreaterThan(0);
    expect(outcome(asked)).toEqual(
      outcome(await previewCensus(gallery, await readCensus(gallery.scope, EVIDENCE))),
    );
  });

  it('reads everything when nothing was ever consolidated, and after an erasure', async () => {
    const gallery = await Gallery.open(db);
    const face = await gallery.one(clear(1));
    await gallery.one(clear(1));
    expect(await readClosure(gallery.scope, EVIDENCE)).toBeNull();
    await carryOutCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    await gallery.erasure.deleteFace(gallery.tenantId, face.id, 'h');
    expect(await readClosure(gallery.scope, EVIDENCE)).toBeNull();
  });

  it('begins again when the machine moved a face that it read', async () => {
    const gallery = await Gallery.open(db);
    for (const person of [1, 1, 2, 2]) await gallery.one(clear(person));
    await carryOutCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    const late = await gallery.one(clear(1));
    const part = (await readClosure(gallery.scope, EVIDENCE))!;
    const other = (await gallery.one(clear(2))).clusterId!;
    await gallery.apply({ do: 'move_face', faceId: late.id, toClusterId: other });
    await expect(carryOutCensus(gallery, part)).rejects.toThrow('somebody else changed the tenant');
  });

  it('begins again when a photo that came meanwhile brought faces that it read into another cluster', async () => {
    const gallery = await Gallery.open(db);
    const ann: FaceRecord[] = [];
    for (let i = 0; i < 3; i++) ann.push(await gallery.one(clear(1)));
    await carryOutCensus(gallery, await readCensus(gallery.scope, EVIDENCE));
    // Apart from the others, until a face fits both clusters and shows them to be one person.
    const unlike = await gallery.one({ of: { 1: 0.4, 2: 0.8 } });
    const part = (await readClosure(gallery.scope, EVIDENCE))!;
    expect(part.compared).toContain(unlike.id);
    await gallery.one({ of: { 1: 0.7, 2: 0.5 } });
    expect(unlike.clusterId).not.toBe(ann[0]!.clusterId);
    expect(await gallery.clusterOf(unlike)).toBe(ann[0]!.clusterId);
    const before = await snapshot(client, gallery.tenantId);
    await expect(previewCensus(gallery, part)).rejects.toThrow('somebody else changed the tenant');
    await expect(carryOutCensus(gallery, part)).rejects.toThrow('somebody else changed the tenant');
    expect(await snapshot(client, gallery.tenantId)).toEqual(before);
  });
});
