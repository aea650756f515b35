// The repositories of clusters and constraints on real databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantScope } from '../../src/database/tenant-store.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clusterRow, constraintRow, faceRow, imageRow, newId, operationRow } from './rows.js';

describe.each(bothDatabases)('clusters and constraints on $name', ({ open }) => {
  let db: TestDatabase;
  let tenants = 0;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());
  const fresh = async (): Promise<TenantScope> => {
    const id = `clusters-${++tenants}`;
    await db.addTenant(id);
    return db.tenants.forTenant(id);
  };

  it('lists clusters newest first with their counts, filtered by state and label', async () => {
    const scope = await fresh();
    const image = imageRow();
    const named = clusterRow({ state: 'confirmed', label: 'Ann', externalRef: 'x-1' });
    const pending = clusterRow();
    const merged = clusterRow({ state: 'merged', mergedInto: named.id });
    const clearest = faceRow(image.id, { clusterId: named.id, quality: 0.9 });
    await scope.transaction(async ({ images, clusters, faces }) => {
      await images.insert(image);
      await clusters.insertMany([named, pending, merged]);
      await faces.insertMany([
        faceRow(image.id, { clusterId: named.id, quality: 0.5 }),
        clearest,
        faceRow(image.id, { clusterId: named.id, state: 'unclustered', quality: 1 }),
      ]);
    });
    const counted = { ...named, consentRef: null, faceCount: 2, imageCount: 1, clearestFaceId: clearest.id };
    const empty = { consentRef: null, faceCount: 0, imageCount: 0, clearestFaceId: null };
    await scope.read(async ({ clusters }) => {
      expect(await clusters.list({ limit: 10 })).toEqual([{ ...pending, ...empty }, counted]);
      expect(await clusters.list({ limit: 10, after: { id: pending.id, value: null } })).toEqual([counted]);
      expect(await clusters.list({ limit: 1 })).toEqual([{ ...pending, ...empty }]);
      expect(await clusters.list({ limit: 10, states: ['merged'] })).toEqual([{ ...merged, ...empty }]);
      expect(await clusters.list({ limit: 10, labelled: true })).toEqual([counted]);
      expect(await clusters.list({ limit: 10, labelled: false })).toEqual([{ ...pending, ...empty }]);
      expect(await clusters.list({ limit: 10, label: 'Ann' })).toEqual([counted]);
      expect(await clusters.list({ limit: 10, externalRef: 'x-1' })).toEqual([counted]);
      expect(await clusters.findCounted(named.id)).toEqual(counted);
      expect(await clusters.findManyCounted([named.id, newId()])).toEqual([counted]);
      expect(await clusters.findCounted(newId())).toBeNull();
      expect(await clusters.findMany([merged.id, named.id, newId()])).toEqual([named, merged]);
    });
  });

  it('every change of a cluster raises its version, and a change of another version is refused', async () => {
    const scope = await fresh();
    const cluster = clusterRow();
    await scope.transaction(({ clusters }) => clusters.insertMany([cluster]));
    const update = (label: string, version?: number) =>
      scope.transaction(({ clusters }) => clusters.update(cluster.id, { label }, version));
    expect(await update('Ann')).toMatchObject({ label: 'Ann', version: 2 });
    expect(await update('Bob', 2)).toMatchObject({ label: 'Bob', version: 3 });
    expect(await update('Cy', 2)).toBeNull();
    const now = await scope.read(({ clusters }) => clusters.find(cluster.id));
    expect(now).toMatchObject({ label: 'Bob', version: 3, state: 'pending' });
    expect(now!.updatedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await scope.transaction(({ clusters }) => clusters.update(newId(), { label: 'x' }))).toBeNull();
  });

  it('a merged cluster is one step from its target after a second merge', async () => {
    const scope = await fresh();
    const [a, b, c] = [clusterRow(), clusterRow(), clusterRow()];
    await scope.transaction(async ({ clusters }) => {
      await clusters.insertMany([a, b, c]);
      await clusters.update(a.id, { state: 'merged', mergedInto: b.id });
      await clusters.update(b.id, { state: 'merged', mergedInto: c.id });
      expect(await clusters.redirectMerged(b.id, c.id)).toBe(1);
    });
    expect(await scope.read(({ clusters }) => clusters.find(a.id))).toMatchObject({ mergedInto: c.id });
  });

  it('a deleted cluster leaves its faces, without a cluster', async () => {
    const scope = await fresh();
    const image = imageRow();
    const cluster = clusterRow();
    const face = faceRow(image.id, { clusterId: cluster.id });
    await scope.transaction(async ({ images, clusters, faces }) => {
      await images.insert(image);
      await clusters.insertMany([cluster]);
      await faces.insertMany([face]);
    });
    expect(await scope.transaction(({ clusters }) => clusters.delete([cluster.id]))).toBe(1);
    expect(await scope.read(({ faces }) => faces.find(face.id))).toEqual({ ...face, clusterId: null });
  });

  it('refuses a target on a cluster that is not merged, and a merge into itself', async () => {
    const scope = await fresh();
    const [a, b] = [clusterRow(), clusterRow()];
    await scope.transaction(({ clusters }) => clusters.insertMany([a, b]));
    await expect(
      scope.transaction(({ clusters }) => clusters.update(a.id, { mergedInto: b.id })),
    ).rejects.toThrow();
    await expect(
      scope.transaction(({ clusters }) => clusters.update(a.id, { state: 'merged', mergedInto: a.id })),
    ).rejects.toThrow();
  });

  it('a constraint stands once, is found from either face and from their clusters, until it is retired', async () => {
    const scope = await fresh();
    const image = imageRow();
    const cluster = clusterRow();
    const [f, g, h] = [faceRow(image.id, { clusterId: cluster.id }), faceRow(image.id), faceRow(image.id)];
    const operation = operationRow();
    const apart = constraintRow([g.id, f.id], operation.id);
    const same = constraintRow([g.id, h.id], operation.id, { kind: 'must_link', source: 'import' });
    await scope.transaction(async ({ images, clusters, faces, operations, constraints }) => {
      await images.insert(image);
      await clusters.insertMany([cluster]);
      await faces.insertMany([f, g, h]);
      await operations.insert(operation);
      expect(await constraints.insertMany([apart, same])).toBe(2);
      expect(await constraints.insertMany([{ ...apart, id: newId() }])).toBe(0);
    });
    await scope.read(async ({ constraints }) => {
      expect(await constraints.findTouching([g.id])).toEqual([apart, same]);
      expect(await constraints.findTouching([f.id])).toEqual([apart]);
      expect(await constraints.findTouching([])).toEqual([]);
      expect(await constraints.findTouchingClusters([cluster.id])).toEqual([apart]);
    });
    const at = new Date('2026-11-22T00:00:00Z');
    expect(await scope.transaction(({ constraints }) => constraints.retire([apart.id], at))).toBe(1);
    expect(await scope.transaction(({ constraints }) => constraints.retire([apart.id], at))).toBe(0);
    await scope.transaction(async ({ constraints }) => {
      expect(await constraints.findTouching([f.id])).toEqual([]);
      expect(await constraints.findMany([same.id, apart.id, newId()])).toEqual([
        { ...apart, retiredAt: at },
        same,
      ]);
      expect(await constraints.reinstate([apart.id, same.id])).toBe(1);
      expect(await constraints.findTouching([f.id])).toEqual([apart]);
      await constraints.retire([apart.id], at);
      expect(await constraints.insertMany([{ ...apart, id: newId() }])).toBe(1);
      // Another says the same by now: it is held apart once.
      expect(await constraints.reinstate([apart.id])).toBe(0);
    });
    await scope.transaction(({ faces }) => faces.delete([g.id]));
    await scope.read(async ({ constraints }) => {
      expect(await constraints.findTouching([f.id, h.id])).toEqual([]);
      expect(await constraints.findMany([apart.id, same.id])).toEqual([]);
    });
  });
});
