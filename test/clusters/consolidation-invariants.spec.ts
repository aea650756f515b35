// Random histories with consolidations in them: no word of a human is broken, no locked face moves, nothing that was answered is
// asked again, a second run finds nothing to do, and what is taken back is as it was.
//
// KINDRED_TEST_OPERATIONS sets how many operations, KINDRED_TEST_SEED which; both are printed.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.js';
import { type SeededRandom, seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';
import { consolidateGallery } from './consolidate-gallery.js';
import { clear, type FaceSpec, Gallery, leaning } from './gallery.js';
import { type Snapshot, snapshot } from './snapshot.js';

const OPERATIONS = Number(process.env['KINDRED_TEST_OPERATIONS'] ?? 240);
const SEED = Number(process.env['KINDRED_TEST_SEED'] ?? 1);
const OPERATIONS_EACH = 30;
const ACTS = [
  ...Array<'ingest'>(8).fill('ingest'),
  ...Array<'misplace'>(8).fill('misplace'),
  ...Array<'consolidate'>(6).fill('consolidate'),
  ...Array<'decide'>(4).fill('decide'),
  'name',
  'merge',
  'split',
  'move',
  'create',
  'dissolve',
  'dismiss',
  'delete',
  'undo',
  'undo',
] as const;

describe('any history with consolidations', () => {
  let db: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    db = await openPostgres();
    client = new pg.Client(db.database.connection);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await db.close();
  });

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

  private pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.random.below(list.length)];
  }

  async step(): Promise<void> {
    const act = this.pick(ACTS)!;
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
    this.expectInvariants();
    if (act === 'ingest' || act === 'consolidate') this.expectHumanThingsStayed(before);
  }

  private async perform(act: (typeof ACTS)[number]): Promise<void> {
    const { gallery } = this;
    switch (act) {
      case 'ingest': {
        const person = 1 + this.random.below(4);
        const specs: FaceSpec[] = [clear(person), leaning(person, 0.36), { of: { 1: 0.7, 2: 0.5 } }];
        await gallery.photo(
          this.pick(specs)!,
          ...(this.random.below(4) === 0 ? [clear(1 + this.random.below(4))] : []),
          ...(this.random.below(8) === 0 ? [{ ...clear(person), reasons: ['face_small' as const] }] : []),
        );
        return;
      }
      case 'misplace': {
        // An early mistake of the machine, where no word of a human forbids it.
        const face = this.pick(this.now.faces.filter((one) => one.cluster_id !== null && !one.locked));
        const to = this.pick(this.standing().filter(({ state }) => state === 'pending'));
        if (face === undefined || to === undefined || this.isSpokenOf(face.id)) return;
        await gallery.apply({ do: 'move_face', faceId: face.id, toClusterId: to.id });
        return;
      }
      case 'consolidate':
        return this.consolidate();
      case 'undo': {
        const operation = this.pick(this.now.operations);
        if (operation === undefined) return;
        await gallery.undo(operation.id);
        this.count('undone');
        return;
      }
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
      const settledAt = this.settled.get(`${kind} ${subjectKey}`) ?? 0;
      expect(Number(evidence['face_count']), `${kind} ${subjectKey} is asked again`).toBeGreaterThan(
        settledAt,
      );
    }
    expect((await consolidateGallery(gallery)).operationId, this.told()).toBeNull();
    if (done.operationId === null || this.random.below(3) > 0) return;
    await gallery.undo(done.operationId);
    await this.look();
    this.count('undone');
    for (const part of ['faces', 'clusters', 'items', 'centroids'] as const)
      expect(this.now[part], this.told()).toEqual(before[part]);
  }

  private async byHand(act: string): Promise<void> {
    const { gallery, now } = this;
    const { tenantId, clusters } = gallery;
    const override = this.random.below(2) === 0;
    const [cluster, second] = [this.pick(this.standing()), this.pick(this.standing())];
    const face = this.pick(now.faces);
    if (cluster === undefined || second === undefined || face === undefined) return;
    const members = now.faces.filter((one) => one.cluster_id === cluster.id).map((one) => one.id);
    switch (act) {
      case 'decide': {
        const item = this.pick(now.items);
        if (item === undefined) return;
        const answers: Record<string, Record<string, unknown>[]> = {
          new_cluster: [{ decision: 'confirm', label: `P${this.random.below(3)}` }, { decision: 'ignore' }],
          uncertain_assignment: [
            { decision: 'accept', override },
            { decision: 'reject', override },
            { decision: 'new_cluster', override },
          ],
          merge_suggestion: [{ decision: 'not_same' }, { decision: 'merge', keep_label: true, override }],
          split_suggestion: [{ decision: 'keep' }, { decision: 'split', override }],
        };
        const answer = this.pick([...(answers[item.kind] ?? []), { decision: 'dismiss' }])!;
        const stored = await gallery.item(item.id);
        await gallery.decide(stored, answer);
        if (/^(keep|dismiss)$/.test(String(answer['decision'])))
          this.settled.set(`${stored.kind} ${stored.subjectKey}`, Number(stored.evidence['face_count']));
        return;
      }
      case 'name':
        await clusters.update(
          tenantId,
          cluster.id,
          override ? { label: `N${this.random.below(3)}` } : { state: 'ignored' },
          'h',
        );
        return;
      case 'merge':
        await clusters.merge(
          tenantId,
          { sourceId: cluster.id, targetId: second.id, keepLabel: true, override },
          'h',
        );
        return;
      case 'split':
        await clusters.split(tenantId, cluster.id, { groups: [members.slice(0, 1)], override }, 'h');
        return;
      case 'move':
        await clusters.moveFace(
          tenantId,
          face.id,
          { clusterId: this.random.below(4) === 0 ? null : second.id, override },
          'h',
        );
        return;
      case 'create':
        await clusters.create(tenantId, { label: 'new', faceIds: [face.id], override }, 'h');
        return;
      case 'dissolve':
        await clusters.dissolve(tenantId, cluster.id, 'h');
        return;
      case 'dismiss':
        await clusters.dismissFace(tenantId, face.id, 'h');
        return;
      case 'delete':
        await gallery.erasure.deleteCluster(tenantId, cluster.id, 'h');
        return;
    }
  }

  private standing() {
    return this.now.clusters.filter((cluster) => cluster.state !== 'merged');
  }

  private isSpokenOf(faceId: string): boolean {
    return this.now.constraints.some(({ face_a, face_b }) => face_a === faceId || face_b === faceId);
  }

  private expectInvariants(): void {
    const { faces, clusters, constraints } = this.now;
    const home = new Map(faces.map((face) => [face.id, face.cluster_id]));
    const states = new Map(clusters.map((cluster) => [cluster.id, cluster.state]));
    for (const face of faces) {
      expect(face.state === 'active').toBe(face.cluster_id !== null);
      if (face.cluster_id !== null) expect(states.get(face.cluster_id)).toMatch(/pending|confirmed|ignored/);
    }
    for (const { kind, face_a, face_b } of constraints) {
      const [a, b] = [home.get(face_a), home.get(face_b)];
      if (kind === 'cannot_link' && typeof a === 'string') expect(b, this.told()).not.toBe(a);
    }
    for (const { merged_into, cover_face_id, id } of clusters) {
      if (merged_into !== null) expect(states.get(merged_into)).not.toBe('merged');
      if (cover_face_id !== null) expect(home.get(cover_face_id)).toBe(id);
    }
    const counts = clusters.flatMap(({ id }) => {
      const face_count = faces.filter((face) => face.cluster_id === id).length;
      return face_count === 0 ? [] : [{ id, face_count }];
    });
    expect(this.now.centroids).toEqual(counts);
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
