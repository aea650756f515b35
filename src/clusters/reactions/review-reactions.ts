// What a change does to the review queue: moot questions close, open ones take new evidence, new clusters are asked about.
// It reads the state after the change and returns what is to be written.
import type { ClusterRecord, FaceRecord, ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { newClusterSubject } from '../../domain/review/review-item.js';
import { askAboutClusters, isWorthAskingNow, refreshNewCluster } from './new-cluster-reactions.js';
import type { Question, ReactionInput, ReactionResult } from './reaction.js';
import { reviewSuggestion } from './suggestion-reactions.js';
import { reviewUncertain } from './uncertain-reactions.js';

export async function planReactions(
  repositories: TenantRepositories,
  input: ReactionInput,
): Promise<ReactionResult> {
  const pending = [...input.clusters.values()]
    .filter((cluster) => cluster.state === 'pending')
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const members = await membersOf(repositories, pending, input);
  const items = await withMemberItems(repositories, input, members);
  const settled = await settle(repositories, items, input);

  const questions = [...input.opening, ...settled.questions];
  const fresh: ClusterRecord[] = [];
  for (const cluster of pending) {
    const faces = members.get(cluster.id) ?? [];
    if (faces.length === 0) continue;
    const open = settled.openNewCluster.get(cluster.id);
    if (open !== undefined) {
      const refreshed = refreshNewCluster(open, faces, input.policy);
      if (refreshed !== undefined) questions.push(refreshed);
    } else if (
      !settled.askedThroughFace.has(cluster.id) &&
      (await isWorthAskingNow(repositories, cluster, faces, input))
    ) {
      fresh.push(cluster);
    }
  }
  questions.push(...(await askAboutClusters(repositories, fresh, members, input)));
  const { superseded, cancelled } = settled;
  return { items, superseded: superseded.sort(), cancelled: cancelled.sort(), questions };
}

type Members = ReadonlyMap<string, readonly FaceRecord[]>;

/** Faces of provisional clusters after the change, by cluster; those of a photo that founded one are not read again. */
async function membersOf(
  repositories: TenantRepositories,
  pending: readonly ClusterRecord[],
  { arrived }: ReactionInput,
): Promise<Members> {
  const founded = new Set(arrived.clusters.map((cluster) => cluster.id));
  const stood = pending.map((cluster) => cluster.id).filter((id) => !founded.has(id));
  const inFounded = arrived.faces.filter((face) => founded.has(face.clusterId ?? ''));
  const members = new Map<string, FaceRecord[]>();
  for (const face of [...inFounded, ...(await repositories.faces.listByClusters(stood))]) {
    const list = members.get(face.clusterId!);
    if (list === undefined) members.set(face.clusterId!, [face]);
    else list.push(face);
  }
  return members;
}

/** The items found before the change, and those about any face that now is in a changed provisional cluster. */
async function withMemberItems(
  repositories: TenantRepositories,
  input: ReactionInput,
  members: Members,
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

/** What becomes of the open items. */
interface Settled {
  readonly superseded: string[];
  readonly cancelled: string[];
  /** Of items that take on another question. */
  readonly questions: Question[];
  /** Clusters whose first face already is a question of its own. */
  readonly askedThroughFace: Set<string>;
  /** Items that ask who a provisional cluster is, by cluster. */
  readonly openNewCluster: Map<string, ReviewItemRecord>;
}

async function settle(
  repositories: TenantRepositories,
  items: readonly ReviewItemRecord[],
  input: ReactionInput,
): Promise<Settled> {
  const settled: Settled = {
    superseded: [],
    cancelled: [],
    questions: [],
    askedThroughFace: new Set(input.opening.flatMap(({ evidence }) => ownClusterOf(evidence))),
    openNewCluster: new Map(),
  };
  for (const item of items) {
    if (item.kind === 'new_cluster') {
      settleNewCluster(item, input, settled);
      continue;
    }
    const review = item.kind === 'uncertain_assignment' ? reviewUncertain : reviewSuggestion;
    const outcome = await review(repositories, item, input);
    if (outcome === 'superseded') settled.superseded.push(item.id);
    else if (outcome === 'cancelled') settled.cancelled.push(item.id);
    else {
      for (const own of ownClusterOf(item.evidence)) settled.askedThroughFace.add(own);
      if (outcome !== 'stands') settled.questions.push(outcome);
    }
  }
  return settled;
}

/** It ends with its cluster, or when that is named or hidden; its evidence is looked at with the cluster's faces. */
function settleNewCluster(item: ReviewItemRecord, input: ReactionInput, settled: Settled): void {
  const clusterId = item.subjectKey.slice(newClusterSubject('').length);
  const cluster = input.clusters.get(clusterId);
  if (cluster === undefined) {
    if (input.deletedClusterIds.includes(clusterId)) settled.cancelled.push(item.id);
  } else if (cluster.state === 'pending') settled.openNewCluster.set(clusterId, item);
  else settled.superseded.push(item.id);
}

/** Clusters that were provisional and are a human's now. */
export function settledClusters(
  before: readonly ClusterRecord[],
  after: ReadonlyMap<string, ClusterRecord>,
): string[] {
  return before
    .filter(({ id, state }) => {
      const now = after.get(id)?.state;
      return state === 'pending' && (now === 'confirmed' || now === 'ignored');
    })
    .map((cluster) => cluster.id);
}

/** The provisional cluster of a face that is a question of its own. */
const ownClusterOf = ({ own_cluster_id: own }: Readonly<Record<string, unknown>>): string[] =>
  typeof own === 'string' ? [own] : [];
