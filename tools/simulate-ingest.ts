// Ingest in memory with the project's own decisions: one face a photo, no database. Shows what a policy does on labelled
// faces in any order of arrival.
import {
  type AssignmentPolicy,
  rankCandidates,
  type RankedCandidate,
} from '../src/domain/cluster/ranked-candidate.js';
import { decideAssignment } from '../src/domain/cluster/assignment.js';
import { type Candidate, gatherCandidates, type Neighbour } from '../src/domain/cluster/candidates.js';
import { type Embedding, EMBEDDING_WIDTH } from '../src/domain/face/embedding.js';

export interface LabelledFace {
  readonly id: string;
  /** The first folder of the photo's path: the set that it belongs to. */
  readonly set: string;
  readonly person: string;
  readonly embedding: Embedding;
  /** Empty for a face that may found and join clusters by itself. */
  readonly reasons: readonly string[];
}

export class MemoryCluster {
  readonly members: LabelledFace[] = [];
  private readonly sum = new Float64Array(EMBEDDING_WIDTH);
  private length = 0;

  constructor(readonly id: string) {}

  add(face: LabelledFace): void {
    this.members.push(face);
    let squares = 0;
    for (let i = 0; i < EMBEDDING_WIDTH; i++) {
      this.sum[i]! += face.embedding.values[i]!;
      squares += this.sum[i]! ** 2;
    }
    this.length = Math.sqrt(squares);
  }

  /** Cosine of the centroid with a face, or with another centroid. */
  similarityTo(other: LabelledFace | MemoryCluster): number {
    const [values, length] =
      other instanceof MemoryCluster ? [other.sum, other.length] : [other.embedding.values, 1];
    let dot = 0;
    for (let i = 0; i < EMBEDDING_WIDTH; i++) dot += this.sum[i]! * values[i]!;
    return dot / (this.length * length);
  }
}

const remembered = new WeakMap<LabelledFace, WeakMap<LabelledFace, number>>();

/** Cosine of two faces; worked out once, because every order of arrival compares the same pairs. */
export function similarityOf(a: LabelledFace, b: LabelledFace): number {
  let row = remembered.get(a);
  if (row === undefined) remembered.set(a, (row = new WeakMap()));
  let similarity = row.get(b);
  if (similarity === undefined) row.set(b, (similarity = a.embedding.similarityTo(b.embedding)));
  return similarity;
}

/** The candidates that ingest would find for a face among these clusters. */
export function candidatesFor(
  face: LabelledFace,
  clusters: Iterable<MemoryCluster>,
  point: AssignmentPolicy['point'],
): Candidate[] {
  const all = [...clusters];
  const neighbours = all.flatMap((cluster) =>
    cluster.members.map((member): Neighbour => ({
      faceId: member.id,
      clusterId: cluster.id,
      similarity: similarityOf(face, member),
    })),
  );
  const pointed = new Set(neighbours.map(({ clusterId }) => clusterId));
  const facts = all
    .filter(({ id }) => pointed.has(id))
    .map((cluster) => ({
      clusterId: cluster.id,
      state: 'pending' as const,
      faceCount: cluster.members.length,
      centroidSimilarity: cluster.similarityTo(face),
      heldByHuman: false,
      cannotLink: false,
      holdsImage: false,
    }));
  return gatherCandidates(neighbours, facts, point);
}

export interface IngestOutcome {
  readonly clusters: readonly MemoryCluster[];
  readonly asked: number;
  /** Joins without a question, and how many of them brought two people together. */
  readonly joins: number;
  readonly wrongJoins: number;
  readonly bridges: number;
  /** Every candidate that was rated, with the truth. */
  readonly rated: readonly { readonly probability: number; readonly same: boolean }[];
}

export function simulateIngest(faces: readonly LabelledFace[], policy: AssignmentPolicy): IngestOutcome {
  const clusters = new Map<string, MemoryCluster>();
  const rated: { probability: number; same: boolean }[] = [];
  let asked = 0;
  let joins = 0;
  let wrongJoins = 0;
  let bridges = 0;
  faces.forEach((face, n) => {
    const candidates = candidatesFor(face, clusters.values(), policy.point);
    rated.push(...rankCandidates(candidates, policy).map((one) => rateTruth(one, face, clusters)));
    const pair = (a: string, b: string) => ({
      apart: false,
      centroidSimilarity: clusters.get(a)!.similarityTo(clusters.get(b)!),
    });
    const probe = { faceId: face.id, imageId: face.id, contentKey: face.id, reasons: [] };
    const decision = decideAssignment(probe, candidates, policy, pair);
    if (decision.kind === 'assign') {
      const home = clusters.get(decision.clusterId)!;
      joins++;
      if (majority(home) !== face.person) wrongJoins++;
      home.add(face);
      for (const bridged of decision.bridges) {
        bridges++;
        for (const member of clusters.get(bridged)!.members) home.add(member);
        clusters.delete(bridged);
      }
      return;
    }
    if (decision.kind === 'ask') asked++;
    const own = new MemoryCluster(`c${String(n).padStart(6, '0')}`);
    own.add(face);
    clusters.set(own.id, own);
  });
  return { clusters: [...clusters.values()], asked, joins, wrongJoins, bridges, rated };
}

const rateTruth = (
  candidate: RankedCandidate,
  face: LabelledFace,
  clusters: ReadonlyMap<string, MemoryCluster>,
) => ({
  probability: candidate.probability,
  same: majority(clusters.get(candidate.clusterId)!) === face.person,
});

export function majority(cluster: MemoryCluster): string {
  const counts = new Map<string, number>();
  for (const { person } of cluster.members) counts.set(person, (counts.get(person) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]![0];
}

/** BCubed precision and recall, 0..1. */
export function bCubed(clusters: readonly MemoryCluster[]): {
  readonly precision: number;
  readonly recall: number;
} {
  const total = new Map<string, number>();
  let faces = 0;
  for (const cluster of clusters) {
    for (const { person } of cluster.members) {
      total.set(person, (total.get(person) ?? 0) + 1);
      faces++;
    }
  }
  let precision = 0;
  let recall = 0;
  for (const cluster of clusters) {
    const inside = new Map<string, number>();
    for (const { person } of cluster.members) inside.set(person, (inside.get(person) ?? 0) + 1);
    for (const [person, n] of inside) {
      precision += (n * n) / cluster.members.length;
      recall += (n * n) / total.get(person)!;
    }
  }
  return { precision: precision / faces, recall: recall / faces };
}

/** Deterministic random numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomOf(seed);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
