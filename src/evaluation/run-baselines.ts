// The methods of known products on the same graph. Their thresholds are tuned on the very set that they are judged by, which
// favours them; those that a product ships are run as shipped, too.
import { canonicalFaces } from '../domain/cluster/qel/canonical-faces.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { averageLinkage, chineseWhispers } from '../domain/evaluation/graph-baselines.js';
import { agreement } from '../domain/evaluation/label-agreement.js';
import { consolidationInput, type LabelledSet } from '../domain/evaluation/labelled-set.js';
import { dbscan, immichLike, nearestNeighbour } from '../domain/evaluation/online-baselines.js';
import { permutation } from '../domain/evaluation/seeded-random.js';
import { figuresOf, type MethodFigures } from './method-figures.js';

interface Baseline {
  readonly method: string;
  readonly thresholds: readonly number[];
  /** Whether the order of arrival or a seed matters; the others run once. */
  readonly ordered: boolean;
  readonly run: (order: Int32Array, seed: number, threshold: number) => Int32Array;
}

const IMMICH_SHIPPED = 0.5;
const ENTE_SHIPPED = 0.76;

/** @param grid Thresholds that each method is tuned over. */
export function runBaselines(
  set: LabelledSet,
  calibration: EvidenceCalibration,
  orders: number,
  grid: readonly number[],
): MethodFigures[] {
  const { graph, faces } = set;
  // Shipped thresholds are for spaces in which two people have a cosine of about 0.
  const shipped = (threshold: number): number[] => (threshold > calibration.impostorMean ? [threshold] : []);
  const canonical = canonicalFaces(consolidationInput(set), calibration);
  const baselines: Baseline[] = [
    {
      method: '1-NN',
      thresholds: grid,
      ordered: true,
      run: (order, _, threshold) => nearestNeighbour(graph, order, threshold),
    },
    {
      method: 'Ente-like',
      thresholds: shipped(ENTE_SHIPPED),
      ordered: true,
      run: (order, _, threshold) => nearestNeighbour(graph, order, threshold),
    },
    {
      method: 'Immich-like',
      thresholds: grid,
      ordered: true,
      run: (order, _, threshold) => immichLike(graph, order, threshold),
    },
    {
      method: 'Immich as shipped',
      thresholds: shipped(IMMICH_SHIPPED),
      ordered: true,
      run: (order, _, threshold) => immichLike(graph, order, threshold),
    },
    {
      method: 'DBSCAN',
      thresholds: grid,
      ordered: false,
      run: (_order, _seed, threshold) => dbscan(graph, threshold),
    },
    {
      method: 'Chinese Whispers',
      thresholds: grid,
      ordered: true,
      run: (_, seed, threshold) => chineseWhispers(graph, threshold, seed),
    },
    {
      method: 'average linkage',
      thresholds: grid,
      ordered: false,
      run: (_order, _seed, threshold) => averageLinkage(canonical, threshold),
    },
  ];
  const possible = baselines.filter(({ thresholds }) => thresholds.length > 0);
  return possible.map(({ method, thresholds, ordered, run }) => {
    const first = permutation(faces.count, 1);
    const start = performance.now();
    const tried = thresholds.map((threshold) => ({ threshold, labels: run(first, 1, threshold) }));
    const seconds = (performance.now() - start) / 1000 / thresholds.length;
    const f = (labels: Int32Array): number => agreement(faces.people, labels).bcubed.f;
    const best = tried.reduce((a, b) => (f(b.labels) > f(a.labels) ? b : a));
    const runs = [best.labels];
    for (let seed = 2; ordered && seed <= orders; seed++)
      runs.push(run(permutation(faces.count, seed), seed, best.threshold));
    const setting = thresholds.length > 1 ? `${best.threshold}, tuned` : String(best.threshold);
    return figuresOf(method, setting, faces.people, runs, seconds);
  });
}
