import { describe, expect, it } from 'vitest';
import { graphOfPairs } from './exact-neighbours.js';
import { chineseWhispers } from './graph-baselines.js';
import { agreement } from './label-agreement.js';
import { dbscan, immichLike, nearestNeighbour } from './online-baselines.js';

/** Two triangles of close faces, a weak bridge between them, and one face alone. */
const graph = graphOfPairs(7, [
  { a: 0, b: 1, similarity: 0.8 },
  { a: 0, b: 2, similarity: 0.7 },
  { a: 1, b: 2, similarity: 0.75 },
  { a: 3, b: 4, similarity: 0.8 },
  { a: 3, b: 5, similarity: 0.7 },
  { a: 4, b: 5, similarity: 0.75 },
  { a: 2, b: 3, similarity: 0.45 },
]);
const truth = [0, 0, 0, 1, 1, 1, 2];
const order = Int32Array.from([6, 5, 0, 3, 1, 4, 2]);

describe('baselines', () => {
  it.each([
    ['1-NN', (t: number) => nearestNeighbour(graph, order, t)],
    ['Immich-like', (t: number) => immichLike(graph, order, t)],
    ['DBSCAN', (t: number) => dbscan(graph, t)],
    ['Chinese Whispers', (t: number) => chineseWhispers(graph, t, 1)],
  ] as const)('%s finds the triangles above the weak bridge', (_, run) => {
    expect(agreement(truth, run(0.5)).bcubed.f).toBe(1);
  });

  it('1-NN and DBSCAN chain over the weak bridge when the bar is low', () => {
    for (const run of [
      nearestNeighbour(graph, Int32Array.from([0, 1, 2, 3, 4, 5, 6]), 0.4),
      dbscan(graph, 0.4),
    ])
      expect(new Set(run).size).toBe(2);
  });
});
