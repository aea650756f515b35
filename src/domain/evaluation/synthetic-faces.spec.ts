import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEvidenceCalibration } from '../cluster/qel/calibration-file.js';
import { consolidate } from '../cluster/qel/consolidate.js';
import { exactNeighbours } from './exact-neighbours.js';
import { fitSpace } from './fit-space.js';
import { humanEffort } from './human-effort.js';
import { consolidationInput, rankedSet } from './labelled-set.js';
import { syntheticFaces } from './synthetic-faces.js';

const options = { seed: 21, people: 20, faces: 320, strangers: 20, unrecognisable: 20, hard: true };
const faces = syntheticFaces(options);
const file = new URL('../../../calibrations/synthetic.json', import.meta.url);
const calibration = parseEvidenceCalibration(JSON.parse(readFileSync(file, 'utf8')));

describe('synthetic faces', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(syntheticFaces(options).embeddings).toEqual(faces.embeddings);
    expect(syntheticFaces({ ...options, seed: 22 }).embeddings).not.toEqual(faces.embeddings);
  });

  it('are of unit length with unique content keys', () => {
    expect(new Set(faces.contentKeys).size).toBe(faces.count);
    for (let face = 0; face < faces.count; face += 17) {
      const x = faces.embeddings.subarray(face * faces.width, (face + 1) * faces.width);
      expect(x.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
    }
  });

  it('give back the figures of their space', () => {
    const space = fitSpace([faces], 1);
    expect(space.impostorMean).toBeGreaterThan(0);
    expect(space.impostorMean).toBeLessThan(0.04);
    expect(space.gain.slope).toBeGreaterThan(0.5);
    expect(space.links.missingSimilarity).toBeLessThan(space.links.ingestSimilarityMin);
    expect(space.links.ingestSimilarityMin).toBeLessThan(space.links.similarityMin);
  });
});

describe('human effort', () => {
  const graph = exactNeighbours(faces.embeddings, faces.width, calibration.links.ingestSimilarityMin);
  const set = { name: 'small', faces, graph };
  const { faces: ranked, people } = rankedSet(set, calibration);
  const { groupOf, merges } = consolidate(consolidationInput(set), { ...calibration, joinLogOddsMin: 6 });
  const lists = new Map<number, number[]>();
  for (let rank = 0; rank < ranked.count; rank++) {
    if (ranked.gate[rank] !== null) continue;
    const group = groupOf[ranked.order[rank]!]!;
    lists.set(group, [...(lists.get(group) ?? []), rank]);
  }
  const inRanks = (list: readonly number[]): number[] => list.map((face) => ranked.rankOf[face]!);
  const curve = (order: 'gain' | 'random', wrongAnswers: number) =>
    humanEffort(
      ranked,
      people,
      [...lists.values()],
      merges.map((merge) => ({ ...merge, part: inRanks(merge.part), whole: inRanks(merge.whole) })),
      { order, questionsMax: 40, wrongAnswers, seed: 1 },
    ).f;

  it('is less with the best question first than by chance', () => {
    const [gain, random] = [curve('gain', 0), curve('random', 0)];
    expect(gain.at(-1)!).toBeGreaterThan(gain[0]!);
    const area = (f: readonly number[]): number =>
      Array.from({ length: 20 }, (_, i) => f[Math.min(i, f.length - 1)]!).reduce((a, b) => a + b);
    expect(area(gain)).toBeGreaterThan(area(random));
  });

  it('ends worse when every answer is wrong', () => {
    expect(curve('gain', 1).at(-1)!).toBeLessThan(curve('gain', 0).at(-1)!);
  });
});
