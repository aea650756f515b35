// The life cycle of review items over HTTP: claims, sleep, notes, many decisions at once, statistics.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReviewItemRecord } from '../../src/database/records.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { ask, clusterRow, questionRow } from '../database/rows.js';
import type { Api } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';

interface Item {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly assignee: string | null;
  readonly lease_expires_at: string | null;
  readonly snoozed_until: string | null;
  readonly notes: readonly { readonly author: string; readonly text: string }[];
  readonly code?: string;
}
interface Bulk {
  readonly decided: number;
  readonly failed: number;
  readonly results: readonly {
    readonly item_id: string;
    readonly status: number;
    readonly item?: Item;
    readonly operation?: { readonly id: string };
    readonly problem?: { readonly code: string; readonly errors: readonly { readonly pointer: string }[] };
  }[];
}

describe('work on the review queue', () => {
  let app: TestApp;
  let ann: Api;
  let bob: Api;
  let reader: Api;
  let tenant: string;
  let tenants = 0;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    tenant = `work-${++tenants}`;
    expect((await app.admin.post('/v1/tenants', { id: tenant })).status).toBe(201);
    const mint = async (...scopes: string[]): Promise<Api> => {
      const minted = await app.admin.post<{ key: string }>(`/v1/tenants/${tenant}/api-keys`, {
        name: 'reviewer',
        scopes,
      });
      return app.admin.as(minted.json.key);
    };
    ann = await mint('read', 'review');
    bob = await mint('read', 'review');
    reader = await mint('read');
  });

  const at = (path = ''): string => `/v1/tenants/${tenant}/review-pending${path}`;
  /** Questions about clusters of one face, then two, and so on. */
  const raise = (count: number): Promise<ReviewItemRecord[]> =>
    app.app
      .get(TenantStore)
      .forTenant(tenant)
      .transaction(async ({ clusters, reviewItems }) => {
        const items: ReviewItemRecord[] = [];
        for (let faces = 1; faces <= count; faces++) {
          const cluster = clusterRow();
          await clusters.insertMany([cluster]);
          const evidence = { face_ids: [], face_count: faces, nearest: [] };
          const subject = { subjectKey: `cluster:${cluster.id}`, clusterId: cluster.id };
          items.push(await ask(reviewItems, questionRow({ ...subject, evidence, priority: 1 / faces })));
        }
        return items;
      });
  const ids = async (api: Api, query = ''): Promise<string[]> =>
    (await api.all<Item>(at(query))).map(({ id }) => id);

  it('hands each reviewer another question, and takes the answer of its holder only', async () => {
    const [first, second] = (await raise(2)) as [ReviewItemRecord, ReviewItemRecord];
    const forAnn = await ann.post<{ item: Item }>(at('/claim'), {});
    expect(forAnn.status, forAnn.text).toBe(200);
    expect(forAnn.json.item).toMatchObject({ id: first.id, state: 'claimed', version: 1 });
    const lease = Date.parse(forAnn.json.item.lease_expires_at!) - Date.now();
    expect(lease).toBeGreaterThan(9.5 * 60_000);
    expect(lease).toBeLessThanOrEqual(10 * 60_000);
    expect((await bob.post<{ item: Item }>(at('/claim'))).json.item.id).toBe(second.id);
    expect((await bob.post<{ item: null }>(at('/claim'), {})).json).toEqual({ item: null });

    const decide = (api: Api) => api.post<Item>(at(`/${first.id}/decision`), { decision: 'ignore' });
    for (const refused of [await decide(bob), await bob.call<Item>('DELETE', at(`/${first.id}`))]) {
      expect([refused.status, refused.json.code]).toEqual([409, 'review_item.claimed']);
      expect(refused.json.assignee).toBe(forAnn.json.item.assignee);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(500);
    }
    expect((await decide(ann)).status).toBe(200);
  });

  it('lists by state, holder and sleep, and the largest first', async () => {
    const [one, two, three] = (await raise(3)) as [ReviewItemRecord, ReviewItemRecord, ReviewItemRecord];
    const claimed = await ann.post<Item>(at(`/${one.id}/claim`));
    expect(claimed.headers.get('etag')).toBe('"1"');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await ann.post<Item>(at(`/${two.id}/snooze`), { until })).json.snoozed_until).toBe(until);
    expect(await ids(ann, '?sort=size')).toEqual([three.id, one.id]);
    expect(await ids(ann, '?snoozed=true')).toEqual([two.id]);
    expect(await ids(ann, '?state=claimed')).toEqual([one.id]);
    expect(await ids(ann, '?state=open')).toEqual([three.id]);
    expect(await ids(ann, '?assignee=me')).toEqual([one.id]);
    expect(await ids(bob, '?assignee=me')).toEqual([]);
    expect(await ids(bob, `?assignee=${claimed.json.assignee}`)).toEqual([one.id]);
    await ann.post(at(`/${two.id}/snooze`), { until: null });
    for (const sort of ['size', 'impact', 'oldest']) {
      const whole = await ann.get<{ items: Item[] }>(at(`?sort=${sort}`));
      const pages: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page: { json: { items: Item[]; next_cursor: string | null } } = await ann.get(
          at(`?sort=${sort}&limit=1${query}`),
        );
        pages.push(...page.json.items.map(({ id }) => id));
        cursor = page.json.next_cursor;
      }
      expect(pages, sort).toEqual(whole.json.items.map(({ id }) => id));
      expect(pages).toHaveLength(3);
    }
  });

  it('renews, releases, skips and notes', async () => {
    const [item] = (await raise(1)) as [ReviewItemRecord];
    const claim = () => ann.post<Item>(at(`/${item.id}/claim`));
    const first = await claim();
    const again = await claim();
    expect(Date.parse(again.json.lease_expires_at!)).toBeGreaterThanOrEqual(
      Date.parse(first.json.lease_expires_at!),
    );
    const released = await ann.call<Item>('DELETE', at(`/${item.id}/claim`));
    expect(released.json).toMatchObject({ state: 'open', assignee: null, lease_expires_at: null });
    expect((await ann.post<Item>(at(`/${item.id}/skip`))).status).toBe(200);
    expect((await ann.post<{ item: null }>(at('/claim'))).json.item).toBeNull();
    const noted = await ann.post<Item>(at(`/${item.id}/notes`), { text: '  a twin?  ' });
    expect(noted.json.notes).toMatchObject([
      { author: expect.stringMatching(/^key:/) as string, text: 'a twin?' },
    ]);
    for (const body of [{}, { text: ' ' }, { text: 'x'.repeat(1001) }, { text: 1 }]) {
      expect((await ann.post(at(`/${item.id}/notes`), body)).status).toBe(400);
    }
    for (const until of ['yesterday', '2020-01-01T00:00:00Z', undefined, 7]) {
      expect((await ann.post(at(`/${item.id}/snooze`), { until })).status).toBe(400);
    }
    expect((await ann.post(at('/claim'), { sort: 'colour' })).status).toBe(400);
    expect((await ann.post(at('/claim'), { limit: 3 })).status).toBe(400);
  });

  it('claims the same item again for the same key, however the queue moved meanwhile', async () => {
    const [first] = (await raise(2)) as [ReviewItemRecord];
    const claim = () => ann.post<{ item: Item }>(at('/claim'), {}, { 'idempotency-key': 'claim-1' });
    const answer = await claim();
    expect(answer.json.item.id).toBe(first.id);
    expect((await claim()).text).toBe(answer.text);
    expect((await ids(ann, '?state=claimed')).length).toBe(1);
  });

  it('answers many questions in one call, each taken or refused for itself', async () => {
    const items = await raise(6);
    const [good, other, closed, held, stale, odd] = items.map(({ id }) => id);
    await ann.call('DELETE', at(`/${closed}`));
    await bob.post(at(`/${held}/claim`));
    const answer = await ann.post<Bulk>(at('/decisions'), {
      decisions: [
        { item_id: good, decision: 'confirm', label: 'Ada', if_match: 1 },
        { item_id: closed, decision: 'ignore' },
        { item_id: held, decision: 'ignore' },
        { item_id: stale, decision: 'ignore', if_match: 2 },
        { item_id: odd, decision: 'accept', colour: 'blue' },
        { item_id: '01a00000-0000-7000-8000-000000000000', decision: 'ignore' },
        { item_id: other, decision: 'ignore' },
        { item_id: other, decision: 'confirm' },
      ],
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.results.map(({ status, problem }) => [status, problem?.code])).toEqual([
      [200, undefined],
      [409, 'review_item.closed'],
      [409, 'review_item.claimed'],
      [412, 'review_item.changed'],
      [422, 'review_item.decision_invalid'],
      [404, 'review_item.not_found'],
      [200, undefined],
      [409, 'review_item.closed'],
    ]);
    expect([answer.json.decided, answer.json.failed]).toEqual([2, 6]);
    expect(answer.json.results[0]!.item).toMatchObject({ id: good, state: 'resolved' });
    expect(answer.json.results[0]!.operation!.id).toBeDefined();
    expect(answer.json.results[4]!.problem!.errors.map(({ pointer }) => pointer)).toEqual(['#/decision']);
    expect(new Set(await ids(ann))).toEqual(new Set([held, stale, odd]));
  });

  it('refuses a bulk call that is none as a whole, naming every entry, and changes nothing', async () => {
    const [item] = (await raise(1)) as [ReviewItemRecord];
    const good = { item_id: item.id, decision: 'ignore' };
    const send = (body: unknown) => ann.post<{ errors: { pointer: string }[] }>(at('/decisions'), body);
    const faulty = await send({ decisions: [good, { decision: 'ignore' }, 7, { ...good, if_match: '"1"' }] });
    expect(faulty.status).toBe(400);
    expect(faulty.json.errors.map(({ pointer }) => pointer)).toEqual([
      '#/decisions/1/item_id',
      '#/decisions/2/item_id',
      '#/decisions/3/if_match',
    ]);
    for (const body of [
      {},
      { decisions: [] },
      { decisions: Array(101).fill(good) },
      { decisions: [good], x: 1 },
    ]) {
      expect((await send(body)).status).toBe(400);
    }
    expect(await ids(ann)).toEqual([item.id]);
  });

  it('tells what waits and what was answered, to whoever may read', async () => {
    const items = await raise(5);
    await ann.post(at(`/${items[0]!.id}/claim`));
    await ann.post(at(`/${items[1]!.id}/snooze`), { until: new Date(Date.now() + 60_000).toISOString() });
    await ann.post(at(`/${items[2]!.id}/decision`), { decision: 'confirm' });
    await ann.post(at(`/${items[3]!.id}/decision`), { decision: 'dismiss' });
    const stats = await reader.get<{ acceptance: { kind: string; bins: unknown[] }[] }>(at('/stats'));
    expect(stats.status, stats.text).toBe(200);
    expect(stats.json).toMatchObject({
      open: [{ kind: 'new_cluster', open: 1, claimed: 1, snoozed: 1 }],
      resolved_today: 1,
      advised_accept: null,
    });
    const newCluster = stats.json.acceptance.find(({ kind }) => kind === 'new_cluster');
    expect(newCluster).toMatchObject({ accepted: 1, answered: 1, rate: 1 });
    expect(newCluster!.bins[0]).toEqual({ from: 0, to: 0.1, accepted: 0, answered: 0, rate: null });
    const later = new Date(Date.now() + 60_000).toISOString();
    const since = await reader.get<{ acceptance: { answered: number }[] }>(at(`/stats?since=${later}`));
    expect(since.json.acceptance.length).toBe(stats.json.acceptance.length);
    expect(since.json.acceptance.filter(({ answered }) => answered !== 0)).toEqual([]);
  });

  it('lets who may only read look, and not work', async () => {
    const [item] = (await raise(1)) as [ReviewItemRecord];
    for (const path of ['/claim', `/${item.id}/claim`, `/${item.id}/skip`, '/decisions']) {
      expect((await reader.post(at(path), {})).status, path).toBe(403);
    }
    expect((await reader.call('DELETE', at(`/${item.id}/claim`))).status).toBe(403);
  });
});
