// npm run bench:million [-- --faces 1000000 --assign 1000 --sample 200]: one tenant of that many made-up faces on a durable
// PostgreSQL. It is filled in bulk, its index is ordered as it is after an import and built by the service's own job while faces go
// on being assigned by the service's own code; then assignment is timed, and what the search in the index finds is held against the
// exact search. Everything is removed at the end.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { DurablePostgres } from './durable-postgres.js';
import { LargeTenantService, SMALL_TENANT, SPACE, TENANT } from './large-tenant-service.js';
import { machine } from './machine.js';
import { type HeldBackFace, MadeUpTenant } from './made-up-tenant.js';
import { residentMemory } from './process-memory.js';
import { quantile } from './statistics.js';

const { values } = parseArgs({
  options: {
    faces: { type: 'string', default: '1000000' },
    assign: { type: 'string', default: '1000' },
    sample: { type: 'string', default: '200' },
  },
});
const [faces, assign, sample] = [values.faces, values.assign, values.sample].map(Number) as [
  number,
  number,
  number,
];
if (![faces, assign, sample].every((count) => Number.isInteger(count) && count > 0))
  throw new Error('--faces, --assign and --sample are counts above 0');
/** Faces that are kept back for the time of the build. */
const DURING_BUILD = 2000;
/** Faces of the tenant beside it. */
const SMALL_FACES = 1000;
/** Breadths (`hnsw.ef_search`) that are compared. */
const BREADTHS = [40, 80, 120, 200, 400];
/** Looks at the memory of the database, ms. */
const LOOK_MS = 2000;
/** A server that is meant for such a tenant: a quarter of 16 GB for its pages, and room for the graph while it is built. */
const SERVER = {
  shared_buffers: '4GB',
  maintenance_work_mem: '3GB',
  max_wal_size: '8GB',
  effective_cache_size: '10GB',
};

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
const times = (ms: readonly number[]): string =>
  ms.length === 0
    ? 'none'
    : `${ms.length} faces, p50 ${quantile(ms, 0.5).toFixed(1)} ms, p95 ${quantile(ms, 0.95).toFixed(1)} ms, most ${Math.max(...ms).toFixed(0)} ms`;

class MillionFaces {
  private peakBytes = 0;
  private readonly outcome = { assigned: 0, rightly: 0, asked: 0, created: 0, unclustered: 0, refused: 0 };

  constructor(
    private readonly postgres: DurablePostgres,
    private readonly client: pg.Client,
    private readonly service: LargeTenantService,
    private readonly tenant: MadeUpTenant,
  ) {}

  async run(): Promise<void> {
    const begun = Date.now();
    await this.tenant.fill(faces - assign - DURING_BUILD, assign + DURING_BUILD + sample, (stored) => {
      if (stored % 100_000 < 20_000) console.log(`${stored} faces stored, ${this.since(begun)}`);
    });
    console.log(`filled with ${this.tenant.stored} faces in ${this.since(begun)}`);
    const probes = this.tenant.heldBack.splice(0, sample);
    await this.promote();
    await this.timeAssignment();
    console.log(`decided: ${JSON.stringify(this.outcome)}`);
    await this.resembling(probes);
    await this.recall(probes);
    await this.recallByBreadth(probes);
    await this.sizes();
  }

  /** In turns with a tenant of a thousand faces: whatever else the machine does falls on both. */
  private async timeAssignment(): Promise<void> {
    const small = new MadeUpTenant(this.client, SMALL_TENANT, SPACE);
    await small.fill(SMALL_FACES, assign, () => undefined);
    const [large, beside]: [number[], number[]] = [[], []];
    for (const face of small.heldBack) {
      large.push(...(await this.assignSome(1)));
      const begun = performance.now();
      await this.service.assign(face, SMALL_TENANT);
      beside.push(performance.now() - begun);
    }
    console.log(`assignment with the index: ${times(large)}`);
    console.log(`the same in a tenant of ${SMALL_FACES} faces, in turns: ${times(beside)}`);
  }

  private since(begun: number): string {
    return `${((Date.now() - begun) / 1000).toFixed(0)} s`;
  }

  /** Builds the index by its job; faces are assigned meanwhile. */
  private async promote(): Promise<void> {
    const looking = setInterval(() => void this.lookAtMemory(), LOOK_MS);
    const before = await this.assignSome(3);
    console.log(`assignment by exact search: ${times(before)}`);
    const begun = Date.now();
    const ended = this.service.promoted();
    let building = true;
    void ended.finally(() => (building = false)).catch(() => undefined);
    const during: number[] = [];
    while (building && during.length < DURING_BUILD) during.push(...(await this.assignSome(1)));
    await ended;
    clearInterval(looking);
    console.log(`promotion in the background: ${this.since(begun)}; assignment meanwhile: ${times(during)}`);
    console.log(`memory of PostgreSQL meanwhile, at most: ${megabytes(this.peakBytes)} (with its pages)`);
    if (during.length === 0) throw new Error('no face was assigned while the index was built');
  }

  private async lookAtMemory(): Promise<void> {
    this.peakBytes = Math.max(this.peakBytes, await this.postgres.residentBytes());
  }

  /** @returns ms of each transaction. */
  private async assignSome(count: number): Promise<number[]> {
    const spent: number[] = [];
    for (let i = 0; i < count; i++) {
      const face = this.tenant.heldBack.shift();
      if (face === undefined) break;
      const begun = performance.now();
      // The exact search of so many faces may be longer than a transaction lives.
      const assigned = await this.service.assign(face).catch((error: unknown) => this.refused(error));
      spent.push(assigned === null ? Infinity : performance.now() - begun);
      if (assigned === null) continue;
      const { home, assignment } = assigned;
      this.outcome[assignment]++;
      if (assignment === 'assigned' && home === face.clusterId) this.outcome.rightly++;
    }
    return spent;
  }

  private refused(error: unknown): null {
    this.outcome.refused++;
    console.log(`not assigned: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
    return null;
  }

  /** Which clusters a cluster resembles: by the service and by comparing with all, in turns. */
  private async resembling(probes: readonly HeldBackFace[]): Promise<void> {
    const ids = await this.service.standing(
      this.client,
      probes.map(({ clusterId }) => clusterId),
    );
    const [byService, byAll, ratios]: [number[], number[], number[]] = [[], [], []];
    let [found, wanted] = [0, 0];
    for (const id of ids) {
      const begun = performance.now();
      const got = new Set(await this.service.resembling(id));
      const between = performance.now();
      const exact = await this.service.resemblingOfAll(this.client, id);
      byService.push(between - begun);
      byAll.push(performance.now() - between);
      ratios.push((between - begun) / (performance.now() - between));
      wanted += exact.length;
      found += exact.filter((other) => got.has(other)).length;
    }
    console.log(`clusters that a cluster resembles, by the service: ${times(byService)}`);
    console.log(`the same by comparing with all, in turns: ${times(byAll)}`);
    console.log(
      `median of the ratios ${quantile(ratios, 0.5).toFixed(3)}; found ${((100 * found) / wanted).toFixed(1)} % of ${wanted}`,
    );
  }

  /** Links found by searches of several breadths, of the same probes in turns. */
  private async recallByBreadth(probes: readonly HeldBackFace[]): Promise<void> {
    const found = BREADTHS.map(() => 0);
    const spent: number[][] = BREADTHS.map(() => []);
    let wanted = 0;
    for (const probe of probes) {
      const exact = await this.service.exactNeighbours(this.client, probe);
      const links = exact.filter(({ similarity }) => similarity >= this.service.linkMin);
      wanted += links.length;
      for (const [i, breadth] of BREADTHS.entries()) {
        const begun = performance.now();
        const got = new Set(await this.service.neighboursAt(breadth, this.client, probe));
        spent[i]!.push(performance.now() - begun);
        found[i]! += links.filter(({ faceId }) => got.has(faceId)).length;
      }
    }
    for (const [i, breadth] of BREADTHS.entries())
      console.log(
        `hnsw.ef_search ${breadth}: ${((100 * found[i]!) / wanted).toFixed(1)} % of ${wanted} links, ${times(spent[i]!)}`,
      );
  }

  /** What the service's search finds of what the exact search finds. */
  private async recall(probes: readonly HeldBackFace[]): Promise<void> {
    const found = { any: 0, links: 0, own: 0 };
    const wanted = { any: 0, links: 0, own: 0 };
    let sawOwn = 0;
    let hadOwn = 0;
    const searches: number[] = [];
    for (const probe of probes) {
      const exact = await this.service.exactNeighbours(this.client, probe);
      const begun = performance.now();
      const got = await this.service.neighbours(probe);
      searches.push(performance.now() - begun);
      const ids = new Set(got.map(({ faceId }) => faceId));
      for (const { faceId, clusterId, similarity } of exact) {
        const here = ids.has(faceId) ? 1 : 0;
        const link = similarity >= this.service.linkMin;
        const own = clusterId === probe.clusterId;
        wanted.any++;
        found.any += here;
        if (link) wanted.links++;
        if (link) found.links += here;
        if (own) wanted.own++;
        if (own) found.own += here;
      }
      if (exact.some(({ clusterId }) => clusterId === probe.clusterId)) {
        hadOwn++;
        if (got.some(({ clusterId }) => clusterId === probe.clusterId)) sawOwn++;
      }
    }
    const share = (part: number, whole: number): string =>
      `${((100 * part) / whole).toFixed(2)} % of ${whole}`;
    console.log(`search in the index: ${times(searches)}`);
    console.log(`of the 20 nearest that count at ingest it finds ${share(found.any, wanted.any)}`);
    console.log(
      `of those from similarity ${this.service.linkMin} (links) ${share(found.links, wanted.links)}`,
    );
    console.log(
      `of those of the same person ${share(found.own, wanted.own)}; somebody of the person ${share(sawOwn, hadOwn)} probes`,
    );
  }

  private async sizes(): Promise<void> {
    const { rows } = await this.client.query<Record<string, string>>(
      `SELECT pg_total_relation_size('faces') AS faces,
              pg_table_size('face_embeddings') AS vectors,
              (SELECT sum(pg_relation_size(indexrelid)) FROM pg_index
               WHERE indrelid = 'face_embeddings'::regclass AND indexrelid::regclass::text LIKE '%hnsw%') AS index,
              pg_total_relation_size('cluster_centroids') AS centroids,
              pg_database_size(current_database()) AS database`,
    );
    const told = Object.entries(rows[0]!).map(([name, bytes]) => `${name} ${megabytes(Number(bytes))}`);
    console.log(`on disk: ${told.join(', ')}`);
    const { rows: counted } = await this.client.query<{ all: string; standing: string }>(
      `SELECT sum(n) AS all, sum(least(n, 48)) AS standing
       FROM (SELECT count(*) AS n FROM faces WHERE tenant_id = '${TENANT}' AND cluster_id IS NOT NULL GROUP BY cluster_id) AS sizes`,
    );
    console.log(`faces in clusters: ${counted[0]!.all}; 48 of each cluster at most: ${counted[0]!.standing}`);
    const { peak } = await residentMemory(process.pid);
    console.log(`memory of this process, at most: ${megabytes(peak)} (it also makes the faces)`);
  }
}

async function main(): Promise<void> {
  console.log(machine());
  const postgres = await DurablePostgres.start(SERVER);
  console.log(`${await postgres.version()}, ${JSON.stringify(SERVER)}`);
  const client = new pg.Client(postgres.url);
  let service: LargeTenantService | undefined;
  try {
    service = await LargeTenantService.start(postgres.url);
    await client.connect();
    await new MillionFaces(postgres, client, service, new MadeUpTenant(client, TENANT, SPACE)).run();
    console.log(machine());
  } finally {
    await service?.stop();
    await client.end();
    await postgres.stop();
  }
}

await main();
