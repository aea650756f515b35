// The repository of review items on real databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReviewItemRecord } from '../../src/database/records.js';
import {
  REVIEW_SORTS,
  reviewKey,
  type ReviewPage,
  type ReviewSort,
} from '../../src/database/repositories/review-item-order.js';
import { Prisma } from '../../src/database/generated/client.js';
import { ReviewItemRepository } from '../../src/database/repositories/review-item-repository.js';
import type { ReviewClosing } from '../../src/database/repositories/review-item-writes.js';
import type { Transaction } from '../../src/database/transaction-client.js';
import type { TenantScope } from '../../src/database/tenant-store.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { ask, clusterRow, faceRow, imageRow, newId, operationRow, questionRow } from './rows.js';

const closing = (patch: Partial<ReviewClosing> = {}): ReviewClosing => ({
  state: 'resolved',
  outcome: { decision: 'confirm' },
  operationId: null,
  resolvedBy: 'admin',
  resolvedAt: new Date('2026-11-22T01:02:03.004Z'),
  ...patch,
});

describe.each(bothDatabases)('review items on $name', ({ open }) => {
  let db: TestDatabase;
  let tenants = 0;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());
  const fresh = async (): Promise<TenantScope> => {
    const id = `review-${++tenants}`;
    await db.addTenant(id);
    return db.tenants.forTenant(id);
  };

  it('asks a question once: new evidence goes to the open item, which keeps its id', async () => {
    const scope = await fresh();
    const question = questionRow({ subjectKey: 's', similarity: 0.5, probability: 0.25 });
    const first = await scope.transaction(({ reviewItems }) => ask(reviewItems, question));
    expect(first).toEqual({
      ...question,
      number: 1,
      state: 'open',
      version: 1,
      outcome: null,
      operationId: null,
      updatedAt: question.createdAt,
      resolvedAt: null,
      resolvedBy: null,
      assignee: null,
      leaseExpiresAt: null,
      snoozedUntil: null,
      skips: [],
      notes: [],
    });
    const later = new Date('2026-11-23T00:00:00.5Z');
    const again = questionRow({ subjectKey: 's', evidence: { more: true }, priority: 7, createdAt: later });
    const second = await scope.transaction(({ reviewItems }) => ask(reviewItems, again));
    const { evidence, priority, similarity, probability } = again;
    const updated = { ...first, version: 2, evidence, priority, similarity, probability, updatedAt: later };
    expect(second).toEqual(updated);
    expect(await scope.read(({ reviewItems }) => reviewItems.find(first.id))).toEqual(updated);
    expect(await scope.read(({ reviewItems }) => reviewItems.find(again.id))).toBeNull();
  });

  it('numbers items within their tenant, finds open ones by it, and gives no number twice', async () => {
    const [one, other] = [await fresh(), await fresh()];
    const ask = async (scope: TenantScope, subjectKey: string): Promise<ReviewItemRecord> => {
      const question = questionRow({ subjectKey });
      return (await scope.transaction(({ reviewItems }) => reviewItems.upsertOpenMany([question])))[0]!;
    };
    const items = [await ask(one, 'a'), await ask(one, 'b'), await ask(one, 'c')];
    expect(new Set(items.map(({ number }) => number)).size).toBe(3);
    expect((await ask(other, 'a')).number).toBe(1);
    expect((await ask(one, 'b')).number).toBe(items[1]!.number);
    const { kind, number } = items[2]!;
    const find = (n: number, kinds = [kind]) =>
      one.read(({ reviewItems }) => reviewItems.findOpenByNumber(n, kinds));
    expect((await find(number))?.id).toBe(items[2]!.id);
    expect(await find(number, ['merge_suggestion'])).toBeNull();
    const page = (skip: number, limit: number) =>
      one.read(({ reviewItems }) => reviewItems.listByNumber([kind], { skip, limit }));
    expect((await page(1, 5)).map(({ id }) => id)).toEqual([items[1]!.id, items[2]!.id]);
    await one.transaction(({ reviewItems }) => reviewItems.close(items[2]!.id, closing()));
    expect(await find(number)).toBeNull();
    expect((await page(0, 5)).map(({ id }) => id)).toEqual([items[0]!.id, items[1]!.id]);
    expect((await ask(one, 'c')).number).toBeGreaterThan(number);
  });

  it('a closed item stays closed, is remembered, and its subject may be asked about anew', async () => {
    const scope = await fresh();
    const operation = operationRow();
    await scope.transaction(({ operations }) => operations.insert(operation));
    const item = await scope.transaction(({ reviewItems }) =>
      ask(reviewItems, questionRow({ subjectKey: 's' })),
    );
    const end = closing({ operationId: operation.id });
    const close = (version?: number): Promise<ReviewItemRecord | null> =>
      scope.transaction(({ reviewItems }) => reviewItems.close(item.id, end, version));
    expect(await close(9)).toBeNull();
    const closed = await close(1);
    expect(closed).toEqual({ ...item, ...end, version: 2, updatedAt: end.resolvedAt });
    expect(await close()).toBeNull();
    await scope.transaction(async ({ reviewItems }) => {
      expect(await reviewItems.findLastClosed('new_cluster', 's')).toEqual(closed);
      expect(await reviewItems.findLastClosed('new_cluster', 'other')).toBeNull();
      const anew = await ask(reviewItems, questionRow({ subjectKey: 's' }));
      expect(anew).toMatchObject({ version: 1, state: 'open' });
      expect(anew.id).not.toBe(item.id);
      expect((await reviewItems.findMany([item.id, anew.id])).map(({ state }) => state)).toEqual([
        'resolved',
        'open',
      ]);
      const outcome = closing({ state: 'superseded', outcome: null });
      expect(await reviewItems.close(anew.id, outcome)).toMatchObject({
        id: anew.id,
        outcome: null,
      });
      expect((await reviewItems.findLastClosed('new_cluster', 's'))!.id).toBe(anew.id);
    });
  });

  it.each(REVIEW_SORTS)(
    'pages through the queue in the order of %s, each item once',
    async (sort: ReviewSort) => {
      const scope = await fresh();
      const priorities = [3, 1, 3, 2, 1.5, 3, 0.1];
      const similarities = [0.4, null, 0.4, -0.9, null, 0.7, 0];
      const sizes = [2, undefined, 40, 2, 3, 'many', 1];
      const items = await scope.transaction(async ({ reviewItems }) => {
        const made: ReviewItemRecord[] = [];
        for (const [i, priority] of priorities.entries()) {
          made.push(
            await ask(
              reviewItems,
              questionRow({
                priority,
                similarity: similarities[i]!,
                evidence: { face_count: sizes[i] },
              }),
            ),
          );
        }
        return made;
      });
      const orders: Record<ReviewSort, number[]> = {
        impact: [0, 2, 5, 3, 4, 1, 6],
        newest: [6, 5, 4, 3, 2, 1, 0],
        oldest: [0, 1, 2, 3, 4, 5, 6],
        similarity: [5, 0, 2, 6, 3, 1, 4],
        size: [2, 4, 0, 3, 1, 5, 6],
      };
      const seen: string[] = [];
      for (let after: ReviewPage['after']; ;) {
        const page = await scope.read(({ reviewItems }) => reviewItems.list({ limit: 2, sort, after }));
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
        after = reviewKey(sort, page.at(-1)!);
      }
      expect(seen).toEqual(orders[sort].map((i) => items[i]!.id));
    },
  );

  it('lets nothing starve: ten days of waiting weigh as much as one face, and pages stay in order', async () => {
    const scope = await fresh();
    const day = (n: number, ms = 0): Date => new Date(Date.UTC(2026, 10, n) + ms);
    const raise = (priority: number, createdAt: Date) =>
      scope.transaction(({ reviewItems }) => ask(reviewItems, questionRow({ priority, createdAt })));
    const old = await raise(0.05, day(1));
    const early = await raise(1, day(10));
    const late = await raise(1, day(20, 1));
    const large = await raise(1.99, day(20));
    const small = await raise(0.99, day(20));
    const ids: string[] = [];
    for (let after: ReviewPage['after']; ;) {
      const page = await scope.read(({ reviewItems }) => reviewItems.list({ limit: 1, after }));
      if (page.length === 0) break;
      ids.push(page[0]!.id);
      after = reviewKey('impact', page[0]!);
    }
    // On the 20th: large 1.99, early 1 + 1, old .05 + 1.9, late 1, small .99.
    expect(ids).toEqual([early.id, large.id, old.id, late.id, small.id]);
  });

  it('reads the order of impact from its index, without sorting the queue', async () => {
    const scope = await fresh();
    await scope.transaction(({ reviewItems }) =>
      reviewItems.upsertOpenMany(Array.from({ length: 2000 }, (_, i) => questionRow({ priority: i % 97 }))),
    );
    const client = await db.connect();
    await client.query('ANALYZE review_items');
    let plan = '';
    const explain = async (parts: TemplateStringsArray, ...values: unknown[]): Promise<unknown[]> => {
      const { text, values: given } = Prisma.sql(parts, ...values);
      const { rows } = await client.query(`EXPLAIN ${text}`, given);
      plan = rows.map((row) => (row as Record<string, string>)['QUERY PLAN']).join('\n');
      return [];
    };
    const explained = { $queryRaw: explain } as unknown as Transaction;
    const after = reviewKey('impact', {
      ...questionRow({ priority: 50 }),
      createdAt: new Date('2026-11-21T10:20:30.456Z'),
    });
    for (const page of [{ limit: 20 }, { limit: 20, after }]) {
      await new ReviewItemRepository(explained, scope.tenantId).list(page);
      expect(plan).toContain('review_items_open_impact_idx');
      expect(plan).not.toContain('Sort');
    }
  });

  it('pages by impact through items whose ranks differ in the last digit', async () => {
    const scope = await fresh();
    const start = Date.UTC(2026, 10, 21);
    const made = await scope.transaction(async ({ reviewItems }) => {
      const items: ReviewItemRecord[] = [];
      for (let i = 0; i < 60; i++) {
        // Priority makes up for age: ranks are equal but for what floating point leaves of them.
        const ms = i * 7919;
        const question = questionRow({ priority: 1 + ms / 864_000_000, createdAt: new Date(start + ms) });
        items.push(await ask(reviewItems, question));
      }
      return items;
    });
    const whole = await scope.read(({ reviewItems }) => reviewItems.list({ limit: 100 }));
    const seen: string[] = [];
    for (let after: ReviewPage['after']; ;) {
      const page = await scope.read(({ reviewItems }) => reviewItems.list({ limit: 7, after }));
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
      after = reviewKey('impact', page.at(-1)!);
    }
    expect(seen).toEqual(whole.map(({ id }) => id));
    expect(new Set(seen).size).toBe(made.length);
  });

  it('filters by who holds an item and whether it sleeps, at a given time', async () => {
    const scope = await fresh();
    const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 8, minute));
    const [held, asleep, free, done] = await scope.transaction(async ({ reviewItems, reviewWork }) => {
      const [a, b, c, d] = [
        await ask(reviewItems, questionRow()),
        await ask(reviewItems, questionRow()),
        await ask(reviewItems, questionRow()),
        await ask(reviewItems, questionRow()),
      ];
      await reviewWork.patch(a.id, { assignee: 'ann', leaseExpiresAt: at(10) });
      await reviewWork.patch(b.id, { snoozedUntil: at(20) });
      await reviewWork.patch(d.id, { assignee: 'ann', leaseExpiresAt: at(30), snoozedUntil: at(30) });
      await reviewItems.close(d.id, closing());
      return [a.id, b.id, c.id, d.id];
    });
    const ids = async (minute: number, page: Omit<ReviewPage, 'limit' | 'sort'>): Promise<string[]> => {
      const filters = { limit: 10, sort: 'oldest' as const, now: at(minute), ...page };
      return (await scope.read(({ reviewItems }) => reviewItems.list(filters))).map(({ id }) => id);
    };
    expect(await ids(0, {})).toEqual([held, free]);
    expect(await ids(0, { states: ['open'] })).toEqual([free]);
    expect(await ids(0, { states: ['claimed'] })).toEqual([held]);
    expect(await ids(10, { states: ['claimed'] })).toEqual([]);
    expect(await ids(10, { states: ['open'] })).toEqual([held, free]);
    expect(await ids(0, { assignee: 'ann' })).toEqual([held]);
    expect(await ids(0, { assignee: 'bob' })).toEqual([]);
    expect(await ids(10, { assignee: 'ann' })).toEqual([]);
    expect(await ids(0, { snoozed: true })).toEqual([asleep]);
    expect(await ids(20, { snoozed: true })).toEqual([]);
    expect(await ids(20, {})).toEqual([held, asleep, free]);
    expect(await ids(0, { states: ['resolved', 'claimed'] })).toEqual([held, done]);
    expect(await ids(0, { states: [] })).toEqual([]);
    const closed = await scope.read(({ reviewItems }) => reviewItems.find(done));
    expect(closed).toMatchObject({ assignee: null, leaseExpiresAt: null, snoozedUntil: null });
  });

  it('filters by kind, state, cluster, image, label, probability and time', async () => {
    const scope = await fresh();
    const image = imageRow();
    const [named, other] = [clusterRow({ label: 'Ann' }), clusterRow()];
    const face = faceRow(image.id, { clusterId: named.id });
    const early = new Date('2026-01-01T00:00:00Z');
    const [aboutFace, aboutNamed, aboutOther, done] = await scope.transaction(
      async ({ images, clusters, faces, reviewItems }) => {
        await images.insert(image);
        await clusters.insertMany([named, other]);
        await faces.insertMany([face]);
        return [
          await ask(
            reviewItems,
            questionRow({ kind: 'uncertain_assignment', faceId: face.id, probability: 0.4 }),
          ),
          await ask(reviewItems, questionRow({ clusterId: named.id, probability: 0.8, createdAt: early })),
          await ask(reviewItems, questionRow({ clusterId: other.id })),
          await ask(reviewItems, questionRow()),
        ] as const;
      },
    );
    await scope.transaction(({ reviewItems }) => reviewItems.close(done.id, closing()));
    const ids = async (page: Omit<ReviewPage, 'limit' | 'sort'>): Promise<string[]> =>
      (await scope.read(({ reviewItems }) => reviewItems.list({ limit: 10, sort: 'oldest', ...page }))).map(
        ({ id }) => id,
      );
    expect(await ids({})).toEqual([aboutFace.id, aboutNamed.id, aboutOther.id]);
    expect(await ids({ kinds: ['uncertain_assignment'] })).toEqual([aboutFace.id]);
    expect(await ids({ states: ['resolved'] })).toEqual([done.id]);
    expect(await ids({ clusterId: named.id })).toEqual([aboutFace.id, aboutNamed.id]);
    expect(await ids({ imageId: image.id })).toEqual([aboutFace.id]);
    expect(await ids({ labelled: true })).toEqual([aboutNamed.id]);
    expect(await ids({ labelled: false })).toEqual([aboutFace.id, aboutOther.id]);
    expect(await ids({ probabilityMin: 0.5 })).toEqual([aboutNamed.id]);
    expect(await ids({ probabilityMax: 0.5 })).toEqual([aboutFace.id]);
    expect(await ids({ since: new Date('2026-06-01T00:00:00Z') })).toEqual([aboutFace.id, aboutOther.id]);
    const touching = await scope.read(({ reviewItems }) =>
      reviewItems.findOpenTouching({ faceIds: [face.id], clusterIds: [other.id] }),
    );
    expect(touching.map(({ id }) => id)).toEqual([aboutFace.id, aboutOther.id]);
    const cancelled = await scope.transaction(({ reviewItems }) =>
      reviewItems.closeMany(
        [aboutOther.id, aboutFace.id, done.id, newId()],
        closing({ state: 'cancelled', outcome: null }),
      ),
    );
    expect(cancelled.map(({ id }) => id)).toEqual([aboutFace.id, aboutOther.id]);
  });

  it('an item outlives its face and its cluster', async () => {
    const scope = await fresh();
    const image = imageRow();
    const cluster = clusterRow();
    const face = faceRow(image.id);
    const item = await scope.transaction(async ({ images, clusters, faces, reviewItems }) => {
      await images.insert(image);
      await clusters.insertMany([cluster]);
      await faces.insertMany([face]);
      return ask(reviewItems, questionRow({ faceId: face.id, clusterId: cluster.id }));
    });
    await scope.transaction(async ({ images, clusters, reviewErasure }) => {
      await images.delete(image.id);
      await clusters.delete([cluster.id]);
      expect(await reviewErasure.emptyEvidence([item.id])).toBe(1);
    });
    const left = await scope.read(({ reviewItems }) => reviewItems.find(item.id));
    expect(left).toMatchObject({ faceId: null, clusterId: null, evidence: {}, version: 2, state: 'open' });
  });
});
