// Golden figures: the whole path from pixels to cosines against reference implementations on labelled photos.
// Reference: insightface-style alignment with SCRFD-2.5G + w600k MobileFaceNet, mean cosines of pairs (see onnx-models/*/pack.toml).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Embedding } from '../../src/domain/face/embedding.js';
import { InferenceProvider } from '../../src/inference/inference-provider.js';
import { modelsFolder } from '../harness/model-packs.js';
import { photoRaster } from '../harness/photo-raster.js';
import { sharedData } from '../harness/shared-data.js';
import { optionsFor } from '../inference/small-packs.js';

/** A mean cosine may differ from the reference by this much: other decoders, other sampling. */
const MEAN_TOLERANCE = 0.012;
/** A wrong colour order costs same-person pairs at least this much, and nothing else shows it. */
const COLOUR_ORDER_LOSS_MIN = 0.015;

interface Labelled {
  readonly file: string;
  readonly set: string;
  readonly person: string;
  readonly facesScrfd: number;
  readonly facesRetina: number;
  /** x1 y1 x2 y2 of the labelled face. */
  readonly box: readonly number[] | undefined;
}

interface Means {
  readonly found: number;
  readonly same: number;
  readonly different: number;
}

describe.skipIf(!sharedData)('parity with the reference', () => {
  const photos = sharedData ? labelledPhotos() : [];
  const colour = photos.filter(({ set }) => set === 'lfw_colour10');

  const withProvider = async <T>(
    pack: string,
    change: (toml: string) => string,
    work: (provider: InferenceProvider) => Promise<T>,
  ): Promise<T> => {
    const models = await modelsFolder(sharedData!.models, [pack], change);
    const provider = await InferenceProvider.start({ ...optionsFor(models.dir, pack), queueMax: 1000 });
    try {
      return await work(provider);
    } finally {
      await provider.close();
      await models.remove();
    }
  };
  const asItIs = (toml: string): string => toml;
  const means = (pack: string, set: readonly Labelled[], change = asItIs): Promise<Means> =>
    withProvider(pack, change, async (provider) => meansOf(await embeddingsOf(provider, set)));

  it.each([
    ['scrfd-mbf', 0.629, 0.028],
    ['retinaface-mbf', 0.625, 0.027],
    ['retinaface-edgeface', 0.659, 0.022],
  ])('%s: colour photos of 10 people', async (pack, same, different) => {
    const measured = await means(pack, colour);
    expect(measured.found).toBe(100);
    expect(Math.abs(measured.same - same), `same ${measured.same}`).toBeLessThan(MEAN_TOLERANCE);
    expect(Math.abs(measured.different - different), `different ${measured.different}`).toBeLessThan(
      MEAN_TOLERANCE,
    );
  });

  it('scrfd-mbf: grey photos of 45 people, 4 each', async () => {
    const seen = new Map<string, number>();
    const grey = photos.filter(({ set, person }) => {
      if (set !== 'lfw_gray') return false;
      seen.set(person, (seen.get(person) ?? 0) + 1);
      return seen.get(person)! <= 4;
    });
    const measured = await means('scrfd-mbf', grey);
    expect(measured.found).toBe(180);
    // The reference's .587 is over all 450 photos; these are the first four of each person.
    expect(Math.abs(measured.same - 0.587), `same ${measured.same}`).toBeLessThan(0.03);
    expect(Math.abs(measured.different - 0.027), `different ${measured.different}`).toBeLessThan(
      MEAN_TOLERANCE,
    );
  });

  it('would notice a recogniser that is fed BGR instead of RGB', async () => {
    const right = await means('retinaface-mbf', colour);
    const swapped = await means('retinaface-mbf', colour, (toml) =>
      toml.replace('colour = "rgb"', 'colour = "bgr"'),
    );
    expect(right.same - swapped.same).toBeGreaterThan(COLOUR_ORDER_LOSS_MIN);
  });

  it.each([
    ['scrfd-mbf', 'facesScrfd'],
    ['retinaface-mbf', 'facesRetina'],
  ] as const)('%s finds the annotated number of faces on group photos', async (pack, column) => {
    const groups = photos.filter(({ file }) => /compreface\/\d+_\d+\.jpg$/.test(file));
    expect(groups).toHaveLength(9);
    const wrong = await withProvider(pack, asItIs, async (provider) => {
      const differing: string[] = [];
      for (const photo of groups) {
        // The number in the file's name was counted by people; the column holds what the detector once found at .5.
        const annotated = Number(/_(\d+)\.jpg$/.exec(photo.file)![1]);
        const { detections } = await provider.detect(await photoRaster(join(sharedData!.photos, photo.file)));
        if (detections.length !== annotated && detections.length !== photo[column])
          differing.push(`${photo.file}: ${detections.length}`);
      }
      return differing;
    });
    expect(wrong.filter((line) => !line.includes('011_3.jpg: 5'))).toEqual([]);
  });

  it('finds the one face of photos of 12 to 20 million px, shrunk or not', async () => {
    await withProvider('retinaface-mbf', asItIs, async (provider) => {
      for (const file of ['compreface/personA/002_A.jpg', 'compreface/personA/004_A.jpg']) {
        const large = await provider.detect(await photoRaster(join(sharedData!.photos, file)));
        const small = await provider.detect(await photoRaster(join(sharedData!.photos, file), 640));
        expect([large.detections.length, small.detections.length]).toEqual([1, 1]);
        const a = (await provider.embed(large.raster, large.detections)).faces[0]!;
        const b = (await provider.embed(small.raster, small.detections)).faces[0]!;
        expect(a.embedding.similarityTo(b.embedding)).toBeGreaterThan(0.9);
      }
    });
  });
});

/** The embedding of the labelled face of each photo in which one is found. */
async function embeddingsOf(
  provider: InferenceProvider,
  set: readonly Labelled[],
): Promise<{ person: string; embedding: Embedding }[]> {
  const found = [];
  for (const { file, person, box } of set) {
    const { raster, detections } = await provider.detect(await photoRaster(join(sharedData!.photos, file)));
    const [x1 = 0, y1 = 0, x2 = raster.width, y2 = raster.height] = box ?? [];
    const away = ({ box: b }: (typeof detections)[number]): number =>
      Math.hypot(b.x1 + b.x2 - x1 - x2, b.y1 + b.y2 - y1 - y2);
    const [nearest] = [...detections].sort((a, b) => away(a) - away(b));
    if (!nearest) continue;
    const { faces } = await provider.embed(raster, [nearest]);
    found.push({ person, embedding: faces[0]!.embedding });
  }
  return found;
}

function meansOf(faces: readonly { person: string; embedding: Embedding }[]): Means {
  const sums = { same: 0, different: 0 };
  const counts = { same: 0, different: 0 };
  faces.forEach((a, i) => {
    for (const b of faces.slice(0, i)) {
      const kind = a.person === b.person ? 'same' : 'different';
      sums[kind] += a.embedding.similarityTo(b.embedding);
      counts[kind]++;
    }
  });
  return { found: faces.length, same: sums.same / counts.same, different: sums.different / counts.different };
}

/** Rows of the manifest; none of the columns used holds a comma. */
function labelledPhotos(): Labelled[] {
  const [head, ...lines] = readFileSync(join(sharedData!.photos, 'manifest.csv'), 'utf8').trim().split('\n');
  const columns = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    const box = cell('label_face_box').split(' ').map(Number);
    return {
      file: cell('file'),
      set: cell('set'),
      person: cell('person'),
      facesScrfd: Number(cell('faces_scrfd25')),
      facesRetina: Number(cell('faces_retina025')),
      box: box.length === 4 ? box : undefined,
    };
  });
}
