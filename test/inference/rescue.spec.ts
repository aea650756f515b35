// Photos that a detector alone gets wrong: faces that fill the frame, pixels on their side, and no face at all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { turnRaster } from '../../src/domain/geometry/turn.js';
import { InferenceProvider } from '../../src/inference/inference-provider.js';
import { modelsFolder, type ModelsFolder } from '../harness/model-packs.js';
import { photoRaster } from '../harness/photo-raster.js';
import { sharedData } from '../harness/shared-data.js';
import { optionsFor } from './small-packs.js';

const copyOf = (raster: Raster): Raster => ({ ...raster, data: raster.data.slice() });

describe.skipIf(!sharedData).each(['retinaface-mbf', 'scrfd-mbf'])('rescue with %s', (pack) => {
  const path = (file: string): string => join(sharedData!.photos, file);
  let models: ModelsFolder;
  let provider: InferenceProvider;
  beforeAll(async () => {
    models = await modelsFolder(sharedData!.models);
    provider = await InferenceProvider.start(optionsFor(models.dir, pack));
  });
  afterAll(async () => {
    await provider.close();
    await models.remove();
  });

  it.each([
    ['rotated/inspire_rot_0.jpg', 0],
    ['rotated/inspire_rot_90.jpg', 270],
    ['rotated/inspire_rot_180.jpg', 180],
    ['rotated/inspire_rot_270.jpg', 90],
  ] as const)('turns %s upright by %i degrees and finds its face there', async (file, turn) => {
    const raster = await photoRaster(path(file));
    const given = copyOf(raster);
    const found = await provider.detect(raster);
    expect(found).toMatchObject({ turn, notes: turn === 0 ? [] : [`rescued_turn_${turn}`] });
    expect(found.detections).toHaveLength(1);
    expectSamePixels(found.raster, turnRaster(given, turn));
    const [left, right, , mouth] = found.detections[0]!.landmarks;
    expect(right.x).toBeGreaterThan(left.x + 20);
    expect(mouth.y).toBeGreaterThan(left.y + 20);
  });

  it('sees the same person in all four positions of one portrait', async () => {
    const embeddings = [];
    for (const degrees of [0, 90, 180, 270]) {
      const { raster, detections } = await provider.detect(
        await photoRaster(path(`rotated/inspire_rot_${degrees}.jpg`)),
      );
      embeddings.push((await provider.embed(raster, detections)).faces[0]!.embedding);
    }
    for (const embedding of embeddings) expect(embedding.similarityTo(embeddings[0]!)).toBeGreaterThan(0.9);
  });

  it('leaves a head that is tilted by 55 degrees where it is', async () => {
    const found = await provider.detect(await photoRaster(path('hard/pose_left_wryneck.png')));
    expect(found).toMatchObject({ turn: 0, notes: [] });
    expect(found.detections).toHaveLength(1);
  });

  it('finds faces that were cut out tightly and blown up to 640 px', async () => {
    const crops = labelledFaces(40);
    let found = 0;
    let rescued = 0;
    for (const { file, box } of crops) {
      const [left, top, right, bottom] = box;
      const region = { left, top, width: right - left, height: bottom - top };
      const { data, info } = await sharp(path(file))
        .extract(region)
        .resize({ width: 640 })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const result = await provider.detect({
        width: info.width,
        height: info.height,
        data: Uint8Array.from(data),
      });
      expect(result.turn).toBe(0);
      if (result.detections.length > 0) found++;
      if (result.notes.includes('rescued_padding')) rescued++;
    }
    expect(crops).toHaveLength(40);
    expect(found).toBe(40);
    // RetinaFace's largest priors fill the frame; SCRFD has to be shown some surroundings.
    expect(rescued > 0).toBe(pack === 'scrfd-mbf');
  });

  it.each([
    'noface/photoprism_7.jpg',
    'noface/photoprism_9.jpg',
    'noface/photoprism_10.jpg',
    'noface/photoprism_15.jpg',
    'hard/bulk_view.jpg',
    'hard/crop_no_face.png',
    'compreface/017_0.jpg',
  ])('finds nothing on %s and gives the photo back as it was', async (file) => {
    const raster = await photoRaster(path(file));
    const given = copyOf(raster);
    const { raster: back, ...rest } = await provider.detect(raster);
    expect(rest).toEqual({ detections: [], turn: 0, notes: [] });
    expectSamePixels(back, given);
  });
});

/** Byte for byte; a matcher that walks a million elements takes half a minute. */
function expectSamePixels(actual: Raster, expected: Raster): void {
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  expect(Buffer.compare(actual.data, expected.data)).toBe(0);
}

/** Photos of lfw_colour10 with the box of the labelled face. */
function labelledFaces(count: number): { file: string; box: [number, number, number, number] }[] {
  const lines = readFileSync(join(sharedData!.photos, 'manifest.csv'), 'utf8').split('\n');
  return lines
    .filter((line) => line.startsWith('lfw_colour10/'))
    .map((line) => line.split(','))
    .flatMap((cells) => {
      const box = cells[13]?.split(' ').map(Number);
      return box?.length === 4 ? [{ file: cells[0]!, box: box as [number, number, number, number] }] : [];
    })
    .slice(0, count);
}
