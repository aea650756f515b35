// Random histories with consolidations in them: no word of a human is broken, no locked face moves, nothing that was answered is
// asked again, a second run finds nothing to do, and what is taken back is as it was.
//
// KINDRED_TEST_OPERATIONS sets how many operations, KINDRED_TEST_SEED which; both are printed.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.js';
import { type SeededRandom, seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';
import { consolidateGallery } from './consolidate-gallery.js';
import { expectInvariants } from './expect-invariants.js';
import { clear, type FaceSpec, Gallery, leaning } from './gallery.js';
import {
  drawHumanAct,
  HUMAN_ACTS,
  type HumanActName,
  performByServices,
  pick,
  standing,
} from './human-acts.js';
import { type Snapshot, snapshot } from './snapshot.js';

const OPERATIONS = Number(process.env['KINDRED_TEST_OPERATIONS'] ?? 240);
const SEED = Number(process.env['KINDRED_TEST_SEED'] ?? 1);
const OPERATIONS_EACH = 30;
const ACTS = [
  ...Array<'ingest'>(8).fill('ingest'),
  ...Array<'misplace'>(8).fill('misplace'),
  ...Array<'consolidate'>(6).fill('consolidate'),
  ...HUMAN_ACTS,
  ...Array<'decide'>(3).fill('decide'),
  'undo',
] as const;

describe('any history with consolidations', () => {
  let db: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    db = await openPostgres();
    client = await db.connect();
  });
  afterAll(() => db.close());

  it('keeps what humans said, and settles', { timeout: 60_000 + 2000 * OPERATIONS }, async () => {
    const seen = { operations: 0, consolidations: 0, moved: 0, asked: 0, undone: 0 };
    for (let history = 0; history * OPERATIONS_EACH < OPERATIONS; history++) {
      const random = seededRandom(SEED * 1000 + history);
      const one = new History(await Gallery.open(db), client, random, seen);
      await one.look();
      for (let i = 0; i < OPERATIONS_EACH; i++) await one.step();
    }
    console.log(`seed ${SEED}: ${JSON.stringify(seen)}`);
    expect(seen.consolidations).toBeGreaterThan(OPERATIONS / 10);
    expect(seen.moved).toBeGreaterThan(0);
    expect(seen.undone).toBeGreaterThan(0);
  });
});

class History {
  private now!: Snapshot;
  private readonly acts: string[] = [];
  /** Faces that a suggestion was about when a human answered it, by kind and subject. */
  private readonly settled = new Map<string, number>();

  constructor(
    private readonly gallery: Gallery,
    private readonly client: pg.Client,
    private readonly random: SeededRandom,
    private readonly seen: Record<string, number>,
  ) {}

  async look(): Promise<void> {
    this.now = await snapshot(this.client, this.gallery.tenantId);
  }

  async step(): Promise<void> {
    const act = pick(this.random, ACTS)!;
    this.acts.push(act);
    this.count('operations');
    const before = this.now;
    try {
      await this.perform(act);
    } catch (error) {
      // Refusals with a code are fine answers.
      if (!(error instanceof DomainError) || error.code === 'internal') throw error;
    }
    await this.look();
    expectInvariants(this.now, this.told());
    if (act === 'ingest' || act === 'consolidate') this.expectHumanThingsStayed(before);
  }

  private async perform(act: (typeof ACTS)[number]): Promise<void> {
    const { gallery } = this;
    switch (act) {
      case 'ingest': {
        const person = 1 + this.random.below(4);
        const specs: FaceSpec[] = [clear(person), leaning(person, 0.36), { of: { 1: 0.7, 2: 0.5 } }];
        await gallery.photo(
          pick(this.random, specs)!,
          ...(this.random.below(4) === 0 ? [clear(1 + this.random.below(4))] : []),
          ...(this.random.below(8) === 0 ? [{ ...clear(person), reasons: ['face_small' as const] }] : []),
        );
        return;
      }
      case 'misplace': {
        // An early mistake of the machine, where no word of a human forbids it.
        const face = pick(
          this.random,
          this.now.faces.filter((one) => one.cluster_id !== null && !one.locked),
        );
        const to = pick(
          this.random,
          standing(this.now).filter(({ state }) => state === 'pending'),
        );
        if (face === undefined || to === undefined || this.isSpokenOf(face.id)) return;
        await gallery.apply({ do: 'move_face', faceId: face.id, toClusterId: to.id });
        return;
      }
      case 'consolidate':
        return this.consolidate();
      default:
        return this.byHand(act);
    }
  }

  private async consolidate(): Promise<void> {
    const { gallery } = this;
    const before = this.now;
    const planned = await consolidateGallery(gallery, { dryRun: true });
    const done = await consolidateGallery(gallery);
    expect(done.difference.moves.length, this.told()).toBe(planned.difference.moves.length);
    expect(done.questions.map(({ kind }) => kind)).toEqual(planned.questions.map(({ kind }) => kind));
    this.count('consolidations');
    this.count('moved', done.difference.moves.length);
    this.count('asked', done.questions.length);
    for (const { kind, subjectKey, evidence } of done.questions) {
      const settledAt = this.settled.get(`${kind} ${subjectKey}`);
      if (settledAt === undefined) continue;
      // A suggestion is made again once its subject has grown; a conflict with the same word never.
      const count = kind === 'constraint_conflict' ? 0 : Number(evidence['face_count']);
      expect(count, `${kind} ${subjectKey} is asked again, ${this.told()}`).toBeGreaterThan(settledAt);
    }
    expect((await consolidateGallery(gallery)).operationId, this.told()).toBeNull();
    if (done.operationId === null || this.random.below(3) > 0) return;
    await gallery.undo(done.operationId);
    await this.look();
    this.count('undone');
    for (const part of ['faces', 'clusters', 'items', 'centroids'] as const)
      expect(this.now[part], this.told()).toEqual(before[part]);
  }

  private async byHand(act: HumanActName): Promise<void> {
    const drawn = drawHumanAct(act, this.now, this.random);
    if (drawn === null) return;
    const asked = drawn.act === 'decide' ? await this.gallery.item(drawn.itemId) : undefined;
    await performByServices(this.gallery, drawn);
    if (drawn.act === 'undo') this.count('undone');
    if (
      drawn.act === 'decide' &&
      asked !== undefined &&
      /^(keep|keep_human|dismiss)$/.test(String(drawn.answer['decision']))
    )
      this.settled.set(`${asked.kind} ${asked.subjectKey}`, Number(asked.evidence['face_count'] ?? 0));
  }

  private isSpokenOf(faceId: string): boolean {
    return this.now.constraints.some(({ face_a, face_b }) => face_a === faceId || face_b === faceId);
  }

  private expectHumanThingsStayed(before: Snapshot): void {
    const home = new Map(this.now.faces.map((face) => [face.id, face.cluster_id]));
    const was = new Map(before.faces.map((face) => [face.id, face.cluster_id]));
    const now = new Map(this.now.clusters.map((cluster) => [cluster.id, cluster]));
    for (const face of before.faces)
      if (face.locked) expect(home.get(face.id), this.told()).toBe(face.cluster_id);
    for (const { id, state, label } of before.clusters)
      if (label !== null || state === 'confirmed' || state === 'ignored')
        expect(now.get(id), this.told()).toMatchObject({ state, label });
    for (const { kind, face_a, face_b } of before.constraints)
      if (kind === 'must_link' && was.get(face_a) === was.get(face_b))
        expect(home.get(face_a), this.told()).toBe(home.get(face_b));
  }

  private told(): string {
    return `after ${this.acts.length} operations, the last ${this.acts.slice(-4).join(', ')}`;
  }

  private count(what: string, by = 1): void {
    this.seen[what] = this.seen[what]! + by;
  }
}
