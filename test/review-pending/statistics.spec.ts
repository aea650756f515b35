// Statistics of real decisions on real databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBABILITY_EDGES } from '../../src/domain/review/acceptance.js';
import { ReviewStatisticsService } from '../../src/review-pending/review-statistics.service.js';
import { clear, Gallery, leaning } from '../clusters/gallery.js';
import { ask, questionRow } from '../database/rows.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';

describe.each(bothDatabases)('review statistics on $name', ({ open }) => {
  let db: TestDatabase;
  let service: ReviewStatisticsService;
  beforeAll(async () => {
    db = await open();
    service = new ReviewStatisticsService(db.tenants);
  });
  afterAll(() => db.close());

  const binOf = (probability: number): number =>
    PROBABILITY_EDGES.filter((edge) => edge <= probability).length - 1;
  const uncertain = async (gallery: Gallery) => {
    const { acceptance } = await service.gather(gallery.tenantId, new Date());
    return acceptance.find(({ kind }) => kind === 'uncertain_assignment')!;
  };

  it('counts an answer for or against the best candidate, in the bin of its probability', async () => {
    const gallery = await Gallery.open(db, { marginLogit: 4 });
    const best = await gallery.one({ of: { 1: 1 } });
    const second = await gallery.one({ of: { 2: 1 } });
    const torn = { of: { 1: 0.52, 2: 0.48 } };
    const decisions: [body: Record<string, unknown>, accepted: number, answered: number][] = [
      [{ decision: 'accept' }, 1, 1],
      [{ decision: 'accept', cluster_id: second.clusterId }, 1, 2],
      [{ decision: 'reject', cluster_ids: [second.clusterId] }, 1, 2],
      [{ decision: 'reject', cluster_ids: [best.clusterId] }, 1, 3],
      [{ decision: 'dismiss' }, 1, 3],
    ];
    for (const [body, accepted, answered] of decisions) {
      const face = await gallery.one(torn);
      const item = await gallery.itemAbout(face.id);
      const offered = (item.evidence['candidates'] as { cluster_id: string }[])[0]!.cluster_id;
      expect(offered).toBe(best.clusterId);
      await gallery.decide(item, body);
      const share = await uncertain(gallery);
      expect([share.accepted, share.answered], JSON.stringify(body)).toEqual([accepted, answered]);
      expect(share.bins[binOf(item.probability!)]!.answered).toBe(answered);
    }
  });

  it('counts answers since a time, those of today in UTC, and the open ones by what holds them up', async () => {
    const gallery = await Gallery.open(db);
    const at = (text: string): Date => new Date(text);
    await gallery.one(clear(1));
    const faces = [await gallery.one(leaning(1, 0.36)), await gallery.one(leaning(1, 0.3))];
    const times = [at('2026-11-20T23:59:59.999Z'), at('2026-11-21T00:00:00Z')];
    for (const [i, face] of faces.entries()) {
      const answering = { actor: 'ann', at: times[i]! };
      await gallery.decide(await gallery.itemAbout(face.id), { decision: 'reject' }, answering);
    }
    await gallery.scope.transaction(async ({ reviewItems, reviewWork }) => {
      const kind = 'uncertain_assignment';
      const [a, b] = [
        await ask(reviewItems, questionRow({ kind })),
        await ask(reviewItems, questionRow({ kind })),
      ];
      await reviewWork.patch(a.id, { assignee: 'ann', leaseExpiresAt: at('2026-11-21T12:10:00Z') });
      await reviewWork.patch(b.id, { snoozedUntil: at('2026-11-21T13:00:00Z') });
    });
    const noon = await service.gather(gallery.tenantId, at('2026-11-21T12:00:00Z'));
    expect(noon.resolvedToday).toBe(1);
    expect(noon.open.find(({ kind }) => kind === 'uncertain_assignment')).toEqual({
      kind: 'uncertain_assignment',
      open: 0,
      claimed: 1,
      snoozed: 1,
    });
    const late = await service.gather(gallery.tenantId, at('2026-11-21T23:00:00Z'), times[1]);
    expect(late.acceptance.find(({ kind }) => kind === 'uncertain_assignment')!.answered).toBe(1);
    expect(late.open.find(({ kind }) => kind === 'uncertain_assignment')).toMatchObject({ open: 2 });
  });

  it('advises a threshold once enough people have agreed', async () => {
    const gallery = await Gallery.open(db);
    const resolvedAt = new Date();
    await gallery.scope.transaction(async ({ reviewItems }) => {
      const questions = Array.from({ length: 600 }, (_, i) =>
        questionRow({
          kind: 'uncertain_assignment',
          probability: 0.86 + 0.13 * (i / 600),
          evidence: { candidates: [{ cluster_id: 'best' }] },
        }),
      );
      const items = await reviewItems.upsertOpenMany(questions);
      const outcome = { decision: 'accept', cluster_id: 'best' };
      const closing = {
        state: 'resolved' as const,
        outcome,
        operationId: null,
        resolvedBy: 'ann',
        resolvedAt,
      };
      await reviewItems.closeMany(
        items.map(({ id }) => id),
        closing,
      );
    });
    expect((await service.gather(gallery.tenantId, new Date())).advisedAccept).toBe(0.85);
  });
});
