// Several tenants at once, at random, over HTTP: photos, answers, corrections, undo, consolidation, erasure of a face, an image, a
// person and the tenant itself, and ids of others. After each round nothing of those who did nothing has changed, nothing of
// those who were refused has, and everything that must always hold holds.
//
// KINDRED_TEST_OPERATIONS sets how many operations on each database, KINDRED_TEST_SEED which; both are printed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KindredClient } from '../../src/cli/kindred-client.js';
import { verifyAudit } from '../../src/cli/verify-audit.js';
import { Database } from '../../src/database/database.js';
import { type SeededRandom, seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import type { ReceiptKeyJwk } from '../../src/receipts/receipt-key.js';
import { verifyReceipt } from '../../src/receipts/signed-receipt.js';
import { imageBlobKey } from '../../src/storage/blob-key.js';
import { BlobStore } from '../../src/storage/blob-store.js';
import { expectInvariants } from '../clusters/expect-invariants.js';
import { pick, standing } from '../clusters/human-acts.js';
import type { Snapshot } from '../clusters/snapshot.js';
import type { Answer } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { ADMIN_TOKEN } from '../harness/kindred-process.js';
import { act, type ActName, type Actor, drawActName, trespass } from './acts-over-http.js';
import { StoredExtractions } from './stored-extractions.js';
import { WholeDatabase } from './whole-database.js';

const OPERATIONS = Number(process.env['KINDRED_TEST_OPERATIONS'] ?? 300);
const SEED = Number(process.env['KINDRED_TEST_SEED'] ?? 1);
/** Ids that differ in what a folder or a pattern could make of them. */
const TENANTS = ['a', 'A', 'a.a', 'tenant_b', '..b'];
/** That act at the same time. */
const ACTORS_MAX = 3;
/** What takes longer to look at is looked at after so many rounds. */
const ROUNDS_BETWEEN_LOOKS = 25;
const SCOPES = ['ingest', 'read', 'review', 'erase', 'admin'];

interface Tenant extends Actor {
  now: Snapshot;
}
interface Done {
  readonly tenant: string;
  readonly name: ActName;
  /** null: there was nothing to do. */
  readonly answer: Answer | null;
}
interface ErasureJson {
  readonly phase: string;
  readonly receipt: { readonly receipt: { readonly verified: { readonly remaining: object } } };
}

describe.each(['postgres', 'embedded'] as const)('any history of several tenants, %s', (database) => {
  let app: TestApp;
  let world: World;
  beforeAll(async () => {
    app = await startApp({ database });
    world = await World.open(app, seededRandom(SEED));
  });
  afterAll(async () => {
    await world.close();
    await app.close();
  });

  it(
    'keeps each to its own, and every row, file and log whole',
    { timeout: 60_000 + 2000 * OPERATIONS },
    async () => {
      for (let round = 1; world.operations < OPERATIONS; round++) {
        await world.round();
        if (round % ROUNDS_BETWEEN_LOOKS === 0) await world.lookCloser();
      }
      await world.lookCloser();
      console.log(`${database}, seed ${SEED}: ${JSON.stringify(world.seen)}`);
      // A history in which little happens would prove little.
      for (const name of [
        'send',
        'decide',
        'merge',
        'split',
        'move',
        'undo',
        'erase_face',
        'erase_image',
        'erase_tenant',
      ])
        expect(world.seen[`${name} done`], name).toBeGreaterThan(0);
      expect(world.seen['trespass done']).toBeUndefined();
    },
  );
});

class World {
  readonly seen: Record<string, number> = {};
  operations = 0;
  private readonly tenants = new Map<string, Tenant>();
  private digests!: ReadonlyMap<string, string>;
  private keys!: ReceiptKeyJwk[];
  private told = 'at the beginning';
  /** Events of each log when it was last looked at. */
  private readonly logged = new Map<string, number>();

  private constructor(
    private readonly app: TestApp,
    private readonly random: SeededRandom,
    private readonly database: WholeDatabase,
    private readonly photos: StoredExtractions,
  ) {}

  static async open(app: TestApp, random: SeededRandom): Promise<World> {
    const database = await WholeDatabase.open(app.app.get(Database).connection);
    const world = new World(app, random, database, await StoredExtractions.standInFor(app));
    world.keys = (await app.admin.get<{ keys: ReceiptKeyJwk[] }>('/v1/receipts/key')).json.keys;
    for (const id of TENANTS) await world.create(id);
    world.digests = await database.digests();
    return world;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** Some tenants do something at the same time. */
  async round(): Promise<void> {
    const actors = [...this.tenants.values()]
      .map((tenant) => ({ tenant, place: this.random.uniform() }))
      .sort((a, b) => a.place - b.place)
      .slice(0, 1 + this.random.below(ACTORS_MAX))
      .map(({ tenant }) => tenant);
    const chosen = actors.map((tenant) => ({ tenant, name: drawActName(this.random) }));
    this.told = `operation ${this.operations}, seed ${SEED}: ${chosen.map(({ tenant, name }) => `${tenant.id} ${name}`).join(', ')}`;
    const done = await Promise.all(chosen.map(({ tenant, name }) => this.perform(tenant, name)));
    for (const { name, answer } of done) {
      this.operations++;
      this.count(`${name}${answer === null ? ' idle' : answer.status < 300 ? ' done' : ' refused'}`);
    }
    await this.look(done);
  }

  private async perform(tenant: Tenant, name: ActName): Promise<Done> {
    const answer = await this.ask(tenant, name);
    const told = `${this.told}: ${answer?.status} ${answer?.text.slice(0, 300)}`;
    if (answer !== null) expect([200, 201, 202, 204, 400, 404, 409, 422], told).toContain(answer.status);
    if (name.startsWith('erase') && answer?.status === 200) this.expectErased(answer.json as ErasureJson);
    return { tenant: tenant.id, name, answer };
  }

  private ask(tenant: Tenant, name: ActName): Promise<Answer | null> {
    switch (name) {
      case 'trespass': {
        const others = [...this.tenants.values()].filter(({ id }) => id !== tenant.id);
        return trespass(tenant, pick(tenant.random, others)!);
      }
      case 'consolidate':
        return this.consolidate(tenant);
      case 'erase_tenant':
        return this.eraseTenant(tenant);
      default:
        return act(name, tenant, this.photos);
    }
  }

  private async consolidate({ id, api }: Tenant): Promise<Answer> {
    const accepted = await api.post<{ id: string; state: string }>(`/v1/tenants/${id}/consolidate`, {});
    expect(accepted.status, accepted.text).toBe(202);
    for (let job = accepted; ; job = await api.get(`/v1/jobs/${accepted.json.id}`)) {
      if (job.json.state === 'succeeded') return job;
      expect(['queued', 'running'], job.text).toContain(job.json.state);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** With a photo on its way at the same time: whichever comes first, nothing of it is left. */
  private async eraseTenant(tenant: Tenant): Promise<Answer> {
    const [answer, photo] = await Promise.all([
      tenant.api.call('DELETE', `/v1/tenants/${tenant.id}`, undefined, { prefer: 'wait=60' }),
      act('send', tenant, this.photos),
    ]);
    expect(answer.status, answer.text).toBe(200);
    expect([201, 401, 404, 409], photo!.text).toContain(photo!.status);
    const digests = await this.database.digests();
    expect(digests.has(tenant.id), this.told).toBe(false);
    expect((await tenant.api.get(`/v1/tenants/${tenant.id}`)).status).toBe(401);
    this.tenants.delete(tenant.id);
    await this.create(tenant.id);
    return answer;
  }

  private async create(id: string): Promise<void> {
    const { admin } = this.app;
    const made = await admin.post('/v1/tenants', { id });
    expect(made.status, made.text).toBe(201);
    const minted = await admin.post<{ key: string }>(`/v1/tenants/${id}/api-keys`, {
      name: 'own',
      scopes: SCOPES,
    });
    const random = seededRandom(1 + this.random.below(1_000_000_000));
    this.tenants.set(id, {
      id,
      api: admin.as(minted.json.key),
      random,
      now: await this.database.snapshot(id),
    });
  }

  private expectErased({ phase, receipt }: ErasureJson): void {
    expect(phase, this.told).toBe('done');
    expect(verifyReceipt(receipt, this.keys).valid, this.told).toBe(true);
    expect(new Set(Object.values(receipt.receipt.verified.remaining)), this.told).toEqual(new Set([0]));
  }

  /** After each round. */
  private async look(done: readonly Done[]): Promise<void> {
    const before = this.digests;
    this.digests = await this.database.digests();
    const changed = new Set(
      done.filter(({ answer }) => answer !== null && answer.status < 300).map(({ tenant }) => tenant),
    );
    for (const id of TENANTS)
      if (!changed.has(id)) expect(this.digests.get(id), `${this.told}; rows of ${id}`).toBe(before.get(id));
    for (const id of changed) {
      const tenant = this.tenants.get(id)!;
      tenant.now = await this.database.snapshot(id);
      expectInvariants(tenant.now, this.told);
      await this.expectCountsTold(tenant);
    }
    await this.expectFilesOfImages();
  }

  private async expectCountsTold({ id, api, now }: Tenant): Promise<void> {
    const { json } = await api.get<Record<string, number>>(`/v1/tenants/${id}`);
    expect(json, this.told).toMatchObject({
      face_count: now.faces.length,
      cluster_count: standing(now).length,
    });
  }

  private async expectFilesOfImages(): Promise<void> {
    const files: string[] = [];
    for await (const { key } of this.app.app.get(BlobStore).list('')) files.push(key);
    const images = await this.database.images();
    expect(files.sort(), this.told).toEqual(
      images.map(({ tenantId, id }) => imageBlobKey(tenantId, id)).sort(),
    );
  }

  /** What is slow to look at. */
  async lookCloser(): Promise<void> {
    const faults = Object.entries(await this.database.faults()).filter(([, count]) => count > 0);
    expect(faults, this.told).toEqual([]);
    for (const id of TENANTS) {
      const own = await this.database.ownedBy(id);
      expect(await this.database.seenAs(id), this.told).toEqual(own);
      expect(own[`tenants of ${id}`], this.told).toBe(1);
    }
    expect(await this.database.seenAs(null), this.told).toEqual({});
    const { url } = this.app.admin;
    const chains = await verifyAudit(new KindredClient(url, ADMIN_TOKEN));
    expect(
      chains.filter(({ faults: broken }) => broken.length > 0),
      this.told,
    ).toEqual([]);
    // A tenant made anew under an erased one's id goes on with its log.
    expect(chains.length, this.told).toBe(TENANTS.length);
    for (const { audit_ref, events } of chains) {
      expect(events, this.told).toBeGreaterThanOrEqual(this.logged.get(audit_ref) ?? 1);
      this.logged.set(audit_ref, events);
    }
  }

  private count(what: string): void {
    this.seen[what] = (this.seen[what] ?? 0) + 1;
  }
}
