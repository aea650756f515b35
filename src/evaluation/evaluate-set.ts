// One labelled set through the algorithm and the baselines: every figure of the protocol.
import type { AssignmentPolicy } from '../domain/cluster/ranked-candidate.js';
import { consolidate } from '../domain/cluster/qel/consolidate.js';
import type { ConsolidationInput } from '../domain/cluster/qel/consolidation-input.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { renumberGraph } from '../domain/cluster/qel/neighbour-graph.js';
import { operatingPoint } from '../domain/cluster/thresholds.js';
import {
  calibrationError,
  type Rated,
  reliability,
  type ReliabilityBin,
} from '../domain/evaluation/calibration-error.js';
import { type EffortCurve, humanEffort, type QuestionOrder } from '../domain/evaluation/human-effort.js';
import { consolidationInput, type LabelledSet, rankedSet } from '../domain/evaluation/labelled-set.js';
import { permutation } from '../domain/evaluation/seeded-random.js';
import { type IngestRun, simulateEvidenceIngest } from '../domain/evaluation/simulate-evidence-ingest.js';
import { simulateLinkageIngest } from '../domain/evaluation/simulate-linkage-ingest.js';
import { checkConstraints } from './check-constraints.js';
import { figuresOf, type MethodFigures, OWN_METHOD } from './method-figures.js';
import { runBaselines } from './run-baselines.js';

export interface SetEvaluation {
  readonly set: string;
  readonly faces: number;
  readonly people: number;
  readonly methods: readonly MethodFigures[];
  readonly ingest: IngestFigures;
  /** The same of the decision by linkage (ADR 0012), where the set's options name a policy. */
  readonly linkageIngest: IngestFigures | null;
  readonly consolidation: { readonly secondsPer20000: number; readonly megabytes: number };
  readonly constraints: { readonly checked: number; readonly violated: number };
  readonly effort: readonly EffortFigures[];
}

export interface IngestFigures {
  /** Right among the joins, 0..1, over all orders. */
  readonly precision: number;
  /** Share of the faces that a question was asked about, 0..1. */
  readonly asked: number;
  /** Clusters founded in one order, with and without a question: a mean. */
  readonly founded: number;
  readonly calibrationError: number;
  readonly reliability: readonly ReliabilityBin[];
  readonly microsecondsPerFace: number;
}

export interface EffortFigures {
  readonly start: string;
  readonly order: QuestionOrder;
  readonly wrongAnswers: number;
  readonly curve: EffortCurve;
}

export interface SetOptions {
  readonly orders: number;
  readonly questionsMax: number;
  /** Thresholds (cosines) that the baselines are tuned over. */
  readonly thresholds: readonly number[];
  /** What ingest by linkage decides with; absent: it is not judged. The set's graph must reach down to its floor. */
  readonly linkage?: AssignmentPolicy;
  /** Hears what is being done. */
  readonly progress: (text: string) => void;
}

export function evaluateSet(
  set: LabelledSet,
  calibration: EvidenceCalibration,
  options: SetOptions,
): SetEvaluation {
  const { faces } = set;
  const { progress } = options;
  progress(`${set.name}: baselines`);
  const methods = runBaselines(set, calibration, options.orders, options.thresholds);
  progress(`${set.name}: ingest in ${options.orders} orders`);
  const byEvidence = evidenceIngest(set, calibration, options.orders);
  const byLinkage =
    options.linkage === undefined ? null : linkageIngest(set, options.linkage, options.orders);
  progress(`${set.name}: consolidation in ${options.orders} orders`);
  const consolidated = consolidationRuns(set, calibration, options.orders, OWN_METHOD);
  const others = otherThresholds(calibration).map((one) => consolidationRuns(set, one, 1, 'QEL otherwise'));
  progress(`${set.name}: constraints and questions`);
  return {
    set: set.name,
    faces: faces.count,
    people: new Set(faces.people).size,
    methods: [
      ...methods,
      ...(byLinkage === null ? [] : [byLinkage.figures]),
      byEvidence.figures,
      consolidated.figures,
      ...others.map(({ figures }) => figures),
    ],
    ingest: byEvidence.ingest,
    linkageIngest: byLinkage?.ingest ?? null,
    consolidation: consolidated.cost,
    constraints: checkConstraints(set, calibration),
    effort: effortCurves(set, calibration, options.questionsMax),
  };
}

interface JudgedIngest {
  readonly ingest: IngestFigures;
  readonly figures: MethodFigures;
}

function evidenceIngest(set: LabelledSet, calibration: EvidenceCalibration, orders: number): JudgedIngest {
  const { faces, people } = rankedSet(set, calibration);
  const point = operatingPoint({ accept: calibration.ingestAccept });
  return judgedIngest('QEL at ingest', `P >= ${calibration.ingestAccept}`, people, orders, (order) =>
    simulateEvidenceIngest(faces, people, order, point),
  );
}

function linkageIngest(set: LabelledSet, policy: AssignmentPolicy, orders: number): JudgedIngest {
  return judgedIngest('linkage at ingest', `P >= ${policy.point.accept}`, set.faces.people, orders, (order) =>
    simulateLinkageIngest(set, order, policy),
  );
}

function judgedIngest(
  method: string,
  setting: string,
  people: Int32Array,
  orders: number,
  run: (order: Int32Array) => IngestRun,
): JudgedIngest {
  const rated: Rated[] = [];
  const groupings: Int32Array[] = [];
  let [assigned, wrong, asked, founded] = [0, 0, 0, 0];
  const start = performance.now();
  for (let seed = 1; seed <= orders; seed++) {
    const one = run(permutation(people.length, seed));
    for (const rating of one.rated) rated.push(rating);
    groupings.push(one.clusters);
    assigned += one.assigned;
    wrong += one.assignedWrongly;
    asked += one.asked;
    founded += one.asked + one.founded;
  }
  const seconds = (performance.now() - start) / 1000;
  const bins = reliability(rated);
  return {
    ingest: {
      precision: 1 - wrong / Math.max(1, assigned),
      asked: asked / orders / people.length,
      founded: founded / orders,
      calibrationError: calibrationError(bins),
      reliability: bins,
      microsecondsPerFace: (seconds / orders / people.length) * 1e6,
    },
    figures: figuresOf(method, setting, people, groupings, seconds / orders),
  };
}

/** Log odds beside the calibration's own that are judged too, so that it is seen what the choice costs. */
const OTHER_LOG_ODDS = [0, 3];
const otherThresholds = (calibration: EvidenceCalibration): EvidenceCalibration[] =>
  OTHER_LOG_ODDS.map((joinLogOddsMin) => ({
    ...calibration,
    joinLogOddsMin,
    joinLogOddsMinOfFew: null,
  })).filter((other) => joiningFrom(other) !== joiningFrom(calibration));

function joiningFrom({ joinLogOddsMin, joinLogOddsMinOfFew }: EvidenceCalibration): string {
  const few = joinLogOddsMinOfFew ?? joinLogOddsMin;
  return `log odds >= ${joinLogOddsMin}${few === joinLogOddsMin ? '' : `, few ${few}`}`;
}

/** With the very threshold that the service joins from. */
function consolidationRuns(
  set: LabelledSet,
  calibration: EvidenceCalibration,
  orders: number,
  method: string,
): { readonly figures: MethodFigures; readonly cost: SetEvaluation['consolidation'] } {
  const runs: Int32Array[] = [];
  let seconds = 0;
  let megabytes = 0;
  for (let seed = 1; seed <= orders; seed++) {
    const order = permutation(set.faces.count, seed);
    const input = inOrder(set, order, calibration.links.ingestSimilarityMin);
    const before = process.memoryUsage();
    const start = performance.now();
    const { groupOf } = consolidate(input, calibration);
    seconds += (performance.now() - start) / 1000 / orders;
    const after = process.memoryUsage();
    const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    megabytes = Math.max(megabytes, used / 1e6);
    const labels = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) labels[order[i]!] = order[groupOf[i]!]!;
    runs.push(labels);
  }
  return {
    figures: figuresOf(method, joiningFrom(calibration), set.faces.people, runs, seconds),
    cost: { secondsPer20000: (seconds / set.faces.count) * 20_000, megabytes },
  };
}

/** The set as if its faces had arrived in another order. */
function inOrder(set: LabelledSet, order: Int32Array, similarityMin: number): ConsolidationInput {
  const { faces } = consolidationInput(set);
  const embeddings = new Float32Array(faces.embeddings.length);
  for (let i = 0; i < order.length; i++) {
    const from = order[i]! * faces.width;
    embeddings.set(faces.embeddings.subarray(from, from + faces.width), i * faces.width);
  }
  return {
    ...consolidationInput(set),
    faces: {
      width: faces.width,
      embeddings,
      qualities: Float32Array.from(order, (face) => faces.qualities[face]!),
      contentKeys: Array.from(order, (face) => faces.contentKeys[face]!),
      photos: Array.from(order, (face) => faces.photos[face]!),
    },
    neighbours: renumberGraph(set.graph, order, similarityMin),
  };
}

function effortCurves(
  set: LabelledSet,
  calibration: EvidenceCalibration,
  questionsMax: number,
): EffortFigures[] {
  const input = consolidationInput(set);
  const { faces, people } = rankedSet(set, calibration);
  // The groups of the service first: the bar is about its questions.
  return [calibration, ...otherThresholds(calibration)].flatMap((start) => {
    const { groupOf, merges } = consolidate(input, start);
    const lists = new Map<number, number[]>();
    for (let rank = 0; rank < faces.count; rank++) {
      if (faces.gate[rank] !== null) continue;
      const group = groupOf[faces.order[rank]!]!;
      const list = lists.get(group);
      if (list === undefined) lists.set(group, [rank]);
      else list.push(rank);
    }
    const ranks = (list: readonly number[]): number[] => list.map((face) => faces.rankOf[face]!);
    const ranked = merges.map((merge) => ({ ...merge, part: ranks(merge.part), whole: ranks(merge.whole) }));
    const curve = (order: QuestionOrder, wrongAnswers: number): EffortFigures => ({
      start: joiningFrom(start),
      order,
      wrongAnswers,
      curve: humanEffort(faces, people, [...lists.values()], ranked, {
        order,
        questionsMax,
        wrongAnswers,
        seed: 1,
      }),
    });
    return [curve('gain', 0), curve('uncertain', 0), curve('random', 0), curve('gain', 0.03)];
  });
}
