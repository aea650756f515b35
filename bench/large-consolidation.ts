// npm run bench:consolidation [-- --faces 25000]: one tenant of that many made-up faces on a durable PostgreSQL, above the size that is
// compared whole, grouped as untidily as an early ingest would have left it: people in several clusters, faces with somebody else. It is
// tried, consolidated, interrupted on the way, and goes on; then the groups are held against who the faces show. Everything is removed.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { LabelledFaces } from '../src/domain/evaluation/synthetic-faces.js';
import { DurablePostgres } from './durable-postgres.js';
import { LargeTenantService, SPACE, TENANT } from './large-tenant-service.js';
import { machine } from './machine.js';
import { MadeUpTenant } from './made-up-tenant.js';
import { residentMemory } from './process-memory.js';
import { compiled } from './repository.js';

const { values } = parseArgs({ options: { faces: { type: 'string', default: '25000' } } });
const faces = Number(values.faces);
if (!Number.isInteger(faces) || faces <= 20_000) throw new Error('--faces is a count above 20000');
/** Clusters that one operation names: several portions of operations come of it, between which a run notes how far it is. */
const CLUSTERS_OF_AN_OPERATION = 8;
/** Parts (count) of a person who is seen often, and share (0..1) of faces that lie with somebody else. */
const UNTIDY = { parts: 3, often: 6, strays: 0.01 };
const SERVER = { shared_buffers: '512MB', maintenance_work_mem: '512MB' };

interface Told {
  readonly faces: number;
  readonly moved: { readonly count: number };
  readonly merged: { readonly count: number };
  readonly split: { readonly count: number };
  readonly operations: { readonly count: number };
  readonly questions: { readonly count: number };
  readonly left_alone: { readonly count: number };
}

const told = (result: Told): string =>
  `${result.faces} faces looked at, ${result.moved.count} moved, ${result.merged.count} clusters merged, ${result.split.count} split, ` +
  `${result.questions.count} questions, ${result.operations.count} operations, ${result.left_alone.count} left alone`;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Clusters as ingest may leave them; the same for the same faces. */
async function untidily(): Promise<(made: LabelledFaces) => Int32Array> {
  const { seededRandom } = await compiled<typeof import('../src/domain/evaluation/seeded-random.js')>(
    'domain/evaluation/seeded-random.js',
  );
  return ({ people, count }) => {
    const random = seededRandom(count);
    const seen = new Map<number, number>();
    for (const person of people) seen.set(person, (seen.get(person) ?? 0) + 1);
    return Int32Array.from(people, (person) => {
      const whose = random.uniform() < UNTIDY.strays ? people[random.below(count)]! : person;
      return whose * UNTIDY.parts + (seen.get(whose)! >= UNTIDY.often ? random.below(UNTIDY.parts) : 0);
    });
  };
}

class LargeConsolidation {
  constructor(
    private readonly client: pg.Client,
    private readonly service: LargeTenantService,
    private readonly tenant: MadeUpTenant,
  ) {}

  async run(): Promise<void> {
    await this.tenant.fill(faces, 0, () => undefined);
    const operations = await this.nameClusters();
    await this.service.promoted();
    console.log(`${this.tenant.stored} faces, ${operations} operations that name their clusters`);
    console.log(`before: ${await this.agreement()}`);
    const planned = await this.timed('dry run', () => this.service.consolidate({ dryRun: true }));
    console.log(`unchanged by it: ${await this.agreement()}`);
    const interrupted = await this.timed('interrupted', () =>
      this.service.consolidate({ endAfterMs: this.half }),
    );
    if (interrupted !== null) throw new Error('it was done before it was interrupted');
    const noted = await this.noted(operations);
    const done = await this.timed('goes on', () => this.service.consolidate({}));
    console.log(`after: ${await this.agreement()}`);
    if (planned === null || done === null) throw new Error('it did not end');
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::int FROM operations WHERE tenant_id = $1 AND kind = 'consolidate'`,
      [TENANT],
    );
    console.log(
      `operations of both runs: ${rows[0]!.count}; noted when interrupted: ${percent(noted)} of the changes`,
    );
    await this.timed('a run after that', () => this.service.consolidate({}));
    await this.timed('and another', () => this.service.consolidate({}));
    const { peak } = await residentMemory(process.pid);
    console.log(
      `memory of this process, at most: ${Math.round(peak / 2 ** 20)} MB (it also makes the faces)`,
    );
  }

  /** Of the time of a dry run. */
  private half = 0;

  private async timed(what: string, work: () => Promise<unknown>): Promise<Told | null> {
    const begun = Date.now();
    const result = (await work()) as Told | null;
    const spent = Date.now() - begun;
    if (what === 'dry run') this.half = spent / 2;
    console.log(`${what}: ${(spent / 1000).toFixed(1)} s${result === null ? '' : `, ${told(result)}`}`);
    return result;
  }

  /** As the operations of the photos would have. @returns Their number. */
  private async nameClusters(): Promise<number> {
    const { rows } = await this.client.query<{ id: string }>(
      'SELECT id FROM clusters WHERE tenant_id = $1 ORDER BY id',
      [TENANT],
    );
    let operations = 0;
    for (let at = 0; at < rows.length; at += CLUSTERS_OF_AN_OPERATION, operations++) {
      const id = uuidv7();
      await this.client.query(
        `INSERT INTO operations (tenant_id, id, kind, actor, changes, summary, created_at)
         VALUES ($1, $2, 'assign', 'bench', '{}', '{}', now())`,
        [TENANT, id],
      );
      await this.client.query(
        `INSERT INTO operation_subjects (tenant_id, operation_id, kind, subject_id)
         SELECT $1::varchar, $2::uuid, 'cluster', id FROM unnest($3::uuid[]) AS given(id)`,
        [TENANT, id, rows.slice(at, at + CLUSTERS_OF_AN_OPERATION).map((row) => row.id)],
      );
    }
    return operations;
  }

  /** Share (0..1) of the operations of the photos that a later run does not look at again. */
  private async noted(operations: number): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::int FROM operations o JOIN tenants t ON t.id = o.tenant_id
       WHERE o.tenant_id = $1 AND o.kind = 'assign' AND o.id <= t.consolidated_through`,
      [TENANT],
    );
    return rows[0]!.count / operations;
  }

  private async agreement(): Promise<string> {
    const { namedAgreement } = await compiled<typeof import('../src/domain/evaluation/partition-metrics.js')>(
      'domain/evaluation/partition-metrics.js',
    );
    const { rows } = await this.client.query<{ id: string; home: string }>(
      'SELECT id, COALESCE(cluster_id, id) AS home FROM faces WHERE tenant_id = $1 ORDER BY id',
      [TENANT],
    );
    const { bcubed } = namedAgreement(
      rows.map(({ id }) => this.tenant.personOf.get(id)!),
      rows.map(({ home }) => home),
    );
    return `BCubed precision ${percent(bcubed.precision)}, recall ${percent(bcubed.recall)}, F ${percent(bcubed.f)}`;
  }
}

async function main(): Promise<void> {
  console.log(machine());
  const postgres = await DurablePostgres.start(SERVER);
  const client = new pg.Client(postgres.url);
  let service: LargeTenantService | undefined;
  try {
    service = await LargeTenantService.start(postgres.url);
    await client.connect();
    await new LargeConsolidation(
      client,
      service,
      new MadeUpTenant(client, TENANT, SPACE, await untidily()),
    ).run();
    console.log(machine());
  } finally {
    await service?.stop();
    await client.end();
    await postgres.stop();
  }
}

await main();
