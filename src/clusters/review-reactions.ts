// What a change does to the review queue: moot questions close, open ones take new evidence, new clusters are asked about.
// It reads the state after the change and returns what is to be written.
import type { ClusterRecord, FaceRecord, ReviewItemRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import { newClusterSubject } from '../domain/review/review-item.js';
import { askAboutClusters, isWorthAskingNow, refreshNewCluster } from './new-cluster-reactions.js';
import type { Question, ReactionInput, ReactionResult } from './reaction.js';
import { reviewSuggestion } from './suggestion-reactions.js';
import { reviewUncertain } from './uncertain-reactions.js';

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
      if (item.kind === 'new_cluster') {
        const clusterId = item.subjectKey.slice(newClusterSubject('').length);
        const cluster = clusters.get(clusterId);
        if (cluster === undefined && input.deletedClusterIds.includes(clusterId)) cancelled.push(item.id);
        else if (cluster !== undefined && cluster.state !== 'pending') superseded.push(item.id);
        else if (cluster !== undefined) openNewCluster.set(clusterId, item);
        continue;
      }
      const review = item.kind === 'uncertain_assignment' ? reviewUncertain : reviewSuggestion;
      const outcome = await review(repositories, item, input);
      if (outcome === 'superseded') superseded.push(item.id);
      else if (outcome === 'cancelled') cancelled.push(item.id);
      else {
        for (const own of ownClusterOf(item.evidence)) askedThroughFace.add(own);
        if (outcome !== 'stands') questions.push(outcome);
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
        (await isWorthAskingNow(repositories, cluster, faces, input))
      ) {
        fresh.push(cluster);
      }
    }
    questions.push(...(await askAboutClusters(repositories, fresh, members, input)));
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
