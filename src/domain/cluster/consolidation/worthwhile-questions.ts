// Which questions a consolidation leaves open are worth a human's time, best first. Whether one was answered before is for
// suggestMerge and suggestSplit to say.
import { sigmoid } from '../calibration.js';
import { DOUBTFUL_MERGE_LOGIT, joinGain, QUESTION_GAIN_MIN, verifyGain } from '../qel/question-gain.js';
import type { OperatingPoint } from '../thresholds.js';
import type { ConsolidationPlan } from './consolidation-plan.js';

/** Two groups that evidence neither joins nor clearly parts. */
export interface OpenPairOfFaces {
  /** A face of each group. */
  readonly faceA: string;
  readonly faceB: string;
  readonly logit: number;
  /** Of the groups' means, -1..1. */
  readonly similarity: number;
}

/** A join that evidence made, with the faces of the smaller side. */
export interface DoubtfulJoin {
  readonly part: readonly string[];
  readonly wholeCount: number;
  readonly logit: number;
}

export type WorthwhileQuestion =
  | {
      readonly ask: 'merge';
      /** Sorted. */
      readonly clusterIds: readonly [string, string];
      /** Null: of the clusters' own means. */
      readonly figures: {
        readonly similarity: number;
        readonly probability: number;
        readonly logit: number;
      } | null;
    }
  | {
      readonly ask: 'split';
      readonly clusterId: string;
      readonly groups: readonly (readonly string[])[];
      /** That the parts are one person, 0..1; null: unknown. */
      readonly probability: number | null;
    };

/** Questions that one consolidation may leave open of each kind: more than a reviewer answers in an hour. */
export const QUESTIONS_MAX = 50;
/** Faces of the smaller cluster: about a single face ingest has asked, or did not think it worth asking. */
const SMALLER_SIDE_MIN = 2;

export function worthwhileQuestions(
  plan: ConsolidationPlan,
  groups: { readonly openPairs: readonly OpenPairOfFaces[]; readonly doubtfulJoins: readonly DoubtfulJoin[] },
  groupOf: ReadonlyMap<string, number>,
  point: Pick<OperatingPoint, 'ask'>,
): WorthwhileQuestion[] {
  const homeOf = new Map<string, string>();
  for (const [clusterId, { faces }] of plan.after) for (const face of faces) homeOf.set(face.id, clusterId);
  return [
    ...merges(plan, groups.openPairs, homeOf, point.ask),
    ...partedHeld(plan, groupOf),
    ...doubtful(plan, groups.doubtfulJoins, homeOf),
  ];
}

function merges(
  { joinable, after }: ConsolidationPlan,
  openPairs: readonly OpenPairOfFaces[],
  homeOf: ReadonlyMap<string, string>,
  ask: number,
): WorthwhileQuestion[] {
  const found = new Map<string, { question: WorthwhileQuestion; gain: number; key: string }>();
  for (const clusterIds of joinable) {
    const key = clusterIds.join(' ');
    found.set(key, { key, question: { ask: 'merge', clusterIds, figures: null }, gain: Infinity });
  }
  for (const { faceA, faceB, logit, similarity } of openPairs) {
    const [homeA, homeB] = [homeOf.get(faceA), homeOf.get(faceB)];
    const probability = sigmoid(logit);
    if (homeA === undefined || homeB === undefined || homeA === homeB || probability < ask) continue;
    const [sizeA, sizeB] = [after.get(homeA)!.faces.length, after.get(homeB)!.faces.length];
    const gain = joinGain(probability, sizeA, sizeB);
    if (Math.min(sizeA, sizeB) < SMALLER_SIDE_MIN || gain < QUESTION_GAIN_MIN) continue;
    const clusterIds = [homeA, homeB].sort() as [string, string];
    const key = clusterIds.join(' ');
    if ((found.get(key)?.gain ?? 0) >= gain) continue;
    found.set(key, {
      key,
      question: { ask: 'merge', clusterIds, figures: { similarity, probability, logit } },
      gain,
    });
  }
  return best([...found.values()]);
}

/** Clusters of humans in which evidence sees several groups: the machine does not part them. */
function partedHeld(
  { after, held }: ConsolidationPlan,
  groupOf: ReadonlyMap<string, number>,
): WorthwhileQuestion[] {
  const found: { question: WorthwhileQuestion; gain: number; key: string }[] = [];
  for (const clusterId of held) {
    const groups = new Map<number, string[]>();
    for (const { id } of after.get(clusterId)?.faces ?? []) {
      const group = groupOf.get(id);
      if (group === undefined) continue;
      const list = groups.get(group);
      if (list === undefined) groups.set(group, [id]);
      else list.push(id);
    }
    const sizes = [...groups.values()].map((list) => list.length).sort((a, b) => b - a);
    if (sizes.length < 2) continue;
    const question = { ask: 'split', clusterId, groups: [...groups.values()], probability: null } as const;
    found.push({ key: clusterId, question, gain: verifyGain(0, sizes[0]!, sizes[1]!) });
  }
  return best(found);
}

function doubtful(
  { after }: ConsolidationPlan,
  joins: readonly DoubtfulJoin[],
  homeOf: ReadonlyMap<string, string>,
): WorthwhileQuestion[] {
  const found = new Map<string, { question: WorthwhileQuestion; gain: number; key: string }>();
  for (const { part, wholeCount, logit } of joins) {
    if (logit >= DOUBTFUL_MERGE_LOGIT) continue;
    const homes = new Set(part.map((face) => homeOf.get(face)));
    const [clusterId] = homes;
    if (homes.size !== 1 || clusterId === undefined) continue;
    const leaving = new Set(part);
    const rest = after.get(clusterId)!.faces.filter((face) => !leaving.has(face.id));
    const probability = sigmoid(logit);
    const gain = verifyGain(probability, part.length, wholeCount);
    if (rest.length === 0 || gain < QUESTION_GAIN_MIN || (found.get(clusterId)?.gain ?? 0) >= gain) continue;
    const groups = [rest.map((face) => face.id), part];
    found.set(clusterId, {
      key: clusterId,
      question: { ask: 'split', clusterId, groups, probability },
      gain,
    });
  }
  return best([...found.values()]);
}

const best = (
  found: { readonly question: WorthwhileQuestion; readonly gain: number; readonly key: string }[],
): WorthwhileQuestion[] =>
  found
    .sort((a, b) => b.gain - a.gain || (a.key < b.key ? -1 : 1))
    .slice(0, QUESTIONS_MAX)
    .map(({ question }) => question);
