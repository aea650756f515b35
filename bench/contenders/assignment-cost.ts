// R6: the assignment step against the inference of the same photo, in tenants of a known size. A process of its own.
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { Embedding } from '../../src/domain/face/embedding.js';
import type { ClusterRecord, ImageRecord } from '../../src/database/records.js';
import type { TenantScope } from '../../src/database/tenant-store.js';
import { answerQuestions } from '../program.js';
import { compiled, repositoryRoot } from '../repository.js';

export interface AssignmentOptions {
  readonly modelsDir: string;
  readonly pack: string;
  readonly workers: number;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Sizes of the tenants, faces. */
  readonly galleries: readonly number[];
  readonly photos: readonly string[];
}

export interface AssignmentSample {
  readonly gallery: number;
  readonly inferenceMs: number;
  readonly assignmentMs: number;
}

const FACES_PER_CLUSTER = 10;
const FACES_PER_BATCH = 500;

const imageOf = (): ImageRecord => ({
  id: uuidv7(),
  externalId: null,
  sha256: createHash('sha256').update(randomUUID()).digest('hex'),
  phash: '0000000000000000',
  contentType: 'image/jpeg',
  width: 4000,
  height: 3000,
  byteSize: 3_000_000,
  capturedAt: null,
  label: null,
  notes: [],
  turn: 0,
  createdAt: new Date(),
});

/** Of the compiled product. */
interface Made {
  readonly newCluster: (id: string, at: Date) => ClusterRecord;
  readonly embed: (raw: Float32Array) => Embedding;
}

/** Clusters of ten faces around random directions: their faces resemble each other, nobody else. */
async function fillGallery(
  scope: TenantScope,
  faces: number,
  space: string,
  width: number,
  { newCluster, embed }: Made,
): Promise<void> {
  const random = normal(faces);
  for (let begun = 0; begun < faces; begun += FACES_PER_BATCH) {
    const count = Math.min(FACES_PER_BATCH, faces - begun);
    await scope.transaction(async (r) => {
      const image = imageOf();
      const at = image.createdAt;
      await r.images.insert(image);
      const clusters = Array.from({ length: Math.ceil(count / FACES_PER_CLUSTER) }, () => ({
        id: uuidv7(),
        direction: Float32Array.from({ length: width }, random),
      }));
      await r.clusters.insertMany(clusters.map(({ id }) => newCluster(id, at)));
      const members = Array.from({ length: count }, (_, i) => ({
        id: uuidv7(),
        cluster: clusters[Math.floor(i / FACES_PER_CLUSTER)]!,
      }));
      await r.faces.insertMany(
        members.map(({ id, cluster }) => ({
          id,
          imageId: image.id,
          clusterId: cluster.id,
          box: { x: 10, y: 10, width: 100, height: 100 },
          landmarks: [
            [30, 40],
            [70, 40],
            [50, 60],
            [35, 80],
            [65, 80],
          ] as const,
          detectionScore: 0.99,
          quality: 0.9,
          reasons: [],
          assignment: 'assigned' as const,
          assignedBy: 'import' as const,
          locked: false,
          state: 'active' as const,
          similarity: null,
          probability: null,
          space,
          createdAt: at,
        })),
      );
      await r.embeddings.insertMany(
        members.map(({ id, cluster }) => ({
          faceId: id,
          embedding: embed(cluster.direction.map((value) => value + 0.6 * random())),
        })),
      );
      await r.centroids.recompute(clusters.map(({ id }) => id));
    });
  }
}

/** Seeded values that are close to normal. */
function normal(seed: number): () => number {
  let state = seed | 1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  return () => uniform() + uniform() + uniform() + uniform() - 2;
}

async function openAll(options: AssignmentOptions) {
  const { Database } =
    await compiled<typeof import('../../src/database/database.js')>('database/database.js');
  const { TenantStore } =
    await compiled<typeof import('../../src/database/tenant-store.js')>('database/tenant-store.js');
  const { SystemStore } =
    await compiled<typeof import('../../src/database/system-store.js')>('database/system-store.js');
  const { InferenceProvider } = await compiled<typeof import('../../src/inference/inference-provider.js')>(
    'inference/inference-provider.js',
  );
  const { ImageDecoder } =
    await compiled<typeof import('../../src/imaging/image-decoder.js')>('imaging/image-decoder.js');
  const { ApplyPlan } = await compiled<typeof import('../../src/clusters/applying/apply-plan.js')>(
    'clusters/applying/apply-plan.js',
  );
  const { AssignFaces } = await compiled<typeof import('../../src/clusters/assignment/assign-faces.js')>(
    'clusters/assignment/assign-faces.js',
  );
  const { AssignmentPolicies } = await compiled<
    typeof import('../../src/clusters/assignment/assignment-policies.js')
  >('clusters/assignment/assignment-policies.js');
  const { databaseUrl, dataDir, modelsDir, pack, workers } = options;
  const database = await Database.open(
    { poolSize: 4, ...(databaseUrl === undefined ? {} : { url: databaseUrl }) },
    dataDir,
    join(repositoryRoot, 'prisma/migrations'),
  );
  const inference = await InferenceProvider.start({
    modelsDir,
    pack,
    executionProvider: 'cpu',
    workers,
    threadsPerWorker: 1,
    queueMax: 16,
    graphOptimization: 'all',
  });
  const { id, calibration, recogniser, width } = inference.pack;
  const system = new SystemStore(database);
  await system.transaction(({ embeddingSpaces }) =>
    embeddingSpaces.register({ id, recogniserSha256: recogniser.sha256, width, createdAt: new Date() }),
  );
  return {
    database,
    system,
    tenants: new TenantStore(database),
    inference,
    decoder: new ImageDecoder({ bytesMax: 1e9, pixelsMax: 1e9 }),
    assignment: new AssignFaces(new AssignmentPolicies(id, calibration), new ApplyPlan()),
  };
}

async function measure(options: AssignmentOptions): Promise<AssignmentSample[]> {
  const { database, system, tenants, inference, decoder, assignment } = await openAll(options);
  const { Embedding } =
    await compiled<typeof import('../../src/domain/face/embedding.js')>('domain/face/embedding.js');
  const { newCluster } = await compiled<typeof import('../../src/clusters/assignment/new-face-records.js')>(
    'clusters/assignment/new-face-records.js',
  );
  const { id: space, width, detectorLongSidePx } = inference.pack;
  const scopes: { gallery: number; scope: TenantScope }[] = [];
  for (const gallery of options.galleries) {
    const at = new Date();
    const id = `gallery-${gallery}`;
    await system.transaction((r) =>
      r.tenants.insert({ id, settings: {}, version: 1, createdAt: at, updatedAt: at }),
    );
    const scope = tenants.forTenant(id);
    await fillGallery(scope, gallery, space, width, {
      newCluster,
      embed: (raw) => Embedding.fromRaw(space, raw),
    });
    scopes.push({ gallery, scope });
  }
  const samples: AssignmentSample[] = [];
  for (const path of options.photos) {
    for (const { gallery, scope } of scopes) {
      const header = await decoder.inspect(path);
      const { raster } = await decoder.decode(path, header, { longSideMax: detectorLongSidePx });
      const begun = performance.now();
      const found = await inference.detect(raster);
      const embedded = await inference.embed(found.raster, found.detections);
      const inferred = performance.now();
      const faces = embedded.faces.map((face, i) => ({ detection: found.detections[i]!, ...face }));
      await scope.transaction(async (r) => {
        const image = imageOf();
        await r.images.insert(image);
        return assignment.assign(r, { image, faces, actor: 'bench' });
      });
      const ended = performance.now();
      samples.push({ gallery, inferenceMs: inferred - begun, assignmentMs: ended - inferred });
    }
  }
  await inference.close();
  await decoder.close();
  await database.close();
  return samples;
}

answerQuestions({ measure });
