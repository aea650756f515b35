// A file of ArcFace R100's exact shape, dropped in with its hash, runs without a change of code.
import { mkdtemp, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceProvider } from '../../src/inference/inference-provider.js';
import { listPacks, sha256Of } from '../../src/inference/installed-packs.js';
import { writeArcFaceR100 } from '../harness/generated-networks.js';
import { modelsFolder, type ModelsFolder } from '../harness/model-packs.js';
import { photoRaster } from '../harness/photo-raster.js';
import { sharedData } from '../harness/shared-data.js';
import { optionsFor } from './small-packs.js';

const PACK = 'retinaface-arcface-r100';

describe.skipIf(!sharedData)('a recogniser of the exact shape of ArcFace R100', () => {
  const detector = join(sharedData?.models ?? '', 'retinaface_mnet025_640.onnx');
  let weights: string;
  let hash: string;
  const folders: ModelsFolder[] = [];
  const folderWith = async (edit: (toml: string) => string): Promise<ModelsFolder> => {
    const folder = await modelsFolder(weights, [PACK, 'retinaface-mbf'], (toml, id) =>
      id === PACK ? edit(toml) : toml,
    );
    folders.push(folder);
    return folder;
  };

  beforeAll(async () => {
    weights = await mkdtemp(join(tmpdir(), 'kindred-r100-'));
    hash = await writeArcFaceR100(join(weights, 'writing'));
    await rename(join(weights, 'writing'), join(weights, 'arcface_r100.onnx'));
    await symlink(detector, join(weights, 'retinaface.onnx'));
  });
  afterAll(async () => {
    await Promise.all(folders.map((folder) => folder.remove()));
    await rm(weights, { recursive: true, force: true });
  });

  it('has the size of the published network', async () => {
    const { size } = await stat(join(weights, 'arcface_r100.onnx'));
    // 65.2 million float32 weights.
    expect(size).toBeGreaterThan(255e6);
    expect(size).toBeLessThan(265e6);
    expect(await sha256Of(join(weights, 'arcface_r100.onnx'))).toBe(hash);
  });

  it('counts as not installed while pack.toml has no hash, and the listing says which file lacks it', async () => {
    const { dir } = await folderWith((toml) => toml);
    const pack = (await listPacks(dir)).find(({ id }) => id === PACK);
    expect(pack?.missing).toEqual([
      'retinaface.onnx is there, but pack.toml has no sha256 for it',
      'arcface_r100.onnx is there, but pack.toml has no sha256 for it',
    ]);
  });

  it('is preferred, verified and gives unit embeddings of 512 values once its hashes are written', async () => {
    const hashes = [await sha256Of(detector), hash];
    const { dir } = await folderWith((toml) =>
      toml.replace(/^sha256 = ""$/gm, () => `sha256 = "${hashes.shift()!}"`),
    );
    const provider = await InferenceProvider.start({
      ...optionsFor(dir),
      workers: 1,
      graphOptimization: 'extended',
    });
    try {
      expect(provider.pack).toMatchObject({ id: PACK, width: 512 });
      const photo = await photoRaster(join(sharedData!.photos, 'compreface/010_2.jpg'), 640);
      const found = await provider.detect(photo);
      expect(found.detections).toHaveLength(2);
      const { faces } = await provider.embed(found.raster, found.detections);
      expect(faces).toHaveLength(2);
      for (const { embedding } of faces) {
        expect(embedding.space).toBe(PACK);
        expect(embedding.values.filter((value) => value !== 0).length).toBeGreaterThan(500);
        expect(embedding.similarityTo(embedding)).toBeCloseTo(1, 5);
      }
      // Random weights tell nobody apart, but two faces are two inputs.
      expect(faces[0]!.embedding.similarityTo(faces[1]!.embedding)).toBeLessThan(0.9999);
    } finally {
      await provider.close();
    }
  });
});
