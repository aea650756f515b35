// The provider on real models and real photos: what goes in, what comes out, what is refused.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceProvider, type EmbeddedFace } from '../../src/inference/inference-provider.js';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { modelsFolder, type ModelsFolder } from '../harness/model-packs.js';
import { photoRaster } from '../harness/photo-raster.js';
import { sharedData } from '../harness/shared-data.js';
import { optionsFor } from './small-packs.js';

const copyOf = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });

describe.skipIf(!sharedData)('InferenceProvider', () => {
  const photo = (file: string, longSide?: number): Promise<Raster> =>
    photoRaster(join(sharedData!.photos, file), longSide);
  let models: ModelsFolder;
  let provider: InferenceProvider;
  beforeAll(async () => {
    models = await modelsFolder(sharedData!.models);
    provider = await InferenceProvider.start(optionsFor(models.dir));
  });
  afterAll(async () => {
    await provider.close();
    await models.remove();
  });

  it('takes the best pack that is installed and says which', () => {
    expect(provider.pack).toMatchObject({
      id: 'retinaface-mbf',
      width: 512,
      detectorLongSidePx: 640,
      executionProvider: 'cpu',
      detector: { kind: 'retinaface' },
      recogniser: { sha256: '700cc96ee926fbe4ba5993365745fe77697f35a79d7e9b97b70e31be3fda8a9f' },
    });
    expect(provider.stats()).toMatchObject({ threads: 2, running: 0 });
  });

  it('moves the raster to the thread and hands the same pixels back', async () => {
    const raster = await photo('compreface/013_4.jpg');
    const before = raster.data.slice();
    const found = await provider.detect(raster);
    expect(raster.data.byteLength).toBe(0);
    expect(found.raster).toMatchObject({ width: 800, height: 533 });
    expect(Buffer.compare(found.raster.data, before)).toBe(0);
    const embedded = await provider.embed(found.raster, found.detections);
    expect(found.raster.data.byteLength).toBe(0);
    expect(Buffer.compare(embedded.raster.data, before)).toBe(0);
  });

  it('copies a raster that is only a view of a larger buffer, and leaves that buffer alone', async () => {
    const raster = await photo('compreface/010_2.jpg');
    const larger = new Uint8Array(raster.data.length + 64);
    larger.set(raster.data, 64);
    const found = await provider.detect({ ...raster, data: larger.subarray(64) });
    expect(found.detections).toHaveLength(2);
    expect(larger.byteLength).toBe(raster.data.length + 64);
  });

  it('gives one face a detection, in order, the same alone and in a batch of photos', async () => {
    const files = [
      'compreface/015_6.jpg',
      'compreface/016_8.jpg',
      'compreface/014_5.jpg',
      'compreface/000_5.jpg',
    ];
    const found = await Promise.all(files.map(async (file) => provider.detect(await photo(file))));
    const alone: EmbeddedFace[][] = [];
    for (const { raster, detections } of found) {
      const faces: EmbeddedFace[] = [];
      for (const detection of detections)
        faces.push(...(await provider.embed(copyOf(raster), [detection])).faces);
      alone.push(faces);
    }
    const tasksBefore = provider.stats().embedTasks;
    const together = await Promise.all(
      Array.from({ length: 3 }, () => found)
        .flat()
        .map(({ raster, detections }) => provider.embed(copyOf(raster), detections)),
    );
    expect(provider.stats().embedTasks - tasksBefore).toBeLessThan(together.length);
    together.forEach(({ faces }, i) => {
      const expected = alone[i % found.length]!;
      expect(faces).toHaveLength(expected.length);
      faces.forEach((face, k) => {
        expect(face.embedding.similarityTo(expected[k]!.embedding)).toBeGreaterThan(0.99999);
        expect(face.quality).toBe(expected[k]!.quality);
        expect(Math.hypot(...face.embedding.values)).toBeCloseTo(1, 5);
      });
    });
  });

  it('answers no faces for no detections without troubling a thread', async () => {
    const raster = await photo('compreface/010_2.jpg', 200);
    const { embeddings, embedTasks } = provider.stats();
    expect((await provider.embed(raster, [])).faces).toEqual([]);
    expect(raster.data.byteLength).toBeGreaterThan(0);
    expect(provider.stats()).toMatchObject({ embeddings, embedTasks });
  });

  it('fails the one photo whose landmarks coincide, and keeps working', async () => {
    const raster = await photo('compreface/010_2.jpg');
    const point = { x: 5, y: 5 };
    const broken = {
      box: { x1: 0, y1: 0, x2: 9, y2: 9 },
      landmarks: [point, point, point, point, point] as const,
      score: 1,
    };
    await expect(provider.embed(copyOf(raster), [broken])).rejects.toMatchObject({
      code: 'inference.unavailable',
    });
    expect((await provider.detect(raster)).detections).toHaveLength(2);
  });

  it('leaves the event loop free: timers tick while a photo is in the models', async () => {
    const raster = await photo('compreface/016_8.jpg');
    let ticks = 0;
    let running = true;
    const tick = (): void => {
      ticks++;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    await Promise.all(Array.from({ length: 6 }, () => provider.detect(copyOf(raster))));
    running = false;
    // Were the models on this thread, the loop would turn a few times in all; free, it turns thousands of times.
    expect(ticks).toBeGreaterThan(500);
  });

  it('passes its self-test on a photo, on a grey picture, and fails it on a photo without a face', async () => {
    const raster = await photo('compreface/010_2.jpg');
    expect(await provider.selfTest(raster)).toMatchObject({ ok: true });
    expect(raster.data.byteLength).toBeGreaterThan(0);
    expect(await provider.selfTest()).toMatchObject({ ok: true });
    expect(await provider.selfTest(await photo('noface/photoprism_9.jpg'))).toEqual({
      ok: false,
      detail: 'the detector finds no face on the test photo',
    });
  });

  it('refuses exactly the photos that find no place, and leaves their pixels with the caller', async () => {
    const small = await InferenceProvider.start({ ...optionsFor(models.dir), workers: 1, queueMax: 2 });
    const raster = await photo('compreface/010_2.jpg', 320);
    const rasters = Array.from({ length: 6 }, () => copyOf(raster));
    const outcomes = await Promise.allSettled(rasters.map((one) => small.detect(one)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    for (const one of rasters.slice(3)) expect(one.data.byteLength).toBe(raster.data.byteLength);
    await small.close();
  });

  it('drains on close: photos in the line are answered, later ones refused, the threads end', async () => {
    const closing = await InferenceProvider.start(optionsFor(models.dir));
    const raster = await photo('compreface/010_2.jpg');
    const admitted = Array.from({ length: 8 }, () => closing.detect(copyOf(raster)));
    const closed = closing.close();
    await expect(closing.detect(copyOf(raster))).rejects.toMatchObject({ code: 'service.stopping' });
    for (const { detections } of await Promise.all(admitted)) expect(detections).toHaveLength(2);
    await closed;
    expect(closing.stats()).toMatchObject({ threads: 0, running: 0 });
  });
});
