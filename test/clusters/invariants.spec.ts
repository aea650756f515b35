// Random histories of ingest, decisions, reshaping and erasure: what must hold after each of them.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaceRecord } from '../../src/database/records.js';
import { blockingConstraints } from '../../src/domain/cluster/constraints.js';
import { DomainError } from '../../src/domain/domain-error.js';
import { EMBEDDING_WIDTH } from '../../src/domain/face/embedding.js';
import { openEmbedded, type TestDatabase } from '../harness/database.js';
import { clear, Gallery, leaning, SPACE } from './gallery.js';

const LENGTH_MAX = 14;
const step = fc.record({
  act: fc.constantFrom(
    'ingest',
    'ingest',
    'ingest',
    'doubt',
    'decide',
    'decide',
    'merge',
    'split',
    'move',
    'dismiss',
    'erase',
  ),
  pick: fc.nat(1000),
  other: fc.nat(1000),
  override: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('after any history', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openEmbedded();
  });
  afterAll(() => db.close());

  it('centroids are the means of members, cannot-links hold, locked faces stand still, and no question dangles', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: LENGTH_MAX }), async (steps) => {
        const gallery = await Gallery.open(db);
        const faces: FaceRecord[] = [];
        for (const one of steps) {
          const before = await allFaces(gallery);
          const byHuman = await perform(gallery, faces, one);
          const after = await allFaces(gallery);
          if (!byHuman) expectLockedStayed(before, after);
          await expectInvariants(gallery, after);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 300_000);
});

/** @returns Whether a human's hand was in it. Refusals with a code are fine answers. */
async function perform(
  gallery: Gallery,
  faces: FaceRecord[],
  { act, pick, other, override }: Step,
): Promise<boolean> {
  const face = faces[pick % Math.max(1, faces.length)];
  const second = faces[other % Math.max(1, faces.length)];
  const person = 1 + (pick % 3);
  if (act === 'ingest' || act === 'doubt' || face === undefined || second === undefined) {
    const specs =
      act === 'doubt'
        ? [leaning(person, 0.36)]
        : [clear(person), ...(override ? [clear(1 + (other % 3))] : [])];
    faces.push(...(await gallery.photo(...specs)).faces);
    return false;
  }
  try {
    await byHand(gallery, { act, pick, other, override }, face, second);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'internal') throw error;
  }
  return true;
}

async function byHand(
  gallery: Gallery,
  { act, pick, override }: Step,
  face: FaceRecord,
  second: FaceRecord,
): Promise<void> {
  const { tenantId } = gallery;
  const clusterId =
    (await gallery.read((repositories) => repositories.faces.find(face.id)))?.clusterId ?? face.clusterId!;
  const otherId =
    (await gallery.read((repositories) => repositories.faces.find(second.id)))?.clusterId ??
    second.clusterId!;
  switch (act) {
    case 'decide': {
      const items = await gallery.openItems();
      const item = items[pick % Math.max(1, items.length)];
      if (item === undefined) return;
      const answers =
        item.kind === 'same_image_conflict'
          ? [
              { decision: 'keep_one', face_id: item.faceId, override },
              { decision: 'both', override },
              { decision: 'neither', override },
              { decision: 'dismiss' },
            ]
          : item.kind === 'merge_suggestion'
            ? [
                { decision: 'merge', override },
                { decision: 'not_same', override },
              ]
            : item.kind === 'new_cluster'
              ? [
                  { decision: 'confirm' },
                  { decision: 'ignore' },
                  { decision: 'dismiss' },
                  { decision: 'assign_to', cluster_id: otherId, override },
                ]
              : [
                  { decision: 'accept', override },
                  { decision: 'reject', override },
                  { decision: 'new_cluster', override },
                  { decision: 'dismiss' },
                ];
      await gallery.decide(item, answers[pick % answers.length]!);
      return;
    }
    case 'merge':
      await gallery.clusters.merge(
        tenantId,
        { sourceId: clusterId, targetId: otherId, keepLabel: true, override },
        'h',
      );
      return;
    case 'split':
      await gallery.clusters.split(tenantId, clusterId, { groups: [[face.id]], override }, 'h');
      return;
    case 'move':
      await gallery.clusters.moveFace(tenantId, face.id, { clusterId: otherId, override }, 'h');
      return;
    case 'dismiss':
      await gallery.clusters.dismissFace(tenantId, face.id, 'h');
      return;
    default:
      await gallery.erasure.deleteFace(tenantId, face.id, 'h');
  }
}

function allFaces(gallery: Gallery): Promise<FaceRecord[]> {
  return gallery.read(async (repositories) => {
    const images = await repositories.images.list({ limit: 1000 });
    return repositories.faces.listByImages(images.map((image) => image.id));
  });
}

/** Automation moves no face that a human placed; a cluster that it merges holds none. */
function expectLockedStayed(before: readonly FaceRecord[], after: readonly FaceRecord[]): void {
  const now = new Map(after.map((face) => [face.id, face.clusterId]));
  for (const face of before) if (face.locked) expect(now.get(face.id)).toBe(face.clusterId);
}

async function expectInvariants(gallery: Gallery, faces: readonly FaceRecord[]): Promise<void> {
  const clusters = await gallery.read((repositories) => repositories.clusters.list({ limit: 1000 }));
  const members = new Map<string, FaceRecord[]>(clusters.map((cluster) => [cluster.id, []]));
  for (const face of faces) {
    expect(face.state === 'active').toBe(face.clusterId !== null);
    if (face.clusterId !== null) members.get(face.clusterId)!.push(face);
  }
  for (const cluster of clusters) {
    if (cluster.state === 'pending') expect(members.get(cluster.id)!.length).toBeGreaterThan(0);
  }
  await expectCentroids(gallery, members);
  const constraints = await gallery.constraints(...faces);
  for (const list of members.values()) {
    for (const face of list) {
      const others = list.filter((one) => one.id > face.id).map((one) => one.id);
      const direct = constraints.filter((one) => one.kind === 'cannot_link');
      expect(blockingConstraints([face.id], others, direct)).toEqual([]);
    }
  }
  const states = new Map(clusters.map((cluster) => [cluster.id, cluster.state]));
  const items = await gallery.openItems();
  expect(new Set(items.map((item) => `${item.kind} ${item.subjectKey}`)).size).toBe(items.length);
  for (const item of items) {
    if (item.kind === 'new_cluster') expect(states.get(item.clusterId!)).toBe('pending');
    else if (item.kind === 'merge_suggestion') {
      for (const id of [item.clusterId!, item.otherClusterId!])
        expect(['pending', 'confirmed']).toContain(states.get(id));
    } else if (item.kind === 'same_image_conflict') {
      const [holder, challenger] = (item.evidence['faces'] as { face_id: string }[]).map(({ face_id }) =>
        faces.find((one) => one.id === face_id),
      );
      expect(holder).toMatchObject({ clusterId: item.clusterId });
      expect(challenger).toMatchObject({ locked: false });
      expect(challenger!.clusterId).not.toBe(item.clusterId);
    } else {
      const face = faces.find((one) => one.id === item.faceId);
      expect(face).toMatchObject({
        state: 'active',
        locked: false,
        clusterId: item.evidence['own_cluster_id'],
      });
      expect(['pending', 'confirmed']).toContain(states.get(item.clusterId!));
    }
  }
}

async function expectCentroids(
  gallery: Gallery,
  members: ReadonlyMap<string, readonly FaceRecord[]>,
): Promise<void> {
  const ids = [...members.keys()];
  const centroids = await gallery.read((repositories) => repositories.centroids.load(ids, SPACE));
  expect(centroids.map((record) => record.clusterId)).toEqual(
    ids.filter((id) => members.get(id)!.length > 0).sort(),
  );
  for (const { clusterId, centroid, faceCount } of centroids) {
    const list = members.get(clusterId)!;
    const stored = await gallery.read((repositories) =>
      repositories.embeddings.load(
        list.map((face) => face.id),
        SPACE,
      ),
    );
    expect(faceCount).toBe(list.length);
    const mean = new Float64Array(EMBEDDING_WIDTH);
    for (const { embedding } of stored) embedding.values.forEach((value, i) => (mean[i]! += value));
    const length = Math.hypot(...mean);
    const dot = mean.reduce((sum, value, i) => sum + (value / length) * centroid.values[i]!, 0);
    // Stored embeddings have half precision.
    expect(dot).toBeGreaterThan(0.99999);
  }
}
