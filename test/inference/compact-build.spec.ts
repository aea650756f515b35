// The compact pack is made from an npm package on any machine: its bytes, its safety, and that it computes what the package does.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRaster, type Raster } from '../../src/domain/geometry/raster.js';
import {
  buildCompactPack,
  CompactPackError,
  encodeCompactFile,
} from '../../src/inference/compact-pack/build-compact-pack.js';
import { COMPACT_FILES } from '../../src/inference/compact-pack/compact-files.js';
import type { PixelContract } from '../../src/inference/model-pack.js';
import { parseModelPack } from '../../src/inference/parse-model-pack.js';
import { Network } from '../../src/inference/worker/network.js';
import { PixelPacker } from '../../src/inference/worker/pack-pixels.js';
import { committedPacks } from '../harness/model-packs.js';

const OPTIONS = { executionProvider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
const packToml = join(committedPacks, 'compact/pack.toml');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kindred-compact-'));
  await cp(packToml, join(dir, 'pack.toml'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

describe('building the compact pack', () => {
  it('writes three files with the hashes that pack.toml pins, and nothing else', async () => {
    const { built, kept } = await buildCompactPack(dir);
    expect(built).toEqual(COMPACT_FILES.map(({ file }) => file));
    expect(kept).toEqual([]);
    const pack = parseModelPack(await readFile(packToml, 'utf8'), packToml);
    for (const { file, sha256 } of [pack.detector, pack.landmarker!, pack.recogniser]) {
      expect(await hashOf(join(dir, file))).toBe(sha256);
    }
    expect((await readdir(dir)).sort()).toEqual([...built, 'pack.toml'].sort());
  });

  it('gives the same bytes each time', async () => {
    for (const file of COMPACT_FILES) {
      const [first, second] = [await encodeCompactFile(file), await encodeCompactFile(file)];
      expect(Buffer.compare(first, second)).toBe(0);
    }
  });

  it('leaves right files alone and mends one that was damaged', async () => {
    const [detector, landmarker] = COMPACT_FILES.map(({ file }) => join(dir, file)) as [string, string];
    const before = (await stat(detector)).mtimeMs;
    await writeFile(landmarker, 'damaged');
    const { built, kept } = await buildCompactPack(dir);
    expect(built).toEqual(['landmarks_68_112.onnx']);
    expect(kept).toHaveLength(2);
    expect((await stat(detector)).mtimeMs).toBe(before);
  });

  it('two builds at once leave whole files', async () => {
    const both = await mkdtemp(join(tmpdir(), 'kindred-compact-'));
    try {
      await cp(packToml, join(both, 'pack.toml'));
      await Promise.all([buildCompactPack(both), buildCompactPack(both)]);
      expect((await buildCompactPack(both)).built).toEqual([]);
      expect(await readdir(both)).toHaveLength(4);
    } finally {
      await rm(both, { recursive: true, force: true });
    }
  });

  it('says so and writes nothing when the bytes are not those that were pinned', async () => {
    const other = await mkdtemp(join(tmpdir(), 'kindred-compact-'));
    try {
      const wrong = (await readFile(packToml, 'utf8')).replace(
        /sha256 = "[0-9a-f]{64}"/,
        `sha256 = "${'0'.repeat(64)}"`,
      );
      await writeFile(join(other, 'pack.toml'), wrong);
      await expect(buildCompactPack(other)).rejects.toThrow(CompactPackError);
      await expect(buildCompactPack(other)).rejects.toThrow(
        /ssd_mobilenet_v1_512\.onnx came out as SHA-256 .* pins 0{64}/,
      );
      expect(await readdir(other)).toEqual(['pack.toml']);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
});

// Golden values: the package's own networks (@vladmandic/face-api 1.7.15, tensorflow.js 4.22.0, backend cpu) on the picture whose
// pixel (x, y) is (3x + 5y + 40c) mod 256 in channel c. They are given with six digits.
describe('the networks compute what the package they are made from computes', () => {
  const picture = (side: number): Raster => {
    const raster = createRaster(side, side);
    for (let y = 0, at = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < 3; c++) raster.data[at++] = (x * 3 + y * 5 + c * 40) % 256;
    return raster;
  };
  const run = async (file: string, pixels: PixelContract, side: number): Promise<Float32Array[]> => {
    const network = await Network.open(join(dir, file), OPTIONS);
    const packer = new PixelPacker(pixels);
    const tensor = new Float32Array(side * side * 3);
    packer.pack(picture(side), tensor, { width: side, height: side, left: 0, top: 0, index: 0 });
    const outputs = await network.run(tensor, packer.dims(1, side, side));
    await network.close();
    return outputs.map(({ data }) => data);
  };
  const pack = async () => parseModelPack(await readFile(packToml, 'utf8'), packToml);

  it('boxes and scores of the detector', async () => {
    const { detector } = await pack();
    const [boxes, scores] = (await run(detector.file, detector.pixels, 512)) as [Float32Array, Float32Array];
    expect([boxes.length, scores.length]).toEqual([5118 * 4, 5118]);
    const golden: [number, number, number[]][] = [
      [0, 0.0045, [0.01149, -0.00655, 0.03563, 0.03005]],
      [2500, 0.000056, [-0.04353, 0.74698, 0.14543, 0.88641]],
      [3072, 0.00218, [-0.07523, -0.11246, 0.15168, 0.21877]],
      [4608, 0.001317, [-0.1366, -0.11081, 0.30924, 0.35963]],
      [5000, 0.005821, [0.12044, -0.08364, 0.82019, 0.40684]],
      [5100, 0.034655, [-0.04279, 0.35548, 0.61348, 0.97911]],
      [5117, 0.002134, [0.26307, 0.01887, 0.7705, 1.1591]],
    ];
    for (const [row, score, box] of golden) {
      expect(scores[row]).toBeCloseTo(score, 5);
      box.forEach((value, i) => expect(boxes[row * 4 + i]).toBeCloseTo(value, 4));
    }
  });

  it('points of the landmarker', async () => {
    const { landmarker } = await pack();
    const [points] = await run(landmarker!.file, landmarker!.pixels, 112);
    expect(points).toHaveLength(136);
    const golden = { 0: 0.381127, 1: 0.528387, 72: 0.574612, 73: 0.626631, 134: 0.722911, 135: 0.427709 };
    for (const [i, value] of Object.entries(golden)) expect(points![Number(i)]).toBeCloseTo(value, 5);
  });

  it('embedding of the recogniser, mean of a face and its mirror image', async () => {
    const { recogniser } = await pack();
    const [embedding] = await run(recogniser.file, recogniser.pixels, 150);
    expect(embedding).toHaveLength(128);
    const golden = { 0: -0.050842, 1: 0.079706, 2: 0.051863, 63: -0.085934, 126: -0.004242, 127: 0.000923 };
    for (const [i, value] of Object.entries(golden)) expect(embedding![Number(i)]).toBeCloseTo(value, 5);
  });
});
