// Claims, sleep, passing on and notes on real databases, with a clock of the test's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReviewItemRecord } from '../../src/database/records.js';
import { CLAIM_LEASE_MS, NOTES_MAX, SNOOZE_MS_MAX } from '../../src/domain/review/work.js';
import { ReviewWorkService, type Work } from '../../src/review-pending/review-work.service.js';
import { clear, faultOf, Gallery, leaning } from '../clusters/gallery.js';
import { ask, questionRow } from '../database/rows.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';

const START = Date.UTC(2026, 10, 21, 8);
const LEASE_MINUTES = CLAIM_LEASE_MS / 60_000;
const at = (minute: number): Date => new Date(START + minute * 60_000);

describe.each(bothDatabases)('work on review items on $name', ({ open }) => {
  let db: TestDatabase;
  let service: ReviewWorkService;
  beforeAll(async () => {
    db = await open();
    service = new ReviewWorkService(db.tenants);
  });
  afterAll(() => db.close());

  const by = (gallery: Gallery, item: { id: string }, actor: string, minute: number): Work => ({
    tenantId: gallery.tenantId,
    itemId: item.id,
    actor,
    now: at(minute),
  });
  const next = (gallery: Gallery, actor: string, minute: number, filters = {}) =>
    service.claimNext({ tenantId: gallery.tenantId, actor, now: at(minute) }, 'impact', filters);
  /** Questions of falling priority. */
  const questions = async (count: number): Promise<{ gallery: Gallery; items: ReviewItemRecord[] }> => {
    const gallery = await Gallery.open(db);
    const items = await gallery.scope.transaction(async ({ reviewItems }) => {
      const made: ReviewItemRecord[] = [];
      for (let i = 0; i < count; i++) {
        const row = questionRow({ priority: count - i, probability: i / 100 });
        made.push(await ask(reviewItems, row));
      }
      return made;
    });
    return { gallery, items };
  };
  /** A known person's face, and one in doubt about it. */
  const doubt = async () => {
    const gallery = await Gallery.open(db);
    const known = await gallery.one(clear(1));
    const doubtful = await gallery.one(leaning(1, 0.36));
    return { gallery, known, doubtful, item: await gallery.itemAbout(doubtful.id) };
  };
  const codeOf = async (work: Promise<unknown>): Promise<string> => (await faultOf(work)).code;

  it('hands out the queue in its order, and no item twice, to many who ask at once', async () => {
    const { gallery, items } = await questions(12);
    const first = await next(gallery, 'ann', 0);
    expect(first).toMatchObject({ id: items[0]!.id, assignee: 'ann', leaseExpiresAt: at(LEASE_MINUTES) });
    const claimed = await Promise.all(
      Array.from({ length: 14 }, (_, i) => next(gallery, i % 2 === 0 ? 'ann' : 'bob', 0)),
    );
    const ids = claimed.flatMap((item) => (item === null ? [] : [item.id]));
    expect(new Set([first!.id, ...ids])).toEqual(new Set(items.map(({ id }) => id)));
    expect(ids).toHaveLength(11);
  });

  it('hands out only what the filters let through', async () => {
    const { gallery, items } = await questions(3);
    expect((await next(gallery, 'ann', 0, { probabilityMin: 0.015 }))!.id).toBe(items[2]!.id);
    expect(await next(gallery, 'ann', 0, { kinds: ['uncertain_assignment'] })).toBeNull();
    const oldest = { tenantId: gallery.tenantId, actor: 'ann', now: at(0) };
    expect((await service.claimNext(oldest, 'newest', {}))!.id).toBe(items[1]!.id);
  });

  it('a claim ends by itself: the item is open again and goes to the next who asks', async () => {
    const { gallery, items } = await questions(1);
    await next(gallery, 'ann', 0);
    expect(await next(gallery, 'bob', LEASE_MINUTES - 1)).toBeNull();
    expect(await next(gallery, 'bob', LEASE_MINUTES)).toMatchObject({ id: items[0]!.id, assignee: 'bob' });
    expect(await codeOf(service.claim(by(gallery, items[0]!, 'ann', LEASE_MINUTES)))).toBe(
      'review_item.claimed',
    );
  });

  it('a claim is renewed by claiming again, given back by releasing, and nobody else can do either', async () => {
    const { gallery, items } = await questions(1);
    const item = items[0]!;
    await service.claim(by(gallery, item, 'ann', 0));
    const renewed = await service.claim(by(gallery, item, 'ann', 8));
    expect(renewed.leaseExpiresAt).toEqual(at(8 + LEASE_MINUTES));
    for (const act of ['claim', 'release', 'skip'] as const) {
      const fault = await faultOf(service[act](by(gallery, item, 'bob', 12)));
      expect(fault).toMatchObject({
        code: 'review_item.claimed',
        retryable: true,
        retryAfterSeconds: 360,
        extensions: { assignee: 'ann', lease_expires_at: at(18).toISOString() },
      });
    }
    expect(await service.release(by(gallery, item, 'ann', 13))).toMatchObject({ assignee: null });
    expect(await service.release(by(gallery, item, 'ann', 13))).toMatchObject({ assignee: null });
    expect(await service.claim(by(gallery, item, 'bob', 13))).toMatchObject({ assignee: 'bob' });
  });

  it('work never changes the version: an answer to what was shown stays an answer to it', async () => {
    const { gallery, item } = await doubt();
    await service.claim(by(gallery, item, 'ann', 0));
    await service.note(by(gallery, item, 'bob', 0), 'looks like her brother');
    await service.snooze(by(gallery, item, 'ann', 0), at(60));
    expect((await gallery.item(item.id)).version).toBe(item.version);
    const answering = { actor: 'ann', at: at(1), expected: [item.version] };
    expect((await gallery.decide(item, { decision: 'accept' }, answering)).item.state).toBe('resolved');
  });

  it('a claimed item takes its holder’s answer only, until the lease ends', async () => {
    const { gallery, item } = await doubt();
    await service.claim(by(gallery, item, 'ann', 0));
    const accept = (actor: string, minute: number) =>
      gallery.decide(item, { decision: 'accept' }, { actor, at: at(minute) });
    expect(await codeOf(accept('bob', LEASE_MINUTES - 1))).toBe('review_item.claimed');
    const { item: resolved } = await accept('bob', LEASE_MINUTES);
    expect(resolved).toMatchObject({ state: 'resolved', resolvedBy: 'bob', assignee: null });
    expect(await codeOf(accept('ann', LEASE_MINUTES))).toBe('review_item.closed');
    for (const act of ['claim', 'release', 'skip'] as const) {
      expect(await codeOf(service[act](by(gallery, item, 'ann', 20)))).toBe('review_item.closed');
    }
  });

  it('a claim does not stop the world: a merge makes the question moot all the same', async () => {
    const { gallery, known, doubtful, item } = await doubt();
    await service.claim(by(gallery, item, 'ann', 0));
    const request = { sourceId: doubtful.clusterId!, targetId: known.clusterId! };
    await gallery.clusters.merge(gallery.tenantId, request, 'bob');
    expect(await gallery.item(item.id)).toMatchObject({ state: 'superseded', assignee: null });
  });

  it('a snoozed item is handed to nobody before its time, and gives its claim back', async () => {
    const { gallery, items } = await questions(1);
    const item = items[0]!;
    await service.claim(by(gallery, item, 'ann', 0));
    expect(await service.snooze(by(gallery, item, 'ann', 1), at(60))).toMatchObject({
      assignee: null,
      snoozedUntil: at(60),
    });
    expect(await next(gallery, 'bob', 59)).toBeNull();
    expect((await next(gallery, 'bob', 60))!.id).toBe(item.id);
    await service.snooze(by(gallery, item, 'bob', 60), at(90));
    await service.snooze(by(gallery, item, 'bob', 60), null);
    expect((await next(gallery, 'ann', 60))!.id).toBe(item.id);
  });

  it('sleeps into the future only, and a year at most', async () => {
    const { gallery, items } = await questions(1);
    const work = by(gallery, items[0]!, 'ann', 0);
    for (const ms of [0, -1, SNOOZE_MS_MAX + 1]) {
      expect(await codeOf(service.snooze(work, new Date(START + ms)))).toBe('request.invalid');
    }
    expect((await service.snooze(work, new Date(START + SNOOZE_MS_MAX))).snoozedUntil).not.toBeNull();
  });

  it('a skipped item is not handed to the same reviewer again, and to others as before', async () => {
    const { gallery, items } = await questions(2);
    const [first, second] = items as [ReviewItemRecord, ReviewItemRecord];
    await next(gallery, 'ann', 0);
    await service.skip(by(gallery, first, 'ann', 1));
    expect((await next(gallery, 'ann', 1))!.id).toBe(second.id);
    expect(await next(gallery, 'ann', 1)).toBeNull();
    expect((await next(gallery, 'bob', 1))!.id).toBe(first.id);
    await service.release(by(gallery, first, 'bob', 1));
    // Asking for it by name takes the skip back.
    await service.claim(by(gallery, first, 'ann', 2));
    await service.release(by(gallery, first, 'ann', 2));
    expect((await next(gallery, 'ann', 2))!.id).toBe(first.id);
  });

  it('a skipped question is handed out again when its evidence has changed', async () => {
    const { gallery, items } = await questions(1);
    const [item] = items as [ReviewItemRecord];
    await service.skip(by(gallery, item, 'ann', 0));
    expect(await next(gallery, 'ann', 0)).toBeNull();
    await gallery.scope.transaction(({ reviewItems }) =>
      ask(reviewItems, questionRow({ subjectKey: item.subjectKey, evidence: { more: 1 } })),
    );
    expect(await next(gallery, 'ann', 0)).toMatchObject({ id: item.id, version: item.version + 1 });
  });

  it('notes carry author and time, are capped, and stay on a closed item', async () => {
    const { gallery, item } = await doubt();
    await service.note(by(gallery, item, 'ann', 0), 'a twin?');
    await service.claim(by(gallery, item, 'ann', 0));
    const noted = await service.note(by(gallery, item, 'bob', 1), 'no, a mirror');
    expect(noted.notes).toEqual([
      { author: 'ann', text: 'a twin?', created_at: at(0).toISOString() },
      { author: 'bob', text: 'no, a mirror', created_at: at(1).toISOString() },
    ]);
    await gallery.decide(item, { decision: 'reject' }, { actor: 'ann', at: at(2) });
    expect((await service.note(by(gallery, item, 'bob', 3), 'agreed')).notes).toHaveLength(3);
    for (let i = 3; i < NOTES_MAX; i++) await service.note(by(gallery, item, 'ann', 4), `${i}`);
    expect(await codeOf(service.note(by(gallery, item, 'ann', 4), 'one more'))).toBe(
      'review_item.notes_full',
    );
  });

  it('notes go when the subject of the question is erased, and no new one is taken', async () => {
    const { gallery, doubtful, item } = await doubt();
    await service.note(by(gallery, item, 'ann', 0), 'this is Ada');
    await gallery.erasure.deleteFace(gallery.tenantId, doubtful.id, 'admin');
    expect(await gallery.item(item.id)).toMatchObject({ state: 'cancelled', notes: [], evidence: {} });
    expect(await codeOf(service.note(by(gallery, item, 'ann', 1), 'still'))).toBe('review_item.closed');
  });

  it('knows no other tenant’s item', async () => {
    const { item } = await doubt();
    const stranger = await Gallery.open(db);
    const work = by(stranger, item, 'ann', 0);
    for (const act of ['claim', 'release', 'skip'] as const) {
      expect(await codeOf(service[act](work))).toBe('review_item.not_found');
    }
    expect(await codeOf(service.note(work, 'x'))).toBe('review_item.not_found');
    expect(await next(stranger, 'ann', 0)).toBeNull();
  });
});
