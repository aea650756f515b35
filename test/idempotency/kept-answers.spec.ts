// Keys, leases and kept answers on real databases, with a clock of the test's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeptAnswer } from '../../src/database/repositories/idempotency-key-repository.js';
import { ExpiredKeysSweep } from '../../src/idempotency/expired-keys-sweep.js';
import { KEPT_MS, KeptAnswers, LEASE_MS, type KeyedRequest } from '../../src/idempotency/kept-answers.js';
import { faultOf } from '../clusters/gallery.js';
import { hex64, newId } from '../database/rows.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';

const NOW = new Date();
const after = (ms: number): Date => new Date(NOW.getTime() + ms);
const answer: KeptAnswer = {
  status: 201,
  headers: { location: '/x', 'content-type': 'application/json' },
  body: '{"b":1,"a":"ä"}',
};

describe.each(bothDatabases)('kept answers on $name', ({ open }) => {
  let db: TestDatabase;
  let answers: KeptAnswers;
  beforeAll(async () => {
    db = await open();
    answers = new KeptAnswers(db.tenants);
    for (const id of ['one', 'two']) await db.addTenant(id);
  });
  afterAll(() => db.close());

  const request = (patch: Partial<KeyedRequest> = {}): KeyedRequest => ({
    tenantId: 'one',
    keyHash: hex64(newId()),
    fingerprint: hex64('a request'),
    ...patch,
  });
  const begin = async (keyed: KeyedRequest, at = NOW): Promise<string> => {
    const beginning = await answers.begin(keyed, at);
    if (beginning.kind !== 'begun') throw new Error('the key was used before');
    return beginning.attempt;
  };
  const rows = (tenantId: string) =>
    db.tenants.forTenant(tenantId).read(async ({ tenant }) => (await tenant.inventory()).idempotencyKeys);

  it('gives the first answer again, byte for byte, for 24 hours and no longer', async () => {
    const keyed = request();
    await answers.keep(keyed, await begin(keyed), answer);
    for (const ms of [0, LEASE_MS + 1, KEPT_MS - 1]) {
      expect(await answers.begin(keyed, after(ms))).toEqual({ kind: 'kept', answer });
    }
    expect((await answers.begin(keyed, after(KEPT_MS))).kind).toBe('begun');
  });

  it('refuses the key with another request, answered or under way or dead', async () => {
    const keyed = request();
    const other = { ...keyed, fingerprint: hex64('another request') };
    const attempt = await begin(keyed);
    const codeOf = async (ms: number) => (await faultOf(answers.begin(other, after(ms)))).code;
    expect(await codeOf(0)).toBe('idempotency.key_reused');
    expect(await codeOf(LEASE_MS + 1)).toBe('idempotency.key_reused');
    await answers.keep(keyed, attempt, answer);
    expect(await codeOf(0)).toBe('idempotency.key_reused');
  });

  it('lets nobody in while the first attempt works, and the next one in when its lease has ended', async () => {
    const keyed = request();
    const first = await begin(keyed);
    const refused = await faultOf(answers.begin(keyed, after(LEASE_MS - 1)));
    expect(refused).toMatchObject({ code: 'idempotency.in_progress', retryable: true });
    const second = await begin(keyed, after(LEASE_MS));
    // The one that was given up comes back: what it has to say counts no more.
    await answers.keep(keyed, first, answer);
    await answers.release(keyed, first);
    expect((await faultOf(answers.begin(keyed, after(LEASE_MS)))).code).toBe('idempotency.in_progress');
    const ends = { ...answer, body: '"of the second"' };
    await answers.keep(keyed, second, ends);
    expect(await answers.begin(keyed, after(LEASE_MS))).toEqual({ kind: 'kept', answer: ends });
  });

  it('lets exactly one of many begin at once', async () => {
    const keyed = request();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => answers.begin(keyed, NOW)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('forgets an attempt that came to nothing', async () => {
    const keyed = request();
    await answers.release(keyed, await begin(keyed));
    await begin({ ...keyed, fingerprint: hex64('now another request') });
  });

  it('keeps the keys of two tenants apart', async () => {
    const keyed = request();
    await answers.keep(keyed, await begin(keyed), answer);
    await begin({ ...keyed, tenantId: 'two', fingerprint: hex64('another request') });
    expect(await answers.begin(keyed, NOW)).toEqual({ kind: 'kept', answer });
  });

  it('forgets the answers that name an erased id, and no others', async () => {
    const [erased, left] = [newId(), newId()];
    const [one, other, underWay] = [request(), request(), request()];
    await answers.keep(one, await begin(one), { ...answer, body: JSON.stringify({ faces: [left, erased] }) });
    await answers.keep(other, await begin(other), { ...answer, body: JSON.stringify({ faces: [left] }) });
    await begin(underWay);
    const count = await db.tenants
      .forTenant('one')
      .transaction(({ idempotencyKeys }) => idempotencyKeys.forgetNaming([newId(), erased]));
    expect(count).toBe(1);
    expect((await answers.begin(other, NOW)).kind).toBe('kept');
    await begin(one);
  });

  it('is swept when its time is past, in every tenant, and not before', async () => {
    const past = new Date(NOW.getTime() - KEPT_MS - 1000);
    for (const tenantId of ['one', 'two']) {
      for (const at of [past, NOW]) await begin(request({ tenantId }), at);
    }
    const before = [await rows('one'), await rows('two')];
    expect(await new ExpiredKeysSweep(db.system).run()).toBe(2);
    expect([await rows('one'), await rows('two')]).toEqual(before.map((count) => count - 1));
  });
});
