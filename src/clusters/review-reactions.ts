// What a change does to the review queue: moot questions close, open ones take new evidence, new clusters are asked about.
// It reads the state after the change and returns what is to be written.
import type { ClusterSimilarity } from '../database/centroid-repository.js';
import type { ClusterRecord, FaceRecord, ReviewItemRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import { linkageLogit, sigmoid } from '../domain/cluster/calibration.js';
import type { Change } from '../domain/cluster/change-plan.js';
import { reviewPriority } from '../domain/review/priority.js';
import { facesToShow } from '../domain/review/shown-faces.js';
import {
  isWorthAsking,
  type NearbyCluster,
  type NewClusterEvidence,
  newClusterSubject,
  type OfferedCluster,
  type UncertainAssignmentEvidence,
} from '../domain/review/review-item.js';
import type { Arrived } from './arrived.js';
import type { TenantPolicy } from './assignment-policies.js';
import { reviewSuggestion, type SettlingChange } from './suggestion-reactions.js';

export type Question = Extract<Change, { do: 'open_item' }>;

export interface ReactionInput extends SettlingChange {
  /** Open items about a face or cluster of the change. */
  readonly items: readonly ReviewItemRecord[];
  /** Items that the decision itself closes; they are still open while the reaction is planned. */
  readonly decidedItemIds: ReadonlySet<string>;
  /** Clusters that changed and stay, as they are now, by id. */
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  /** Those that were provisional before and are named or hidden now: doubts about their faces are moot. */
  readonly settledClusterIds: readonly string[];
  /** Rows that came with this very change. */
  readonly arrived: Arrived;
  readonly deletedClusterIds: readonly string[];
  readonly erasedFaceIds: readonly string[];
  /** Clusters made by this very change: nothing was ever asked about them. */
  readonly newClusterIds: ReadonlySet<string>;
  /** Questions that the plan itself opens. */
  readonly opening: readonly Question[];
  /** Only these clusters are asked about anew; absent: all that changed. */
  readonly askAnewAbout?: readonly string[] | undefined;
  readonly policy: TenantPolicy;
}

export interface ReactionResult {
  /** The open items that were looked at, as they were. */
  readonly items: readonly ReviewItemRecord[];
  readonly superseded: readonly string[];
  readonly cancelled: readonly string[];
  readonly questions: readonly Question[];
}

const NEAREST_SHOWN = 3;

export class ReviewReactions {
  async plan(repositories: TenantRepositories, input: ReactionInput): Promise<ReactionResult> {
    const superseded: string[] = [];
    const cancelled: string[] = [];
    const questions: Question[] = [...input.opening];
    const { clusters, arrived } = input;
    const pending = [...clusters.values()]
      .filter((cluster) => cluster.state === 'pending')
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const members = new Map<string, FaceRecord[]>();
    const founded = new Set(arrived.clusters.map((cluster) => cluster.id));
    const stood = pending.map((cluster) => cluster.id).filter((id) => !founded.has(id));
    const inFounded = arrived.faces.filter((face) => founded.has(face.clusterId ?? ''));
    for (const face of [...inFounded, ...(await repositories.faces.listByClusters(stood))]) {
      const list = members.get(face.clusterId!);
      if (list === undefined) members.set(face.clusterId!, [face]);
      else list.push(face);
    }
    const items = await this.withMemberItems(repositories, input, members);

    // Clusters whose first face already is a question of its own.
    const askedThroughFace = new Set<string>(input.opening.flatMap(({ evidence }) => ownClusterOf(evidence)));
    const openNewCluster = new Map<string, ReviewItemRecord>();
    for (const item of items) {
      if (item.kind === 'uncertain_assignment') {
        const outcome = await this.reviewUncertain(repositories, item, input);
        if (outcome === 'superseded') superseded.push(item.id);
        else if (outcome === 'cancelled') cancelled.push(item.id);
        else {
          askedThroughFace.add((item.evidence as unknown as UncertainAssignmentEvidence).own_cluster_id);
          if (outcome !== 'stands') questions.push(outcome);
        }
      } else if (item.kind === 'new_cluster') {
        const clusterId = item.subjectKey.slice(newClusterSubject('').length);
        const cluster = clusters.get(clusterId);
        if (cluster === undefined && input.deletedClusterIds.includes(clusterId)) cancelled.push(item.id);
        else if (cluster !== undefined && cluster.state !== 'pending') superseded.push(item.id);
        else if (cluster !== undefined) openNewCluster.set(clusterId, item);
      } else {
        const outcome = await reviewSuggestion(repositories, item, input);
        if (outcome === 'superseded') superseded.push(item.id);
        else if (outcome === 'cancelled') cancelled.push(item.id);
        else {
          for (const own of ownClusterOf(item.evidence)) askedThroughFace.add(own);
          if (outcome !== 'stands') questions.push(outcome);
        }
      }
    }
    const about = pending.filter((cluster) => (members.get(cluster.id)?.length ?? 0) > 0);
    const fresh: ClusterRecord[] = [];
    for (const cluster of about) {
      const open = openNewCluster.get(cluster.id);
      const faces = members.get(cluster.id) ?? [];
      if (open !== undefined) {
        const refreshed = refreshNewCluster(open, faces, input.policy);
        if (refreshed !== undefined) questions.push(refreshed);
      } else if (
        !askedThroughFace.has(cluster.id) &&
        (await this.isWorthAsking(repositories, cluster, faces, input))
      ) {
        fresh.push(cluster);
      }
    }
    questions.push(...(await this.askAbout(repositories, fresh, members, input)));
    return { items, superseded: superseded.sort(), cancelled: cancelled.sort(), questions };
  }

  /** The items found before the change, and those about any face that now is in a changed provisional cluster. */
  private async withMemberItems(
    repositories: TenantRepositories,
    input: ReactionInput,
    members: ReadonlyMap<string, readonly FaceRecord[]>,
  ): Promise<ReviewItemRecord[]> {
    const faceIds = [...members]
      .filter(([id]) => !input.newClusterIds.has(id))
      .flatMap(([, faces]) => faces.map((face) => face.id));
    if (input.settledClusterIds.length > 0)
      faceIds.push(...(await repositories.faces.listIdsByClusters(input.settledClusterIds)));
    const known = new Map(input.items.map((item) => [item.id, item]));
    if (faceIds.length > 0) {
      for (const item of await repositories.reviewItems.findOpenTouching({ faceIds }))
        known.set(item.id, known.get(item.id) ?? item);
    }
    return [...known.values()]
      .filter((item) => !input.decidedItemIds.has(item.id))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private async isWorthAsking(
    repositories: TenantRepositories,
    cluster: ClusterRecord,
    faces: readonly FaceRecord[],
    input: ReactionInput,
  ): Promise<boolean> {
    if (!input.policy.review.kinds.new_cluster) return false;
    const { reviewFacesMin, askAgainGrowth } = input.policy.point;
    if (faces.length < reviewFacesMin || input.askAnewAbout?.includes(cluster.id) === false) return false;
    if (input.newClusterIds.has(cluster.id)) return true;
    const last = await repositories.reviewItems.findLastClosed('new_cluster', newClusterSubject(cluster.id));
    const dismissedAt = last?.state === 'dismissed' ? last.outcome?.['face_count'] : null;
    return isWorthAsking(
      faces.length,
      reviewFacesMin,
      typeof dismissedAt === 'number' ? dismissedAt : null,
      askAgainGrowth,
    );
  }

  private async reviewUncertain(
    repositories: TenantRepositories,
    item: ReviewItemRecord,
    input: ReactionInput,
  ): Promise<'superseded' | 'cancelled' | 'stands' | Question> {
    const evidence = item.evidence as unknown as UncertainAssignmentEvidence;
    const face = input.erasedFaceIds.includes(evidence.face_id)
      ? null
      : await repositories.faces.find(evidence.face_id);
    if (face === null || face.state === 'dismissed') return 'cancelled';
    if (face.locked || face.clusterId !== evidence.own_cluster_id) return 'superseded';
    const own = await repositories.clusters.find(evidence.own_cluster_id);
    if (own?.state !== 'pending') return 'superseded';
    const candidates = await this.currentCandidates(repositories, evidence, input.deletedClusterIds);
    const best = candidates[0];
    if (best === undefined) return 'superseded';
    if (JSON.stringify(candidates) === JSON.stringify(evidence.candidates)) return 'stands';
    // Undo has put the evidence back as it was: it holds while the best candidate does.
    if (input.askAnewAbout && best.cluster_id === evidence.candidates[0]?.cluster_id) return 'stands';
    return {
      do: 'open_item',
      kind: 'uncertain_assignment',
      subjectKey: item.subjectKey,
      faceId: item.faceId,
      clusterId: best.cluster_id,
      evidence: { ...evidence, candidates },
      priority: item.priority,
      similarity: best.similarity,
      probability: best.probability,
    };
  }

  /** Candidates after merges and deletions: a merged one counts as what it was merged into, a hidden one is not offered. */
  private async currentCandidates(
    repositories: TenantRepositories,
    evidence: UncertainAssignmentEvidence,
    deleted: readonly string[],
  ): Promise<OfferedCluster[]> {
    const records = await repositories.clusters.findMany(
      evidence.candidates.map((candidate) => candidate.cluster_id),
    );
    const byId = new Map(records.map((record) => [record.id, record]));
    const targets = records.flatMap((record) => (record.mergedInto === null ? [] : [record.mergedInto]));
    for (const target of await repositories.clusters.findMany(targets)) byId.set(target.id, target);
    const seen = new Set<string>([evidence.own_cluster_id]);
    const current: OfferedCluster[] = [];
    for (const candidate of evidence.candidates) {
      const record = byId.get(candidate.cluster_id);
      const stands = record?.state === 'merged' ? byId.get(record.mergedInto ?? '') : record;
      if (
        stands === undefined ||
        stands.state === 'ignored' ||
        seen.has(stands.id) ||
        deleted.includes(stands.id)
      )
        continue;
      seen.add(stands.id);
      current.push({ ...candidate, cluster_id: stands.id });
    }
    return current;
  }

  private async askAbout(
    repositories: TenantRepositories,
    clusters: readonly ClusterRecord[],
    members: ReadonlyMap<string, readonly FaceRecord[]>,
    { arrived, policy }: ReactionInput,
  ): Promise<Question[]> {
    const unrated = clusters.map((cluster) => cluster.id).filter((id) => !arrived.nearest.has(id));
    const nearby = new Map([...arrived.nearest, ...(await this.nearby(repositories, unrated, policy))]);
    return clusters.map(({ id }) =>
      newClusterQuestion(id, members.get(id) ?? [], (nearby.get(id) ?? []).slice(0, NEAREST_SHOWN), policy),
    );
  }

  /** The clusters whose centroids come closest to those of the clusters, by cluster id. */
  private async nearby(
    repositories: TenantRepositories,
    clusterIds: readonly string[],
    policy: TenantPolicy,
  ): Promise<Map<string, NearbyCluster[]>> {
    if (clusterIds.length === 0) return new Map();
    const centroids = await repositories.centroids.load(clusterIds, policy.space);
    const lists = await repositories.centroids.nearest(
      centroids.map((record) => record.centroid),
      { limit: NEAREST_SHOWN + 1, similarityMin: policy.point.neighbourSimilarityMin },
    );
    const rated = ({ clusterId, similarity }: ClusterSimilarity): NearbyCluster => {
      const logit = linkageLogit(policy.calibration.linkage, {
        best: similarity,
        topMean: similarity,
        centroid: similarity,
        faceCount: 1,
      });
      return { cluster_id: clusterId, similarity, probability: sigmoid(logit) };
    };
    return new Map(
      centroids.map((record, i) => [
        record.clusterId,
        (lists[i] ?? []).filter((other) => other.clusterId !== record.clusterId).map(rated),
      ]),
    );
  }
}

/** Clusters that were provisional and are a human's now. */
export function settledClusters(
  before: readonly ClusterRecord[],
  after: ReadonlyMap<string, ClusterRecord>,
): string[] {
  return before
    .filter(({ id, state }) => state === 'pending' && /confirmed|ignored/.test(after.get(id)?.state ?? ''))
    .map((cluster) => cluster.id);
}

/** The provisional cluster of a face that is a question of its own. */
const ownClusterOf = ({ own_cluster_id: own }: Readonly<Record<string, unknown>>): string[] =>
  typeof own === 'string' ? [own] : [];

function newClusterQuestion(
  clusterId: string,
  faces: readonly FaceRecord[],
  nearest: readonly NearbyCluster[],
  policy: TenantPolicy,
): Question {
  const evidence: NewClusterEvidence = {
    face_ids: facesToShow(faces, policy.point.facesShown),
    face_count: faces.length,
    nearest,
  };
  const probability = nearest[0]?.probability ?? null;
  return {
    do: 'open_item',
    kind: 'new_cluster',
    subjectKey: newClusterSubject(clusterId),
    faceId: null,
    clusterId,
    evidence: { ...evidence },
    priority: reviewPriority(faces.length, probability, false),
    similarity: nearest[0]?.similarity ?? null,
    probability,
  };
}

function refreshNewCluster(
  item: ReviewItemRecord,
  faces: readonly FaceRecord[],
  policy: TenantPolicy,
): Question | undefined {
  const old = item.evidence as unknown as NewClusterEvidence;
  const question = newClusterQuestion(
    item.subjectKey.slice(newClusterSubject('').length),
    faces,
    old.nearest,
    policy,
  );
  return JSON.stringify(question.evidence) ===
    JSON.stringify({ face_ids: old.face_ids, face_count: old.face_count, nearest: old.nearest })
    ? undefined
    : question;
}
