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

const GRID = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55];
const IMMICH_SHIPPED = 0.5;
const ENTE_SHIPPED = 0.76;

export function runBaselines(
  set: LabelledSet,
  calibration: EvidenceCalibration,
  orders: number,
): MethodFigures[] {
  const { graph, faces } = set;
  const canonical = canonicalFaces(consolidationInput(set), calibration);
  const baselines: Baseline[] = [
    {
      method: '1-NN',
      thresholds: GRID,
      ordered: true,
      run: (order, _, threshold) => nearestNeighbour(graph, order, threshold),
    },
    {
      method: 'Ente-like',
      thresholds: [ENTE_SHIPPED],
      ordered: true,
      run: (order, _, threshold) => nearestNeighbour(graph, order, threshold),
    },
    {
      method: 'Immich-like',
      thresholds: GRID,
      ordered: true,
      run: (order, _, threshold) => immichLike(graph, order, threshold),
    },
    {
      method: 'Immich as shipped',
      thresholds: [IMMICH_SHIPPED],
      ordered: true,
      run: (order, _, threshold) => immichLike(graph, order, threshold),
    },
    {
      method: 'DBSCAN',
      thresholds: GRID,
      ordered: false,
      run: (_order, _seed, threshold) => dbscan(graph, threshold),
    },
    {
      method: 'Chinese Whispers',
      thresholds: GRID.slice(0, 5),
      ordered: true,
      run: (_, seed, threshold) => chineseWhispers(graph, threshold, seed),
    },
    {
      method: 'average linkage',
      thresholds: [0.3, 0.35, 0.4],
      ordered: false,
      run: (_order, _seed, threshold) => averageLinkage(canonical, threshold),
    },
  ];
  return baselines.map(({ method, thresholds, ordered, run }) => {
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
