// The parts of the service that a large tenant leans on, without HTTP and models: assignment, search, and the job that tends indexes.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { AssignFaces } from '../src/clusters/assignment/assign-faces.js';
import type { AssignmentPolicies } from '../src/clusters/assignment/assignment-policies.js';
import type { FoundFace } from '../src/clusters/assignment/new-face-records.js';
import type { Database } from '../src/database/database.js';
import type { NearestFace } from '../src/database/repositories/embedding-repository.js';
import type { FaceRecord } from '../src/database/records.js';
import type { TenantStore } from '../src/database/tenant-store.js';
import type { EvidenceCalibration } from '../src/domain/cluster/qel/evidence-calibration.js';
import type { Embedding } from '../src/domain/face/embedding.js';
import type { VectorIndexUpkeep } from '../src/ingest/vector-index-upkeep.js';
import type { BackgroundJobs } from '../src/jobs/background-jobs.js';
import type { JobQueue } from '../src/queue/job-queue.js';
import { consolidateLargeTenant, type ConsolidationOrder } from './consolidate-large-tenant.js';
import type { HeldBackFace } from './made-up-tenant.js';
import { compiled, repositoryRoot } from './repository.js';

export const TENANT = 'million';
/** Beside it, so that a figure says what the machine is worth at that time. */
export const SMALL_TENANT = 'thousand';
export const SPACE = 'synthetic-512';
/** Nearest faces that ingest looks at. */
const NEIGHBOURS = 20;
/** Clusters that a question about a cluster names. */
const RESEMBLING = 3;
/** Between two looks at a job, ms. */
const LOOK_MS = 200;

export interface AssignedFace {
  readonly home: string | null;
  readonly assignment: FaceRecord['assignment'];
}

interface Parts {
  readonly database: Database;
  readonly tenants: TenantStore;
  readonly queue: JobQueue;
  readonly jobs: BackgroundJobs;
  readonly upkeep: VectorIndexUpkeep;
  readonly assigning: AssignFaces;
  readonly policies: AssignmentPolicies;
  readonly evidence: EvidenceCalibration;
  readonly embeddingOf: (values: Float32Array) => Embedding;
}

export class LargeTenantService {
  private constructor(private readonly parts: Parts) {}

  /** Migrates the database and adds two empty tenants. */
  static async start(url: string): Promise<LargeTenantService> {
    const { Database } = await compiled<typeof import('../src/database/database.js')>('database/database.js');
    const { SystemStore } =
      await compiled<typeof import('../src/database/system-store.js')>('database/system-store.js');
    const stores =
      await compiled<typeof import('../src/database/tenant-store.js')>('database/tenant-store.js');
    const { VectorIndexes } = await compiled<typeof import('../src/database/vectors/vector-indexes.js')>(
      'database/vectors/vector-indexes.js',
    );
    const { JobQueue } = await compiled<typeof import('../src/queue/job-queue.js')>('queue/job-queue.js');
    const { BackgroundJobs } =
      await compiled<typeof import('../src/jobs/background-jobs.js')>('jobs/background-jobs.js');
    const { VectorIndexUpkeep } = await compiled<typeof import('../src/ingest/vector-index-upkeep.js')>(
      'ingest/vector-index-upkeep.js',
    );
    const { Embedding } =
      await compiled<typeof import('../src/domain/face/embedding.js')>('domain/face/embedding.js');
    const evidence = await evidenceOf();
    const database = await Database.open({ url, poolSize: 4 }, '', join(repositoryRoot, 'prisma/migrations'));
    const [tenants, system] = [new stores.TenantStore(database), new SystemStore(database)];
    const at = new Date();
    await system.transaction(async (repositories) => {
      for (const id of [TENANT, SMALL_TENANT])
        await repositories.tenants.insert({
          id,
          settings: {},
          space: SPACE,
          version: 1,
          createdAt: at,
          updatedAt: at,
        });
      await repositories.embeddingSpaces.register({
        id: SPACE,
        recogniserSha256: '0'.repeat(64),
        width: 512,
        createdAt: at,
      });
    });
    const queue = await JobQueue.start(database.connection, () => undefined);
    const jobs = new BackgroundJobs(tenants, system, queue);
    const silent = pino({ level: 'silent' });
    const upkeep = new VectorIndexUpkeep(tenants, new VectorIndexes(database), jobs, silent);
    await upkeep.startWorker();
    const embeddingOf = (values: Float32Array): Embedding => Embedding.fromRaw(SPACE, values);
    const { assigning, policies } = await assigningBy(evidence);
    return new LargeTenantService({
      database,
      tenants,
      queue,
      jobs,
      upkeep,
      assigning,
      policies,
      evidence,
      embeddingOf,
    });
  }

  /** Cosine from which two faces are linked. */
  get linkMin(): number {
    return this.parts.evidence.links.similarityMin;
  }

  /** Orders what the tenant's size asks for, as an import does, and waits for the worker. @throws Error when nothing is to be built. */
  async promoted(): Promise<void> {
    const { upkeep, jobs } = this.parts;
    const ordered = await upkeep.look(TENANT, SPACE);
    if (ordered === null) throw new Error('the tenant is too small for an index');
    for (;;) {
      const { state, problem } = await jobs.get(ordered.id, TENANT);
      if (state === 'succeeded') return;
      if (state === 'failed' || state === 'cancelled')
        throw new Error(`${state}: ${JSON.stringify(problem)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** A photo with this face arrives: what ingest does once the models are done. */
  async assign(face: HeldBackFace, tenantId = TENANT): Promise<AssignedFace> {
    const { tenants, assigning } = this.parts;
    const id = uuidv7();
    const image = {
      id,
      externalId: null,
      sha256: createHash('sha256').update(id).digest('hex'),
      phash: '00ff00ff00ff00ff',
      contentType: 'image/jpeg',
      width: 1000,
      height: 1000,
      byteSize: 100_000,
      capturedAt: null,
      label: null,
      notes: [],
      turn: 0 as const,
      createdAt: new Date(),
    };
    return tenants.forTenant(tenantId).transaction(async (repositories) => {
      await repositories.images.insert(image);
      const report = await assigning.assign(repositories, {
        image,
        faces: [this.found(face)],
        actor: 'bench',
      });
      const [stored] = report.faces;
      return { home: stored!.clusterId, assignment: stored!.assignment };
    });
  }

  /** See consolidateLargeTenant. */
  consolidate(order: ConsolidationOrder): Promise<Record<string, unknown> | null> {
    return consolidateLargeTenant(this.parts, TENANT, order);
  }

  /** As ingest searches. */
  async neighbours(face: HeldBackFace): Promise<NearestFace[]> {
    const { tenants, embeddingOf, evidence } = this.parts;
    const [list] = await tenants.forTenant(TENANT).read((r) =>
      r.embeddings.nearest([embeddingOf(face.faceValues)], {
        limit: NEIGHBOURS,
        similarityMin: evidence.links.ingestSimilarityMin,
      }),
    );
    return list!;
  }

  /** The same without any index, by the owner of the tables. */
  async exactNeighbours(
    client: pg.Client,
    face: HeldBackFace,
  ): Promise<Pick<NearestFace, 'faceId' | 'clusterId' | 'similarity'>[]> {
    await client.query('SET enable_indexscan = off');
    const { rows } = await client.query<Pick<NearestFace, 'faceId' | 'clusterId' | 'similarity'>>(
      `SELECT near.face_id AS "faceId", f.cluster_id AS "clusterId", -near.distance AS similarity
       FROM (SELECT face_id, embedding <#> $2::halfvec(512) AS distance FROM face_embeddings
             WHERE tenant_id = $1 ORDER BY distance, face_id LIMIT 60) AS near
       JOIN faces f ON f.tenant_id = $1 AND f.id = near.face_id AND f.state = 'active'
       WHERE -near.distance >= $3 ORDER BY near.distance, near.face_id LIMIT $4`,
      [
        TENANT,
        `[${this.parts.embeddingOf(face.faceValues).values.join(',')}]`,
        this.parts.evidence.links.ingestSimilarityMin,
        NEIGHBOURS,
      ],
    );
    return rows;
  }

  /** The same through the index with a breadth of one's own, ids only. @param breadth `hnsw.ef_search`. */
  async neighboursAt(breadth: number, client: pg.Client, face: HeldBackFace): Promise<string[]> {
    await client.query(`BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; SET LOCAL hnsw.iterative_scan = strict_order;
      SET LOCAL hnsw.ef_search = ${breadth}`);
    const { rows } = await client.query<{ id: string }>(
      `SELECT e.face_id AS id FROM face_embeddings e JOIN faces f ON f.tenant_id = e.tenant_id AND f.id = e.face_id
       WHERE e.tenant_id = '${TENANT}' AND e.space = '${SPACE}' AND f.state = 'active'
       ORDER BY e.embedding <#> $1::halfvec(512) LIMIT ${NEIGHBOURS}`,
      [`[${this.parts.embeddingOf(face.faceValues).values.join(',')}]`],
    );
    await client.query('COMMIT');
    return rows.map(({ id }) => id);
  }

  /** Those of the clusters that are there. */
  async standing(client: pg.Client, clusterIds: readonly string[]): Promise<string[]> {
    const { rows } = await client.query<{ id: string }>(
      'SELECT cluster_id AS id FROM cluster_centroids WHERE tenant_id = $1 AND cluster_id = ANY ($2::uuid[]) ORDER BY 1',
      [TENANT, [...new Set(clusterIds)]],
    );
    return rows.map(({ id }) => id);
  }

  /** What a question about a cluster shows: those that it resembles most, as the service finds them. */
  async resembling(clusterId: string): Promise<string[]> {
    return this.parts.tenants.forTenant(TENANT).read(async ({ centroids }) => {
      const [own] = await centroids.load([clusterId], SPACE);
      const [near = []] = await centroids.nearest([own!.centroid], {
        limit: RESEMBLING,
        similarityMin: this.parts.evidence.links.ingestSimilarityMin,
        ownClusterIds: [clusterId],
      });
      return near.map((other) => other.clusterId);
    });
  }

  /** The same by comparing with the centroids of all clusters. */
  async resemblingOfAll(client: pg.Client, clusterId: string): Promise<string[]> {
    const { rows } = await client.query<{ id: string }>(
      `SELECT c.cluster_id AS id FROM cluster_centroids c, cluster_centroids own
       WHERE own.tenant_id = $1 AND own.cluster_id = $2 AND own.space = $3
         AND c.tenant_id = $1 AND c.space = $3 AND c.cluster_id <> $2 AND 1 - (c.sum <=> own.sum) >= $4
         AND EXISTS (SELECT 1 FROM clusters held
           WHERE held.tenant_id = c.tenant_id AND held.id = c.cluster_id AND held.state <> 'merged')
       ORDER BY c.sum <=> own.sum, c.cluster_id LIMIT ${RESEMBLING}`,
      [TENANT, clusterId, SPACE, this.parts.evidence.links.ingestSimilarityMin],
    );
    return rows.map(({ id }) => id);
  }

  async stop(): Promise<void> {
    await this.parts.queue.stop();
    await this.parts.database.close();
  }

  private found({ faceValues, quality }: HeldBackFace): FoundFace {
    const at = (x: number, y: number): { x: number; y: number } => ({ x, y });
    return {
      detection: {
        box: { x1: 10, y1: 10, x2: 90, y2: 90 },
        landmarks: [at(35, 40), at(65, 40), at(50, 55), at(38, 70), at(62, 70)],
        score: 0.99,
      },
      embedding: this.parts.embeddingOf(faceValues),
      quality,
      reasons: [],
    };
  }
}

/** The committed calibration of the made-up space; evidence decides, as in the 512-d packs. */
async function evidenceOf(): Promise<EvidenceCalibration> {
  const { parseEvidenceCalibration } = await compiled<
    typeof import('../src/domain/cluster/qel/calibration-file.js')
  >('domain/cluster/qel/calibration-file.js');
  const file = await readFile(join(repositoryRoot, 'calibrations/synthetic.json'), 'utf8');
  return { ...parseEvidenceCalibration(JSON.parse(file)), space: SPACE, ingestAsked: 0.01 };
}

async function assigningBy(
  evidence: EvidenceCalibration,
): Promise<{ assigning: AssignFaces; policies: AssignmentPolicies }> {
  const { AssignFaces } = await compiled<typeof import('../src/clusters/assignment/assign-faces.js')>(
    'clusters/assignment/assign-faces.js',
  );
  const { AssignmentPolicies } = await compiled<
    typeof import('../src/clusters/assignment/assignment-policies.js')
  >('clusters/assignment/assignment-policies.js');
  const { ApplyPlan } = await compiled<typeof import('../src/clusters/applying/apply-plan.js')>(
    'clusters/applying/apply-plan.js',
  );
  const { linkageFromPair } = await compiled<typeof import('../src/domain/cluster/calibration.js')>(
    'domain/cluster/calibration.js',
  );
  const pair = { slope: 20, intercept: -6, fittedOn: 'nothing: evidence decides' };
  const policies = new AssignmentPolicies(SPACE, { pair, linkage: linkageFromPair(pair) }, [], evidence);
  return { assigning: new AssignFaces(policies, new ApplyPlan()), policies };
}
