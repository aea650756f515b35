// Reads what the answers to suggestions need, and has them planned.
import { v7 as uuidv7 } from 'uuid';
import type { ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { ChangePlan } from '../../domain/cluster/change-plan.js';
import type { MergeSuggestionEvidence } from '../../domain/review/merge-suggestion.js';
import {
  type MergeSuggestionDecision,
  planMergeSuggestionDecision,
} from '../../domain/review/merge-suggestion-effects.js';
import {
  planSameImageDecision,
  type SameImageConflictDecision,
} from '../../domain/review/same-image-conflict-effects.js';
import type { SameImageConflictEvidence } from '../../domain/review/same-image-conflict.js';
import {
  planSplitSuggestionDecision,
  splitGroups,
  type SplitSuggestionDecision,
} from '../../domain/review/split-suggestion-effects.js';
import type { SplitSuggestionEvidence } from '../../domain/review/split-suggestion.js';
import { faceFacts, getCluster, getFace, loadClusters, loadConstraints } from '../load-facts.js';

export async function planMergeSuggestion(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: MergeSuggestionDecision,
): Promise<ChangePlan> {
  const a = await getCluster(repositories, item.clusterId ?? '');
  const b = await getCluster(repositories, item.otherClusterId ?? '');
  return planMergeSuggestionDecision(decision, {
    itemId: item.id,
    evidence: item.evidence as unknown as MergeSuggestionEvidence,
    clusters: [a, b],
    constraints: await loadConstraints(repositories, [a.id, b.id]),
  });
}

export async function planSplitSuggestion(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: SplitSuggestionDecision,
): Promise<ChangePlan> {
  const cluster = await getCluster(repositories, item.clusterId ?? '');
  const evidence = item.evidence as unknown as SplitSuggestionEvidence;
  const groups = decision.decision === 'split' ? splitGroups(decision, evidence, cluster) : [];
  return planSplitSuggestionDecision(decision, {
    itemId: item.id,
    evidence,
    cluster,
    constraints: await loadConstraints(repositories, [cluster.id]),
    newClusterIds: groups.map(() => uuidv7()),
  });
}

export async function planSameImageConflict(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: SameImageConflictDecision,
): Promise<ChangePlan> {
  const { faces } = item.evidence as unknown as SameImageConflictEvidence;
  const cluster = await getCluster(repositories, item.clusterId ?? '');
  const holder = await getFace(repositories, faces[0].face_id);
  const challenger = await getFace(repositories, faces[1].face_id);
  const own = challenger.clusterId;
  const ownFacts = own === null ? undefined : (await loadClusters(repositories, [own])).get(own);
  return planSameImageDecision(decision, {
    itemId: item.id,
    holder: faceFacts(holder),
    challenger: faceFacts(challenger),
    cluster,
    own: ownFacts ?? null,
    constraints: await loadConstraints(
      repositories,
      [cluster.id, ...(own === null ? [] : [own])],
      [holder.id, challenger.id],
    ),
    newClusterId: uuidv7(),
  });
}
