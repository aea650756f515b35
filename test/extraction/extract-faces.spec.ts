// The extraction process on real photos, with the compact pack.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractFaces, type Extracted } from '../../src/cli/extract-faces.js';
import type { ExtractionTask } from '../../src/domain/evaluation/extracted-face.js';
import { committedPacks } from '../harness/model-packs.js';
import { repositoryRoot, samplePhotos } from '../harness/shared-data.js';

const task: ExtractionTask = {
  modelsDir: committedPacks,
  pack: 'compact',
  threads: 1,
  crops: true,
  photos: [
    { path: samplePhotos[0]!, box: undefined, damage: null },
    { path: samplePhotos[0]!, box: undefined, damage: 'erased' },
    { path: join(repositoryRoot, 'package.json'), box: undefined, damage: null },
    { path: samplePhotos[0]!, box: { x1: 0, y1: 0, x2: 5, y2: 5 }, damage: null },
  ],
};

const product = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('faces of photos without a service', () => {
  let extracted: Extracted;
  const heard: number[] = [];
  let empty: string;
  beforeAll(async () => {
    empty = await mkdtemp(join(tmpdir(), 'kindred-no-models-'));
    extracted = await extractFaces(task, (done) => heard.push(done));
  }, 120_000);
  afterAll(() => rm(empty, { recursive: true, force: true }));

  it('come with embedding, quality and picture, and name the recogniser', () => {
    expect(extracted.pack.id).toBe('compact');
    expect(extracted.pack.recogniserSha256).toMatch(/^[0-9a-f]{64}$/);
    const face = extracted.faces[0]!;
    expect(face.embedding).toHaveLength(extracted.pack.width);
    expect(product(face.embedding, face.embedding)).toBeCloseTo(1, 4);
    expect(face.quality).toBeGreaterThan(0.5);
    expect([...face.crop!.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('are nobody any more once they are erased', () => {
    const [real, erased] = extracted.faces;
    expect(product(real!.embedding, erased!.embedding)).toBeLessThan(0.92);
  });

  it('are absent for what is no photo and for a label where no face is', () => {
    expect(extracted.faces.slice(2)).toEqual([null, null]);
  });

  it('say so when the pack cannot be started', async () => {
    await expect(extractFaces({ ...task, modelsDir: empty }, () => undefined)).rejects.toThrow(/compact/);
  }, 60_000);
});
