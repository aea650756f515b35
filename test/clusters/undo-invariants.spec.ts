// Random histories with undo and redo: what was there is there again, row by row, and what must always hold holds.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';
import { clear, Gallery, leaning } from './gallery.js';
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
  pick: fc.nat(1000),
  other: fc.nat(1000),
  flag: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('undo after any history', () => {
  let db: TestDatabase;
  let clients: pg.Client[];
  beforeAll(async () => {
    db = await openPostgres();
    clients = Array.from({ length: STRANDS }, () => new pg.Client(db.database.connection));
    await Promise.all(clients.map((client) => client.connect()));
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await db.close();
  });

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
    this.expectInvariants();
    if (automatic) this.expectLockedStayed(before);
    const id = this.now.operations.at(-1)?.id;
    if (id === undefined || id === last) {
      expect(this.now).toEqual(before);
      return;
    }
    // What can not come back ends the part of the history that can be unrolled.
    if (one.act === 'dismiss') this.done = [];
    else if (one.act === 'undo') this.done = [];
    else this.done.push({ id, before });
    if (one.act === 'dismiss' || one.act === 'undo' || one.other % 3 > 0) return;

    const after = this.now;
    const undone = await this.undo(id);
    if (undone === null) return;
    this.expectLike(before);
    const { operation } = await this.gallery.undo(undone);
    await this.look();
    this.expectInvariants();
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
    this.expectInvariants();
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

  private expectInvariants(): void {
    const { faces, clusters, constraints, items } = this.now;
    const home = new Map(faces.map((face) => [face.id, face.cluster_id]));
    const states = new Map(clusters.map((cluster) => [cluster.id, cluster.state]));
    for (const face of faces) {
      expect(face.state === 'active').toBe(face.cluster_id !== null);
      if (face.cluster_id !== null) expect(states.get(face.cluster_id)).toMatch(/pending|confirmed|ignored/);
    }
    for (const { kind, face_a, face_b } of constraints) {
      const [a, b] = [home.get(face_a), home.get(face_b)];
      if (kind === 'cannot_link' && typeof a === 'string') expect(b).not.toBe(a);
    }
    for (const { id, merged_into, cover_face_id } of clusters) {
      if (merged_into !== null) expect(states.get(merged_into)).not.toBe('merged');
      if (cover_face_id !== null) expect(home.get(cover_face_id)).toBe(id);
    }
    for (const { kind, cluster_id, face_id, evidence } of items) {
      if (kind === 'new_cluster') expect(states.get(cluster_id!)).toBe('pending');
      else if (kind === 'uncertain_assignment') expect(home.get(face_id!)).toBe(evidence['own_cluster_id']);
      else if (kind === 'same_image_conflict') {
        const [holder, challenger] = evidence['faces'] as { face_id: string }[];
        expect(home.get(holder!.face_id)).toBe(cluster_id);
        expect(home.get(challenger!.face_id)).not.toBe(cluster_id);
      }
    }
    const counts = clusters.flatMap(({ id }) => {
      const face_count = faces.filter((face) => face.cluster_id === id).length;
      return face_count === 0 ? [] : [{ id, face_count }];
    });
    expect(this.now.centroids).toEqual(counts);
  }

  private expectLockedStayed(before: Snapshot): void {
    const home = new Map(this.now.faces.map((face) => [face.id, face.cluster_id]));
    for (const face of before.faces) if (face.locked) expect(home.get(face.id)).toBe(face.cluster_id);
  }

  /** @returns Whether the machine did it. Refusals with a code are fine answers. */
  private async perform(one: Step): Promise<boolean> {
    const person = 1 + (one.pick % 3);
    const photos = {
      ingest: [clear(person), ...(one.flag ? [clear(1 + (one.other % 3))] : [])],
      doubt: [leaning(person, 0.36)],
      // Fits the two: the machine joins them, where nothing keeps them apart.
      bridge: [{ of: { 1: 0.7, 2: 0.5 } }],
    };
    if (one.act === 'ingest' || one.act === 'doubt' || one.act === 'bridge') {
      await this.gallery.photo(...photos[one.act]);
      return true;
    }
    try {
      await this.byHand(one);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'internal') throw error;
    }
    return false;
  }

  private async byHand({ act, pick, other, flag: override }: Step): Promise<void> {
    const { gallery, now } = this;
    const { tenantId, clusters } = gallery;
    const face = now.faces[pick % now.faces.length]!;
    const standing = now.clusters.filter((cluster) => cluster.state !== 'merged');
    const cluster = standing[pick % Math.max(1, standing.length)];
    const second = standing[other % Math.max(1, standing.length)];
    if (cluster === undefined || second === undefined) return;
    const members = now.faces.filter((one) => one.cluster_id === cluster.id).map((one) => one.id);
    switch (act) {
      case 'decide': {
        const item = now.items[pick % Math.max(1, now.items.length)];
        if (item === undefined) return;
        const answers =
          item.kind === 'new_cluster'
            ? [
                { decision: 'confirm', label: `P${other % 3}` },
                { decision: 'ignore' },
                { decision: 'dismiss' },
                { decision: 'assign_to', cluster_id: second.id, override, keep_label: true },
              ]
            : [
                { decision: 'accept', override },
                { decision: 'reject', override },
                { decision: 'new_cluster', override },
                { decision: 'dismiss' },
              ];
        await gallery.decide(await gallery.item(item.id), answers[other % answers.length]!);
        return;
      }
      case 'rename':
        await clusters.update(
          tenantId,
          cluster.id,
          override
            ? { label: `R${other % 3}`, coverFaceId: members[0] ?? null }
            : { state: other % 2 === 0 ? 'ignored' : 'pending' },
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
          { clusterId: other % 5 === 0 ? null : second.id, override },
          'h',
        );
        return;
      case 'create':
        await clusters.create(tenantId, { label: 'new', faceIds: override ? [face.id] : [], override }, 'h');
        return;
      case 'dissolve':
        await clusters.dissolve(tenantId, cluster.id, 'h');
        return;
      case 'dismiss':
        await clusters.dismissFace(tenantId, face.id, 'h');
        return;
      default:
        // Any operation of the history: most have something later standing on them.
        await gallery.undo(now.operations[pick % now.operations.length]!.id);
    }
  }
}
