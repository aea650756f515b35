// What one would write first: an Express handler that awaits decode, models and database one after the other, on the main
// thread. It uses the product's own compiled parts, and its models may use all cores, so that only the design differs.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import multer from 'multer';
import { v7 as uuidv7 } from 'uuid';
import type { FoundFace } from '../../src/clusters/assignment/new-face-records.js';
import { answerQuestions } from '../program.js';
import { compiled, repositoryRoot } from '../repository.js';
import { processProbe } from '../event-loop-probe.js';

export interface NaiveOptions {
  readonly modelsDir: string;
  readonly pack: string;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly tenants: readonly string[];
}

const LIMITS = { bytesMax: 50 * 1024 * 1024, pixelsMax: 100_000_000 };
const FACES_PER_RUN_MAX = 8;

/** Detector and describer with sessions in this very thread. */
async function openModels(modelsDir: string, wanted: string) {
  const { choosePack } = await compiled<typeof import('../../src/inference/installed-packs.js')>(
    'inference/installed-packs.js',
  );
  const { Network } = await compiled<typeof import('../../src/inference/worker/network.js')>(
    'inference/worker/network.js',
  );
  const { FaceDetector } = await compiled<typeof import('../../src/inference/worker/face-detector.js')>(
    'inference/worker/face-detector.js',
  );
  const { Landmarker } = await compiled<typeof import('../../src/inference/worker/landmarker.js')>(
    'inference/worker/landmarker.js',
  );
  const { Recogniser } = await compiled<typeof import('../../src/inference/worker/recogniser.js')>(
    'inference/worker/recogniser.js',
  );
  const { findFaces } = await compiled<typeof import('../../src/inference/worker/find-faces.js')>(
    'inference/worker/find-faces.js',
  );
  const { describeFaces } = await compiled<typeof import('../../src/inference/worker/describe-faces.js')>(
    'inference/worker/describe-faces.js',
  );
  const { pack, dir } = await choosePack(modelsDir, wanted);
  const open = (file: string): ReturnType<typeof Network.open> =>
    Network.open(join(dir, file), {
      executionProvider: 'cpu',
      threads: availableParallelism(),
      graphOptimization: 'all',
    });
  const landmarker =
    pack.landmarker && (await Landmarker.open(await open(pack.landmarker.file), pack.landmarker));
  const detector = await FaceDetector.open(await open(pack.detector.file), pack.detector, landmarker);
  const recogniser = await Recogniser.open(
    await open(pack.recogniser.file),
    pack.recogniser,
    FACES_PER_RUN_MAX,
  );
  const rules = { detectionScoreWeak: pack.detector.scoreWeak, embeddingNormMin: pack.recogniser.normMin };
  return { pack, detector, describer: { recogniser, rules }, findFaces, describeFaces };
}

async function openStores({ databaseUrl, dataDir, tenants }: NaiveOptions) {
  const { Database } =
    await compiled<typeof import('../../src/database/database.js')>('database/database.js');
  const { TenantStore } =
    await compiled<typeof import('../../src/database/tenant-store.js')>('database/tenant-store.js');
  const { SystemStore } =
    await compiled<typeof import('../../src/database/system-store.js')>('database/system-store.js');
  const { imageBlobKey } =
    await compiled<typeof import('../../src/storage/blob-key.js')>('storage/blob-key.js');
  const { BlobStore } =
    await compiled<typeof import('../../src/storage/blob-store.js')>('storage/blob-store.js');
  const database = await Database.open(
    { poolSize: 10, ...(databaseUrl === undefined ? {} : { url: databaseUrl }) },
    dataDir,
    join(repositoryRoot, 'prisma/migrations'),
  );
  const at = new Date();
  for (const id of tenants)
    await new SystemStore(database).transaction((r) =>
      r.tenants.insert({ id, settings: {}, version: 1, createdAt: at, updatedAt: at }),
    );
  return {
    tenants: new TenantStore(database),
    system: new SystemStore(database),
    blobs: await BlobStore.open(join(dataDir, 'blobs')),
    imageBlobKey,
  };
}

async function start(options: NaiveOptions): Promise<string> {
  const { pack, detector, describer, findFaces, describeFaces } = await openModels(
    options.modelsDir,
    options.pack,
  );
  const { tenants, system, blobs, imageBlobKey } = await openStores(options);
  await system.transaction(({ embeddingSpaces }) =>
    embeddingSpaces.register({
      id: pack.id,
      recogniserSha256: pack.recogniser.sha256,
      width: pack.recogniser.width,
      createdAt: new Date(),
    }),
  );
  const { ImageDecoder } =
    await compiled<typeof import('../../src/imaging/image-decoder.js')>('imaging/image-decoder.js');
  const { Embedding } =
    await compiled<typeof import('../../src/domain/face/embedding.js')>('domain/face/embedding.js');
  const { ApplyPlan } = await compiled<typeof import('../../src/clusters/applying/apply-plan.js')>(
    'clusters/applying/apply-plan.js',
  );
  const { AssignFaces } = await compiled<typeof import('../../src/clusters/assignment/assign-faces.js')>(
    'clusters/assignment/assign-faces.js',
  );
  const { AssignmentPolicies } = await compiled<
    typeof import('../../src/clusters/assignment/assignment-policies.js')
  >('clusters/assignment/assignment-policies.js');
  const assignment = new AssignFaces(new AssignmentPolicies(pack.id, pack.calibration), new ApplyPlan());
  const decoder = new ImageDecoder(LIMITS);

  async function ingest(tenantId: string, bytes: Buffer): Promise<{ faces: unknown[] }> {
    const scope = tenants.forTenant(tenantId);
    const upload = await blobs.stage(Readable.from([bytes]), LIMITS.bytesMax);
    const known = await scope.read((r) => r.images.findBySha256(upload.sha256));
    if (known) return { faces: [] };
    const header = await decoder.inspect(upload.path);
    const decoded = await decoder.decode(upload.path, header, { longSideMax: pack.detector.longSidePx });
    const phash = await decoder.perceptualHash(decoded.raster);
    const { detections, raster, turn } = await findFaces(decoded.raster, detector);
    const [described = []] = await describeFaces([{ raster, detections }], describer);
    const faces = described.map(({ raw, quality, reasons }, i): FoundFace => ({
      detection: detections[i]!,
      embedding: Embedding.fromRaw(pack.id, raw),
      quality,
      reasons,
    }));
    const image = {
      id: uuidv7(),
      externalId: null,
      sha256: upload.sha256,
      phash,
      contentType: header.contentType,
      width: header.width,
      height: header.height,
      byteSize: upload.byteLength,
      capturedAt: null,
      label: null,
      notes: [],
      turn,
      createdAt: new Date(),
    };
    await blobs.commit(upload, imageBlobKey(tenantId, image.id));
    const report = await scope.transaction(async (r) => {
      await r.images.insert(image);
      return assignment.assign(r, { image, faces, actor: 'naive' });
    });
    return { faces: [...report.faces] };
  }

  const app = express();
  const form = multer({ storage: multer.memoryStorage() });
  app.get('/health/live', (_request, response) => void response.json({ status: 'ok' }));
  app.post('/tenants/:tenant/images', form.single('image'), (request, response, next) => {
    const tenant = request.params['tenant'];
    ingest(typeof tenant === 'string' ? tenant : '', request.file!.buffer).then(
      (image) => void response.status(201).json({ id: randomUUID(), ...image }),
      next,
    );
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

answerQuestions({ start, ...processProbe() });
