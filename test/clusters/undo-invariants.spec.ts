// Random histories with undo and redo: what was there is there again, row by row, and what must always hold holds.
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.js';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';
import { expectInvariants } from './expect-invariants.js';
import { clear, Gallery, leaning } from './gallery.js';
import { drawHumanAct, performByServices } from './human-acts.js';
import { type Snapshot, snapshot } from './snapshot.js';

const HISTORIES = 300;
/** Histories of different tenants at a time: each mostly waits for the database. */
const STRANDS = 4;
const step = fc.record({
  act: fc.constantFrom(
    'ingest',
    'ingest',
    'doubt',
    'bridge',
    'bridge',
    'decide',
    'decide',
    'decide',
    'rename',
    'merge',
    'split',
    'move',
    'create',
    'dissolve',
    'dismiss',
    'undo',
  ),
  /** Of what the act is about. */
  seed: fc.nat(1_000_000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('undo after any history', () => {
  let db: TestDatabase;
  let clients: pg.Client[];
  beforeAll(async () => {
    db = await openPostgres();
    clients = await Promise.all(Array.from({ length: STRANDS }, () => db.connect()));
  });
  afterAll(() => db.close());

  it('gives back the state before, redo the state after; constraints hold; the machine moves no locked face', async () => {
    const seen = { undone: 0, redone: 0, unrolled: 0 };
    const strand = async (client: pg.Client): Promise<void> =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 3 }), async (steps) => {
          const history = new History(await Gallery.open(db), client, seen);
          await history.begin();
          for (const one of steps) await history.take(one);
          await history.unroll();
        }),
        { numRuns: HISTORIES / STRANDS, endOnFailure: true },
      );
    await Promise.all(clients.map(strand));
    // Histories that undo nothing would prove nothing.
    expect(seen.undone).toBeGreaterThan(HISTORIES);
    expect(seen.redone).toBeGreaterThan(HISTORIES / 5);
    expect(seen.unrolled).toBeGreaterThan(HISTORIES);
  }, 300_000);
});

interface Done {
  readonly id: string;
  readonly before: Snapshot;
}

class History {
  /** Operations in effect, oldest first. */
  private done: Done[] = [];
  private now!: Snapshot;

  constructor(
    private readonly gallery: Gallery,
    private readonly client: pg.Client,
    private readonly seen: { undone: number; redone: number; unrolled: number },
  ) {}

  async begin(): Promise<void> {
    // Two people who are not far apart, a third, and a doubt about that one.
    await this.gallery.photo(clear(1), clear(3));
    await this.gallery.photo({ of: { 1: 0.4, 2: 0.8 } }, leaning(3, 0.36));
    await this.look();
  }

  private async look(): Promise<void> {
    this.now = await snapshot(this.client, this.gallery.tenantId);
  }

  /** One act; then, sometimes, its undo and its redo. */
  async take(one: Step): Promise<void> {
    const before = this.now;
    const last = before.operations.at(-1)?.id;
    const automatic = await this.perform(one);
    await this.look();
    expectInvariants(this.now);
    if (automatic) this.expectLockedStayed(before);
    const id = this.now.operations.at(-1)?.id;
    if (id === undefined || id === last) {
      expect(this.now).toEqual(before);
      return;
    }
    const random = seededRandom(one.seed + 1);
    // What can not come back ends the part of the history that can be unrolled.
    if (one.act === 'dismiss') this.done = [];
    else if (one.act === 'undo') this.done = [];
    else this.done.push({ id, before });
    if (one.act === 'dismiss' || one.act === 'undo' || random.below(3) > 0) return;

    const after = this.now;
    const undone = await this.undo(id);
    if (undone === null) return;
    this.expectLike(before);
    const { operation } = await this.gallery.undo(undone);
    await this.look();
    expectInvariants(this.now);
    this.expectLike(after, true);
    this.seen.redone++;
    expect(operation.kind).toBe('undo');
  }

  /** Takes everything back, the newest first; each time the state is as it was. */
  async unroll(): Promise<void> {
    for (const { id, before } of this.done.reverse()) {
      if ((await this.undo(id)) === null) continue;
      this.expectLike(before);
      this.seen.unrolled++;
    }
  }

  /** @returns The undo's id; null when the operation had changed nothing. */
  private async undo(id: string): Promise<string | null> {
    try {
      await this.gallery.undo(id);
    } catch (error) {
      if (error instanceof DomainError && error.extensions['reason'] === 'no_effect') return null;
      throw error;
    }
    await this.look();
    expectInvariants(this.now);
    this.seen.undone++;
    return this.now.operations.at(-1)!.id;
  }

  /** @param exact Also what the machine's undone photos left behind is the same. */
  private expectLike(then: Snapshot, exact = false): void {
    const { now } = this;
    const known = new Set(then.faces.map((face) => face.id));
    expect(now.faces.filter((face) => known.has(face.id))).toEqual(then.faces);
    expect(now.clusters).toEqual(then.clusters);
    expect(now.items).toEqual(then.items);
    const spoken = new Set(then.constraints.map((constraint) => constraint.id));
    expect(now.constraints.filter((constraint) => spoken.has(constraint.id))).toEqual(then.constraints);
    const more = now.constraints.filter((constraint) => !spoken.has(constraint.id));
    const newFaces = now.faces.filter((face) => !known.has(face.id));
    if (exact) expect([more, newFaces]).toEqual([[], []]);
    // A photo that is taken back leaves its faces with nobody, and what the machine had joined is kept apart.
    for (const face of newFaces) expect(face).toMatchObject({ cluster_id: null, locked: true });
    const kinds = new Map(now.operations.map((operation) => [operation.id, operation.kind]));
    for (const constraint of more) {
      expect(constraint.kind).toBe('cannot_link');
      expect(kinds.get(constraint.operation_id)).toBe('undo');
    }
  }

  private expectLockedStayed(before: Snapshot): void {
    const home = new Map(this.now.faces.map((face) => [face.id, face.cluster_id]));
    for (const face of before.faces) if (face.locked) expect(home.get(face.id)).toBe(face.cluster_id);
  }

  /** @returns Whether the machine did it. Refusals with a code are fine answers. */
  private async perform({ act, seed }: Step): Promise<boolean> {
    const random = seededRandom(seed);
    const person = 1 + random.below(3);
    const photos = {
      ingest: [clear(person), ...(random.below(2) === 0 ? [clear(1 + random.below(3))] : [])],
      doubt: [leaning(person, 0.36)],
      // Fits the two: the machine joins them, where nothing keeps them apart.
      bridge: [{ of: { 1: 0.7, 2: 0.5 } }],
    };
    if (act === 'ingest' || act === 'doubt' || act === 'bridge') {
      await this.gallery.photo(...photos[act]);
      return true;
    }
    // Any operation may be taken back: most have something later standing on them.
    const drawn = drawHumanAct(act, this.now, random);
    try {
      if (drawn !== null) await performByServices(this.gallery, drawn);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'internal') throw error;
    }
    return false;
  }
}
