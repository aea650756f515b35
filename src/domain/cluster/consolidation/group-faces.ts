// The long computation of a consolidation, from stored bytes to groups and doubts: made to run on a thread of its own.
import type { HumanWord } from '../qel/consolidation-input.js';
import { consolidate } from '../qel/consolidate.js';
import type { EvidenceCalibration } from '../qel/evidence-calibration.js';
import { dot } from '../qel/cluster-statistics.js';
import { graphOfFoundPairs } from '../qel/graph-of-found-pairs.js';
import { unitVectorsOf } from '../qel/half-vectors.js';
import { CONTRADICTION, DOUBTFUL_MERGE_LOGIT, joinGain, verifyGain } from '../qel/question-gain.js';
import { findSimilarPairs } from '../qel/similar-pairs.js';
import { sigmoid } from '../calibration.js';

/** Faces are named by their places in the lists. */
export interface GroupingTask {
  readonly evidence: EvidenceCalibration;
  /** As many values of each vector as the calibration's space has; half precision, big-endian. */
  readonly halves: Uint8Array;
  /** 0..1 */
  readonly qualities: Float64Array;
  readonly doubted: readonly boolean[];
  readonly contentKeys: readonly string[];
  readonly photos: readonly string[];
  readonly human: HumanWord;
}

/** Two groups that were left apart, each named by a face of it. */
export interface RatedPair {
  readonly a: number;
  readonly b: number;
  /** Evidence that they are one person. */
  readonly logit: number;
}

export interface GroupedFaces {
  /** For each face its group. */
  readonly groupOf: Int32Array;
  /** Faces that are clear enough to found a group. */
  readonly clear: readonly boolean[];
  /** Of what is left open only the most worthwhile. */
  readonly openPairs: readonly (RatedPair & {
    /** Of the groups' means, -1..1. */
    readonly similarity: number;
  })[];
  readonly doubtfulJoins: readonly {
    readonly part: readonly number[];
    readonly wholeCount: number;
    readonly logit: number;
  }[];
  /** What a human's word keeps apart against much evidence, most at stake first. */
  readonly contradictions: readonly RatedPair[];
}

/** Of each kind; many times what is asked at once, because answered questions are among them. */
const DOUBTS_MAX = 500;
/** A list of neighbours needs similarities above 0. */
const SIMILARITY_MIN = 1e-3;

export function groupFaces(task: GroupingTask): GroupedFaces {
  const { evidence, contentKeys } = task;
  const width = evidence.unrecognisable.length;
  const embeddings = unitVectorsOf(task.halves, width);
  const similarityMin = Math.max(SIMILARITY_MIN, evidence.links.ingestSimilarityMin);
  const pairs = findSimilarPairs(embeddings, width, similarityMin);
  const { groupOf, gate, openPairs, merges } = consolidate(
    {
      faces: { ...task, width, embeddings },
      neighbours: graphOfFoundPairs(contentKeys.length, [pairs]),
      human: task.human,
    },
    evidence,
  );
  const sizes = new Map<number, number>();
  for (const group of groupOf) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const size = (face: number): number => sizes.get(groupOf[face]!) ?? 1;
  const gain = ({ a, b, logit }: RatedPair): number => joinGain(sigmoid(logit), size(a), size(b));
  const means = new GroupMeans(embeddings, width, groupOf);
  return {
    groupOf,
    clear: gate.map((reason) => reason === null),
    openPairs: best(
      openPairs.filter(({ obstacle }) => obstacle !== 'cannot_link'),
      gain,
    ).map(({ a, b, logit }) => ({ a, b, logit, similarity: means.similarity(a, b) })),
    doubtfulJoins: best(
      merges.filter(({ logit }) => logit < DOUBTFUL_MERGE_LOGIT),
      ({ logit, part, whole }) => verifyGain(sigmoid(logit), part.length, whole.length),
    ).map(({ part, whole, logit }) => ({ part, wholeCount: whole.length, logit })),
    contradictions: best(
      openPairs.filter(
        (pair) =>
          pair.obstacle === 'cannot_link' &&
          pair.logit > CONTRADICTION.logit &&
          gain(pair) > CONTRADICTION.gain,
      ),
      gain,
    ).map(({ a, b, logit }) => ({ a, b, logit })),
  };
}

/** Stable: equals stay in the order of the algorithm, which is that of content. */
function best<T>(list: readonly T[], gain: (one: T) => number): T[] {
  return [...list].sort((p, q) => gain(q) - gain(p)).slice(0, DOUBTS_MAX);
}

class GroupMeans {
  private readonly sums = new Map<number, Float32Array>();
  private readonly members = new Map<number, number[]>();

  constructor(
    private readonly embeddings: Float32Array,
    private readonly width: number,
    private readonly groupOf: Int32Array,
  ) {
    for (const [face, group] of groupOf.entries()) {
      const list = this.members.get(group);
      if (list === undefined) this.members.set(group, [face]);
      else list.push(face);
    }
  }

  /** Cosine of the means of the groups of two faces. */
  similarity(a: number, b: number): number {
    const [sumA, sumB] = [this.sumOf(this.groupOf[a]!), this.sumOf(this.groupOf[b]!)];
    const length = Math.sqrt(dot(sumA, sumA) * dot(sumB, sumB));
    return length === 0 ? 0 : Math.min(1, Math.max(-1, dot(sumA, sumB) / length));
  }

  private sumOf(group: number): Float32Array {
    const known = this.sums.get(group);
    if (known !== undefined) return known;
    const sum = new Float32Array(this.width);
    for (const face of this.members.get(group)!)
      for (let i = 0; i < sum.length; i++) sum[i]! += this.embeddings[face * this.width + i]!;
    this.sums.set(group, sum);
    return sum;
  }
}
