// The repositories of tenants, API keys, operations, jobs and embedding spaces on real databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.js';
import type { OperationPage } from '../../src/database/repositories/operation-repository.js';
import { EmbeddingSpaceMismatch } from '../../src/database/directories/embedding-space-directory.js';
import type { TenantScope } from '../../src/database/tenant-store.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import {
  changeOfModel,
  ask,
  apiKeyRow,
  clusterRow,
  constraintRow,
  faceRow,
  hex64,
  idempotencyRow,
  imageRow,
  jobRow,
  newId,
  operationRow,
  questionRow,
  randomEmbedding,
  randomNumbers,
} from './rows.js';

describe.each(bothDatabases)('tenants, keys and jobs on $name', ({ open }) => {
  let db: TestDatabase;
  let made = 0;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());
  const fresh = async (): Promise<TenantScope> => {
    const id = `tenant-${++made}`;
    await db.addTenant(id);
    return db.tenants.forTenant(id);
  };

  it('a tenant id is taken once, and only in the agreed form', async () => {
    await db.addTenant('A.b_c-9');
    const code = await db.addTenant('A.b_c-9').catch((error: unknown) => (error as DomainError).code);
    expect(code).toBe('tenant.exists');
    for (const id of ['', 'a/b', 'ä', 'x'.repeat(65)]) await expect(db.addTenant(id)).rejects.toThrow();
    await db.addTenant('x'.repeat(64));
  });

  it('settings change with their version, and not from another version', async () => {
    const scope = await fresh();
    const update = (accept: number, version?: number) =>
      scope.transaction(({ tenant }) => tenant.updateSettings({ clustering: { accept } }, version));
    expect(await update(0.9, 1)).toMatchObject({ version: 2, settings: { clustering: { accept: 0.9 } } });
    expect(await update(0.8, 1)).toBeNull();
    const own = await scope.read(({ tenant }) => tenant.find());
    expect(own).toMatchObject({ id: scope.tenantId, version: 2, settings: { clustering: { accept: 0.9 } } });
    expect(await db.system.transaction(({ tenants }) => tenants.find(scope.tenantId))).toEqual(own);
  });

  it('a unit of work for an unknown tenant reads nothing and writes nothing', async () => {
    const scope = db.tenants.forTenant('nobody');
    expect(await scope.read(({ tenant }) => tenant.find())).toBeNull();
    expect(await scope.read(({ images }) => images.list({ limit: 5 }))).toEqual([]);
    await expect(scope.transaction(({ images }) => images.insert(imageRow()))).rejects.toMatchObject({
      code: 'tenant.not_found',
    });
  });

  it('counts what a tenant has, and erases all of it and nothing of another tenant', async () => {
    const fill = async (scope: TenantScope): Promise<void> => {
      const image = imageRow();
      const cluster = clusterRow();
      const merged = clusterRow({ state: 'merged', mergedInto: cluster.id });
      const [f, g] = [faceRow(image.id, { clusterId: cluster.id }), faceRow(image.id)];
      const operation = operationRow();
      const embedding = randomEmbedding(randomNumbers(1));
      await scope.transaction(async (r) => {
        await r.images.insert(image);
        await r.clusters.insertMany([cluster, merged]);
        await r.faces.insertMany([f, g]);
        await r.clusters.update(cluster.id, { coverFaceId: f.id });
        await r.embeddings.insertMany([{ faceId: f.id, embedding }]);
        await r.centroids.addStored([f.id]);
        await r.operations.insert(operation, { faceIds: [f.id, g.id], clusterIds: [newId()] });
        await r.constraints.insertMany([constraintRow([f.id, g.id], operation.id)]);
        await ask(r.reviewItems, questionRow({ clusterId: cluster.id }));
        await r.jobs.insert(jobRow({ state: 'succeeded' }));
        await r.apiKeys.insert(apiKeyRow());
        await r.idempotencyKeys.begin(idempotencyRow());
        await changeOfModel(r, image.id, f.id);
        await r.optOuts.keepOfCluster(cluster.id, { id: newId(), reference: null, createdAt: new Date() });
      });
      await db.system.transaction(({ requestWindows }) => requestWindows.lock(scope.tenantId));
    };
    const [one, two] = [await fresh(), await fresh()];
    await fill(one);
    await fill(two);
    const counts = { imageCount: 1, faceCount: 2, clusterCount: 1, openReviewCount: 1 };
    expect(await one.read(({ tenant }) => tenant.counts())).toEqual(counts);
    const listed = await db.system.transaction(({ tenants }) =>
      tenants.list({ limit: 100, after: 'tenant-' }),
    );
    expect(listed.find(({ id }) => id === one.tenantId)).toMatchObject(counts);
    const inventory = await one.read(({ tenant }) => tenant.inventory());
    expect(inventory).toEqual({
      apiKeys: 1,
      images: 1,
      faces: 2,
      faceEmbeddings: 2,
      modelChanges: 1,
      modelChangeImages: 1,
      modelChangeFaces: 2,
      clusters: 2,
      clusterCentroids: 1,
      constraints: 1,
      reviewItems: 1,
      operations: 1,
      operationSubjects: 3,
      optOuts: 1,
      jobs: 1,
      idempotencyKeys: 1,
      requestWindows: 1,
    });
    // Rows that name others go before those, so one at a time always works; the count is the inventory's.
    const deleted = new Map<string, number>();
    for (let some; (some = await one.transaction(({ tenant }) => tenant.deleteSome(1))) !== null;) {
      deleted.set(some.table, (deleted.get(some.table) ?? 0) + some.rows);
    }
    expect([...deleted.values()].sort()).toEqual(
      Object.values(inventory)
        .filter((count) => count > 0)
        .sort(),
    );
    expect(Object.values(await one.read(({ tenant }) => tenant.inventory()))).toEqual(Array(17).fill(0));
    // Every table of the database that has tenants is one that erasure empties.
    const remains = await one.read(({ tenant }) => tenant.remains());
    expect(Object.keys(remains).length).toBe(Object.keys(inventory).length);
    expect(new Set(Object.values(remains))).toEqual(new Set([0]));
    expect(Object.values(await two.read(({ tenant }) => tenant.remains())).every((rows) => rows > 0)).toBe(
      true,
    );
    expect(await two.read(({ tenant }) => tenant.inventory())).toEqual(inventory);
  });

  it('pages through tenants in the order of their ids', async () => {
    for (const id of ['zz-B', 'zz-a', 'zz-_']) await db.addTenant(id);
    const list = (limit: number, after: string) =>
      db.system.transaction(async ({ tenants }) =>
        (await tenants.list({ limit, after })).map(({ id }) => id),
      );
    expect(await list(2, 'zz-')).toEqual(['zz-B', 'zz-_']);
    expect(await list(2, 'zz-_')).toEqual(['zz-a']);
  });

  it('finds the owner of a key by its prefix, and remembers use and revocation', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const key = apiKeyRow({ expiresAt: new Date('2027-01-01T00:00:00.123Z') });
    await one.transaction(({ apiKeys }) => apiKeys.insert(key));
    const owned = { ...key, tenantId: one.tenantId };
    expect(await db.system.transaction(({ apiKeys }) => apiKeys.findByPrefix(key.prefix))).toEqual(owned);
    expect(await db.system.transaction(({ apiKeys }) => apiKeys.findByPrefix('none'))).toBeNull();
    const used = new Date('2026-12-01T00:00:00Z');
    await db.system.transaction(({ apiKeys }) => apiKeys.touch(one.tenantId, key.id, used));
    await expect(
      two.transaction(({ apiKeys }) => apiKeys.insert({ ...apiKeyRow(), prefix: key.prefix })),
    ).rejects.toThrow();
    expect(await two.transaction(({ apiKeys }) => apiKeys.revoke(key.id, used))).toBeNull();
    const revokedAt = new Date('2026-12-02T00:00:00Z');
    const revoke = (at: Date) => one.transaction(({ apiKeys }) => apiKeys.revoke(key.id, at));
    expect(await revoke(revokedAt)).toEqual({ ...key, lastUsedAt: used, revokedAt });
    expect(await revoke(new Date())).toMatchObject({ revokedAt });
    const newer = apiKeyRow();
    await one.transaction(({ apiKeys }) => apiKeys.insert(newer));
    const ids = (after?: string) =>
      one.read(async ({ apiKeys }) => (await apiKeys.list({ limit: 9, after })).map(({ id }) => id));
    expect(await ids()).toEqual([newer.id, key.id]);
    expect(await ids(newer.id)).toEqual([key.id]);
  });

  it('keeps operations as they were written, newest first', async () => {
    const scope = await fresh();
    const rows = [
      operationRow({ kind: 'merge' }),
      operationRow({ kind: 'split', changes: { deep: [1, { a: null }] } }),
    ];
    await scope.transaction(async ({ operations }) => {
      for (const row of rows) await operations.insert(row);
    });
    await scope.read(async ({ operations }) => {
      expect(await operations.find(rows[1]!.id)).toEqual(rows[1]);
      expect(await operations.find(newId())).toBeNull();
      expect(await operations.list({ limit: 5 })).toEqual([...rows].reverse());
      expect(await operations.list({ limit: 5, after: rows[1]!.id })).toEqual([rows[0]]);
      expect(await operations.list({ limit: 5, kinds: ['split'] })).toEqual([rows[1]]);
    });
  });

  it('finds operations by what they are about, who did them and when, with what they have in common', async () => {
    const scope = await fresh();
    const [f, g, c] = [newId(), newId(), newId()];
    const late = new Date('2026-11-22T00:00:00.000Z');
    const rows = [
      operationRow({ kind: 'a' }),
      operationRow({ kind: 'b', actor: 'key:1' }),
      operationRow({ kind: 'b', createdAt: late }),
    ];
    await scope.transaction(async ({ operations }) => {
      await operations.insert(rows[0]!, { faceIds: [f], clusterIds: [c, c] });
      await operations.insert(rows[1]!, { faceIds: [f, g], clusterIds: [] });
      await operations.insert(rows[2]!, { faceIds: [g], clusterIds: [c] });
    });
    await scope.read(async ({ operations }) => {
      const ids = async (page: Omit<OperationPage, 'limit'>): Promise<string[]> =>
        (await operations.list({ limit: 9, ...page })).map(({ id }) => id);
      const [first, second, third] = rows.map(({ id }) => id) as [string, string, string];
      expect(await ids({ faceId: f })).toEqual([second, first]);
      expect(await ids({ faceId: f, first: 'oldest' })).toEqual([first, second]);
      expect(await ids({ faceId: f, after: second })).toEqual([first]);
      expect(await ids({ clusterId: c, kinds: ['b'] })).toEqual([third]);
      expect(await ids({ faceId: g, clusterId: c })).toEqual([third]);
      expect(await ids({ faceId: c })).toEqual([]);
      expect(await ids({ actor: 'key:1' })).toEqual([second]);
      expect(await ids({ since: late })).toEqual([third]);
      expect(await operations.subjectsOf(second)).toEqual({ faceIds: [f, g].sort(), clusterIds: [] });
      const later = await operations.listLaterAbout(first, { faceIds: [f, g], clusterIds: [c] }, ['b']);
      expect(later.map(({ operation, shared }) => [operation.id, shared])).toEqual([
        [second, { faceIds: [f, g].sort(), clusterIds: [] }],
        [third, { faceIds: [g], clusterIds: [c] }],
      ]);
      expect(await operations.listLaterAbout(first, { faceIds: [f], clusterIds: [] }, ['a'])).toEqual([]);
    });
  });

  it('follows undos of undos, and no further', async () => {
    const scope = await fresh();
    const done = operationRow();
    const undo = operationRow({ undoesId: done.id });
    const redo = operationRow({ undoesId: undo.id });
    const other = operationRow();
    await scope.transaction(async ({ operations }) => {
      for (const row of [done, undo, redo, other]) await operations.insert(row);
    });
    await scope.read(async ({ operations }) => {
      const links = [
        { id: undo.id, undoesId: done.id },
        { id: redo.id, undoesId: undo.id },
      ];
      expect(await operations.undoLinks([done.id, other.id])).toEqual(links);
      expect(await operations.undoLinks([undo.id])).toEqual(links.slice(1));
      expect(await operations.undoLinks([])).toEqual([]);
    });
  });

  it('a job moves only from the state it is expected in, and unfinished jobs are found over all tenants', async () => {
    const scope = await fresh();
    const early = jobRow({ createdAt: new Date('2001-01-01T00:00:00Z') });
    const late = jobRow({ createdAt: new Date('2001-01-02T00:00:00Z'), progress: { done: 1 } });
    await scope.transaction(async ({ jobs }) => {
      await jobs.insert(late);
      await jobs.insert(early);
    });
    const startedAt = new Date('2026-11-21T12:00:00.5Z');
    const start = () =>
      scope.transaction(({ jobs }) => jobs.update(early.id, { state: 'running', startedAt }, ['queued']));
    expect(await start()).toEqual({ ...early, state: 'running', startedAt });
    expect(await start()).toBeNull();
    const found = await db.system.transaction(({ jobs }) => jobs.listResumable(2));
    const { createdAt } = early;
    expect(found).toEqual([
      { tenantId: scope.tenantId, id: early.id, kind: early.kind, state: 'running', createdAt, startedAt },
      {
        tenantId: scope.tenantId,
        id: late.id,
        kind: late.kind,
        state: 'queued',
        createdAt: late.createdAt,
        startedAt: null,
      },
    ]);
    const end = {
      state: 'failed',
      problem: { code: 'image.unreadable' },
      progress: { done: 2 },
      result: null,
    } as const;
    await scope.transaction(({ jobs }) => jobs.update(early.id, { ...end, finishedAt: startedAt }));
    const ended = { ...early, ...end, startedAt, finishedAt: startedAt };
    await scope.read(async ({ jobs }) => {
      expect(await jobs.find(early.id)).toEqual(ended);
      expect(await jobs.list({ limit: 5, states: ['failed'] })).toEqual([ended]);
      expect(await jobs.list({ limit: 1 })).toEqual([late]);
      expect(await jobs.list({ limit: 5, after: late.id })).toEqual([ended]);
    });
    await scope.transaction(({ jobs }) => jobs.update(late.id, { state: 'cancelled' }));
  });

  it('refuses a known embedding space with another recogniser', async () => {
    const space = {
      id: 'pack-x',
      recogniserSha256: hex64('r1'),
      width: 128,
      createdAt: new Date('2026-01-01T00:00:00Z'),
    };
    const register = (patch: object): Promise<void> =>
      db.system.transaction(({ embeddingSpaces }) => embeddingSpaces.register({ ...space, ...patch }));
    await register({});
    await register({ createdAt: new Date() });
    await expect(register({ recogniserSha256: hex64('r2') })).rejects.toThrow(EmbeddingSpaceMismatch);
    await expect(register({ width: 512 })).rejects.toThrow(EmbeddingSpaceMismatch);
    expect(await db.system.transaction(({ embeddingSpaces }) => embeddingSpaces.list())).toEqual([space]);
  });
});
