// Labelled photos become labelled faces with embeddings, through the project's own inference.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { findLabelledPhotos } from '../src/cli/labelled-photos.js';
import type { Detection } from '../src/domain/face/detection.js';
import { Embedding } from '../src/domain/face/embedding.js';
import { intersectionOverUnion } from '../src/domain/geometry/box.js';
import { ImageDecoder } from '../src/imaging/image-decoder.js';
import { InferenceProvider } from '../src/inference/inference-provider.js';
import { FaceExtractor } from '../src/ingest/extract-faces.js';
import { IngestLimiter } from '../src/ingest/ingest-limiter.js';

export interface LabelledFace {
  readonly id: string;
  /** The first folder of the photo's path: the set that it belongs to. */
  readonly set: string;
  readonly person: string;
  readonly embedding: Embedding;
  /** Empty for a face that may found and join clusters by itself. */
  readonly reasons: readonly string[];
}

interface StoredFace extends Omit<LabelledFace, 'embedding'> {
  readonly values: readonly number[];
}

/** @param cache File that keeps the faces between runs; made when it is not there. */
export async function labelledFaces(options: {
  readonly modelsDir: string;
  readonly pack: string;
  readonly photosDir: string;
  readonly sets: readonly string[];
  readonly cache: string | undefined;
}): Promise<LabelledFace[]> {
  const stored =
    options.cache !== undefined && existsSync(options.cache)
      ? (JSON.parse(await readFile(options.cache, 'utf8')) as StoredFace[])
      : await extractAll(options);
  if (options.cache !== undefined && !existsSync(options.cache)) {
    await writeFile(options.cache, JSON.stringify(stored));
  }
  return stored.map(({ values, ...face }) => ({
    ...face,
    embedding: Embedding.fromRaw(options.pack, values),
  }));
}

async function extractAll(options: {
  readonly modelsDir: string;
  readonly pack: string;
  readonly photosDir: string;
  readonly sets: readonly string[];
}): Promise<StoredFace[]> {
  const inference = await InferenceProvider.start({
    modelsDir: options.modelsDir,
    pack: options.pack,
    executionProvider: 'cpu',
    workers: 1,
    threadsPerWorker: 1,
    queueMax: 8,
    graphOptimization: 'all',
  });
  const decoder = new ImageDecoder({ bytesMax: 50e6, pixelsMax: 100e6 });
  const extractor = new FaceExtractor(decoder, inference, new IngestLimiter(1, 1));
  const faces: StoredFace[] = [];
  try {
    for (const photo of await findLabelledPhotos(options.photosDir, options.sets)) {
      const { faces: found } = await extractor.extract('', photo.path);
      const overlap = (face: { detection: Detection }): number =>
        photo.box === undefined ? face.detection.score : intersectionOverUnion(face.detection.box, photo.box);
      const labelled = [...found].sort((a, b) => overlap(b) - overlap(a))[0];
      if (labelled === undefined || overlap(labelled) < 0.2) continue;
      const id = relative(options.photosDir, photo.path);
      faces.push({
        id,
        set: id.split('/')[0]!,
        person: photo.person,
        reasons: labelled.reasons,
        values: [...labelled.embedding.values].map((value) => Number(value.toFixed(6))),
      });
    }
  } finally {
    await inference.close();
    await decoder.close();
  }
  return faces;
}
