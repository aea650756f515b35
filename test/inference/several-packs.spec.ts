// Several packs on the same threads: each embeds as if it were alone, and memory stays bounded.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceProvider } from '../../src/inference/inference-provider.js';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { modelsFolder, type ModelsFolder } from '../harness/model-packs.js';
import { photoRaster } from '../harness/photo-raster.js';
import { sharedData } from '../harness/shared-data.js';
import { optionsFor } from './small-packs.js';

const copyOf = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });
const PACKS = ['retinaface-mbf', 'scrfd-mbf', 'retinaface-edgeface'] as const;

describe.skipIf(!sharedData)('several packs at once', () => {
  let models: ModelsFolder;
  let raster: Raster;
  beforeAll(async () => {
    models = await modelsFolder(sharedData!.models);
    raster = await photoRaster(join(sharedData!.photos, 'compreface/010_2.jpg'));
  });
  afterAll(() => models.remove());

  const embedded = async (provider: InferenceProvider, pack: string) => {
    const opened = await provider.open(pack);
    const found = await opened.detect(copyOf(raster));
    return (await opened.embed(found.raster, found.detections)).faces;
  };

  it('embed as each would alone, in turns and mixed, also when only one fits into memory', async () => {
    const alone = new Map<string, Awaited<ReturnType<typeof embedded>>>();
    for (const pack of PACKS) {
      const provider = await InferenceProvider.start(optionsFor(models.dir, pack));
      alone.set(pack, await embedded(provider, pack));
      await provider.close();
    }
    for (const packsLoadedMax of [1, 2]) {
      const together = await InferenceProvider.start({ ...optionsFor(models.dir), packsLoadedMax });
      const order = [...PACKS, ...PACKS].reverse();
      const results = await Promise.all(order.map((pack) => embedded(together, pack)));
      for (const [i, pack] of order.entries()) {
        const expected = alone.get(pack)!;
        expect(results[i]!.map(({ embedding }) => embedding.space)).toEqual(expected.map(() => pack));
        for (const [j, face] of results[i]!.entries())
          expect(face.embedding.similarityTo(expected[j]!.embedding)).toBeGreaterThan(0.9999);
      }
      await together.close();
    }
  });

  it('are refused by code when they are not installed or not what they say, and the preferred one goes on', async () => {
    const provider = await InferenceProvider.start(optionsFor(models.dir));
    await expect(provider.open('nobodys')).rejects.toMatchObject({
      code: 'model_pack.unavailable',
      extensions: { pack: 'nobodys', installed: expect.arrayContaining(['retinaface-mbf']) as string[] },
    });
    await rm(join(models.dir, 'scrfd-mbf', 'scrfd_2.5g_bnkps.onnx'));
    await expect(provider.open('scrfd-mbf')).rejects.toMatchObject({ code: 'model_pack.unavailable' });
    expect(provider.known('scrfd-mbf')?.id).toBe('scrfd-mbf');
    expect((await provider.selfTest()).ok).toBe(true);
    await provider.close();
  });
});
