// Uploads by the hundred without a network run for each: real photos, whose faces the real models found once. An upload ends in
// a line that says how far its vectors stray from the stored ones. Everything around the models is the service's own.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { Embedding } from '../../src/domain/face/embedding.js';
import { type Extraction, FaceExtractor } from '../../src/ingest/extract-faces.js';
import { type FaceModels, InferenceProvider } from '../../src/inference/inference-provider.js';
import type { TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';

const MARK = '\nkindred-upload ';
/** Of the ten of each person. */
const PHOTOS_EACH = 3;

/** What an upload shows. */
export interface Upload {
  /** Which of the stored photos. */
  readonly photo: number;
  /** Length of what is added to each vector of length 1: 0, the stored vector; 1, cosine .71 with it. */
  readonly stray: number;
  readonly seed: number;
  /** Whether the picture looks like another one of the same photo. */
  readonly alike: boolean;
}

interface StoredPhoto {
  readonly bytes: Uint8Array;
  readonly extraction: Extraction;
}

/** The same in all tests of this file's process: the models run once. */
let stored: Promise<StoredPhoto[]> | undefined;

export class StoredExtractions {
  private constructor(private readonly photos: readonly StoredPhoto[]) {}

  /** From here on, uploads to this application are what `bytesOf` makes. */
  static async standInFor(app: TestApp): Promise<StoredExtractions> {
    const extractor = app.app.get(FaceExtractor);
    const inference = app.app.get(InferenceProvider);
    stored ??= extractAll(extractor, await inference.open(inference.pack.id));
    const extractions = new StoredExtractions(await stored);
    extractor.extract = async (_tenantId, { pack }, picture) => {
      const file = typeof picture === 'string' ? picture : await picture();
      return extractions.read(
        typeof file === 'string' ? await readFile(file) : Buffer.from(file),
        pack.width,
      );
    };
    return extractions;
  }

  get count(): number {
    return this.photos.length;
  }

  bytesOf(upload: Upload): Uint8Array {
    return Buffer.concat([this.photos[upload.photo]!.bytes, Buffer.from(`${MARK}${JSON.stringify(upload)}`)]);
  }

  private read(bytes: Buffer, width: number): Extraction {
    const { photo, stray, seed, alike } = JSON.parse(
      bytes.subarray(bytes.lastIndexOf(MARK) + MARK.length).toString(),
    ) as Upload;
    const random = seededRandom(seed);
    const { extraction } = this.photos[photo]!;
    const phash = Array.from({ length: 16 }, () => random.below(16).toString(16)).join('');
    const faces = extraction.faces.map((face) => {
      const { space, values } = face.embedding;
      const moved = values.map((value, i) =>
        i < width ? value + (stray * random.normal()) / Math.sqrt(width) : 0,
      );
      return { ...face, embedding: Embedding.fromRaw(space, moved) };
    });
    return { ...extraction, faces, phash: alike ? extraction.phash : phash };
  }
}

async function extractAll(extractor: FaceExtractor, models: FaceModels): Promise<StoredPhoto[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-photos-'));
  const portraits = (await fiftyPhotosOfFivePeople()).filter((_, i) => i % 10 < PHOTOS_EACH);
  const group = await readFile(samplePhotos[0]!);
  const photos: StoredPhoto[] = [];
  for (const bytes of [...portraits.map((photo) => photo.bytes), group]) {
    const path = join(folder, String(photos.length));
    await writeFile(path, bytes);
    photos.push({ bytes, extraction: await extractor.extract('nobody', models, path) });
  }
  await rm(folder, { recursive: true });
  return photos;
}
