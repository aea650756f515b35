// Faces that arrive one by one, decided by calibrated linkage with bridges (ADR 0012), with labels to judge it by: the counterpart
// of simulate-evidence-ingest.ts.
import { type AssignmentPolicy } from '../cluster/ranked-candidate.js';
import { decideAssignment } from '../cluster/assignment.js';
import { type Candidate, gatherCandidates, type Neighbour } from '../cluster/candidates.js';
import { QUALITY_DOUBT } from '../face/quality-thresholds.js';
import type { Rated } from './calibration-error.js';
import type { IngestRun } from './simulate-evidence-ingest.js';
import { type LabelledSet, majority } from './labelled-set.js';

/**
 * @param set With a graph from `policy.point.neighbourSimilarityMin` on.
 * @param order Faces in the order of arrival. @returns Clusters and counts by face, not by rank.
 */
export function simulateLinkageIngest(
  set: LabelledSet,
  order: Int32Array,
  policy: AssignmentPolicy,
): IngestRun {
  const { faces } = set;
  const gallery = new GrowingGallery(set, policy);
  const rated: Rated[] = [];
  let [assigned, assignedWrongly, asked, founded, gated] = [0, 0, 0, 0, 0];
  for (const face of order) {
    const person = faces.people[face]!;
    if (faces.qualities[face]! < QUALITY_DOUBT) {
      gated++;
      continue;
    }
    const probe = {
      faceId: String(face),
      imageId: String(face),
      contentKey: faces.contentKeys[face]!,
      reasons: [],
    };
    const decision = decideAssignment(probe, gallery.candidatesOf(face), policy, (a, b) => ({
      apart: false,
      centroidSimilarity: gallery.similarity(Number(a), Number(b)),
    }));
    const best = decision.evidence.candidates[0];
    if (best !== undefined) {
      const same = gallery.personOf(Number(best.clusterId)) === person;
      rated.push({ probability: best.probability, same });
    }
    if (decision.kind === 'assign') {
      const home = Number(decision.clusterId);
      assigned++;
      if (gallery.personOf(home) !== person) assignedWrongly++;
      gallery.add(home, face);
      for (const bridged of decision.bridges) gallery.join(home, Number(bridged));
      continue;
    }
    if (decision.kind === 'ask') asked++;
    else founded++;
    gallery.found(face);
  }
  return { clusters: gallery.labels(), rated, assigned, assignedWrongly, asked, founded, gated };
}

const NONE = -1;

class GrowingGallery {
  private readonly clusterOf: Int32Array;
  /** By cluster, the number of the face that founded it. */
  private readonly members = new Map<number, number[]>();
  private readonly sums = new Map<number, Float64Array>();

  constructor(
    private readonly set: LabelledSet,
    private readonly policy: AssignmentPolicy,
  ) {
    this.clusterOf = new Int32Array(set.faces.count).fill(NONE);
  }

  found(face: number): void {
    this.members.set(face, []);
    this.sums.set(face, new Float64Array(this.set.faces.width));
    this.add(face, face);
  }

  add(cluster: number, face: number): void {
    this.members.get(cluster)!.push(face);
    this.clusterOf[face] = cluster;
    const sum = this.sums.get(cluster)!;
    const embedding = this.embedding(face);
    for (let i = 0; i < sum.length; i++) sum[i]! += embedding[i]!;
  }

  join(home: number, gone: number): void {
    for (const face of this.members.get(gone)!) this.add(home, face);
    this.members.delete(gone);
    this.sums.delete(gone);
  }

  candidatesOf(face: number): Candidate[] {
    const { graph } = this.set;
    const { neighbours: count, neighbourSimilarityMin: floor } = this.policy.point;
    const neighbours: Neighbour[] = [];
    for (let at = graph.offsets[face]!; at < graph.offsets[face + 1]! && neighbours.length < count; at++) {
      const cluster = this.clusterOf[graph.neighbours[at]!]!;
      const similarity = graph.similarities[at]!;
      if (similarity < floor) break;
      if (cluster === NONE) continue;
      neighbours.push({ faceId: String(graph.neighbours[at]!), clusterId: String(cluster), similarity });
    }
    const facts = [...new Set(neighbours.map(({ clusterId }) => clusterId))].map((clusterId) => ({
      clusterId,
      state: 'pending' as const,
      faceCount: this.members.get(Number(clusterId))!.length,
      centroidSimilarity: cosine(this.sums.get(Number(clusterId))!, this.embedding(face)),
      heldByHuman: false,
      cannotLink: false,
      holdsImage: false,
    }));
    return gatherCandidates(neighbours, facts, this.policy.point);
  }

  similarity(a: number, b: number): number {
    return cosine(this.sums.get(a)!, this.sums.get(b)!);
  }

  personOf(cluster: number): number {
    return majority(this.set.faces.people, this.members.get(cluster)!).person;
  }

  /** A face that was kept out is alone. */
  labels(): Int32Array {
    return this.clusterOf.map((cluster, face) => (cluster === NONE ? face : cluster));
  }

  private embedding(face: number): Float32Array {
    const { embeddings, width } = this.set.faces;
    return embeddings.subarray(face * width, (face + 1) * width);
  }
}

function cosine(a: Float64Array, b: Float64Array | Float32Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squaresA += a[i]! * a[i]!;
    squaresB += b[i]! * b[i]!;
  }
  return product / Math.sqrt(squaresA * squaresB);
}
