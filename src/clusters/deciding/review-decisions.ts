// Answers to review items: each is one transaction and one operation.
import { Injectable } from '@nestjs/common';
import type { ReviewItemRecord } from '../../database/records.js';
import { type TenantRepositories, TenantStore } from '../../database/tenant-store.js';
import { DomainError } from '../../domain/domain-error.js';
import type { ChangePlan } from '../../domain/cluster/change-plan.js';
import { parseDecision, type ReviewDecision } from '../../domain/review/decision.js';
import { planNewClusterDecision } from '../../domain/review/new-cluster-effects.js';
import type { NewClusterEvidence, UncertainAssignmentEvidence } from '../../domain/review/review-item.js';
import { planUncertainDecision } from '../../domain/review/uncertain-assignment-effects.js';
import type { ExpectedVersions } from '../../http/conditional.js';
import { type AppliedOperation, ApplyPlan } from '../applying/apply-plan.js';
import { AssignmentPolicies, type TenantPolicy } from '../assignment/assignment-policies.js';
import { faceFacts, getCluster, loadClusters, loadConstraints } from '../load-facts.js';
import { getOpenReviewItem, refuseClaimedByOther, refuseOtherVersion } from './open-review-item.js';
import { planConstraintConflict, planDuplicateImage, planSuspectFace } from './plan-face-decisions.js';
import {
  planMergeSuggestion,
  planSameImageConflict,
  planSplitSuggestion,
} from './plan-suggestion-decisions.js';

export interface DecisionReport {
  readonly item: ReviewItemRecord;
  readonly operation: AppliedOperation;
}

/** Who answers, when, and to what. */
export interface Answering {
  readonly actor: string;
  readonly at: Date;
  /** Versions of the item that the answer is meant for; default any. */
  readonly expected?: ExpectedVersions;
}

@Injectable()
export class ReviewDecisions {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /**
   * @param body The decision as it was sent: `{ decision, … }`.
   * @throws DomainError review_item.not_found, review_item.closed (with the outcome), review_item.claimed, review_item.changed (with
   * the item), review_item.decision_invalid, cluster.not_found, cluster.labels_differ, constraint.conflict.
   */
  async decide(
    tenantId: string,
    itemId: string,
    body: unknown,
    { actor, at, expected }: Answering,
  ): Promise<DecisionReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const item = await getOpenReviewItem(repositories, itemId);
      refuseClaimedByOther(item, actor, at);
      refuseOtherVersion(item, expected, at);
      const decision = parseDecision(item.kind, body);
      const policy = await this.policies.forTenant(repositories);
      const plan = await planDecision(repositories, item, decision, policy);
      const operation = await this.plans.apply(repositories, plan, {
        actor,
        at,
        policy,
        details: { answer: { decision: decision.decision, item_id: itemId } },
      });
      return { item: (await repositories.reviewItems.find(itemId))!, operation };
    });
  }

  /** Closes a question without an answer. @throws DomainError review_item.not_found, review_item.closed. */
  async dismiss(tenantId: string, itemId: string, answering: Answering): Promise<DecisionReport> {
    return this.decide(tenantId, itemId, { decision: 'dismiss' }, answering);
  }
}

async function planDecision(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: ReviewDecision,
  policy: TenantPolicy,
): Promise<ChangePlan> {
  switch (decision.decision) {
    case 'accept':
    case 'reject':
    case 'new_cluster':
      return planUncertain(repositories, item, decision);
    case 'confirm':
    case 'assign_to':
    case 'ignore':
      return planNewCluster(repositories, item, decision);
    case 'merge':
    case 'not_same':
      return planMergeSuggestion(repositories, item, decision);
    case 'split':
    case 'keep':
      return planSplitSuggestion(repositories, item, decision);
    case 'keep_one':
    case 'both':
    case 'neither':
      return planSameImageConflict(repositories, item, decision);
    case 'is_face':
      return planSuspectFace(repositories, item, decision, policy);
    case 'same':
    case 'different':
      return planDuplicateImage(repositories, item, decision);
    case 'not_a_face':
      if (item.kind === 'suspect_face') return planSuspectFace(repositories, item, decision, policy);
      return item.kind === 'new_cluster'
        ? planNewCluster(repositories, item, decision)
        : planUncertain(repositories, item, decision);
    case 'dismiss':
      return planDismissal(repositories, item, decision, policy);
    case 'keep_human':
    case 'take_proposal':
      return planConstraintConflict(repositories, item, decision);
  }
}

async function planDismissal(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: Extract<ReviewDecision, { decision: 'dismiss' }>,
  policy: TenantPolicy,
): Promise<ChangePlan> {
  switch (item.kind) {
    case 'new_cluster':
      return planNewCluster(repositories, item, decision);
    case 'uncertain_assignment':
      return planUncertain(repositories, item, decision);
    case 'merge_suggestion':
      return planMergeSuggestion(repositories, item, decision);
    case 'split_suggestion':
      return planSplitSuggestion(repositories, item, decision);
    case 'same_image_conflict':
      return planSameImageConflict(repositories, item, decision);
    case 'suspect_face':
      return planSuspectFace(repositories, item, decision, policy);
    case 'duplicate_image':
      return planDuplicateImage(repositories, item, decision);
    case 'constraint_conflict':
      return planConstraintConflict(repositories, item, decision);
  }
}

async function planNewCluster(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: Parameters<typeof planNewClusterDecision>[0],
): Promise<ChangePlan> {
  const cluster = await getCluster(repositories, item.clusterId ?? '');
  const target =
    decision.decision === 'assign_to' ? await getCluster(repositories, decision.clusterId) : null;
  const faceIds = decision.decision === 'not_a_face' ? (decision.faceIds ?? []) : [];
  return planNewClusterDecision(decision, {
    itemId: item.id,
    evidence: item.evidence as unknown as NewClusterEvidence,
    cluster,
    target,
    constraints: await loadConstraints(repositories, target === null ? [] : [cluster.id, target.id], faceIds),
  });
}

async function planUncertain(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: Parameters<typeof planUncertainDecision>[0],
): Promise<ChangePlan> {
  const evidence = await currentEvidence(repositories, item);
  const face = await repositories.faces.find(evidence.face_id);
  if (face === null) throw new DomainError('face.not_found', 'There is no such face.');
  const named = decision.decision === 'accept' && decision.clusterId !== null ? [decision.clusterId] : [];
  // A cluster that the reviewer names must exist; one that was merged meanwhile is answered with where it went.
  for (const clusterId of named) await getCluster(repositories, clusterId);
  const clusterIds = [
    ...new Set([
      evidence.own_cluster_id,
      ...named,
      ...evidence.candidates.map((offered) => offered.cluster_id),
    ]),
  ];
  const clusters = await loadClusters(repositories, clusterIds);
  const own = clusters.get(evidence.own_cluster_id);
  if (own === undefined) throw new DomainError('cluster.not_found', 'There is no such cluster.');
  return planUncertainDecision(decision, {
    itemId: item.id,
    evidence,
    face: faceFacts(face),
    own,
    clusters,
    constraints: await loadConstraints(repositories, clusterIds, [face.id]),
  });
}

/** The evidence as it holds now: candidates that were merged meanwhile count as their target, erased examples are left out. */
async function currentEvidence(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
): Promise<UncertainAssignmentEvidence> {
  const evidence = item.evidence as unknown as UncertainAssignmentEvidence;
  const records = await repositories.clusters.findMany(
    evidence.candidates.map((offered) => offered.cluster_id),
  );
  const standing = new Map(records.map((record) => [record.id, record.mergedInto ?? record.id]));
  const examples = await repositories.faces.findMany(
    evidence.candidates.flatMap((offered) => offered.face_ids),
  );
  const existing = new Set(examples.map((face) => face.id));
  const seen = new Set<string>();
  const candidates = evidence.candidates.flatMap((offered) => {
    const clusterId = standing.get(offered.cluster_id);
    if (clusterId === undefined || seen.has(clusterId)) return [];
    seen.add(clusterId);
    return [
      { ...offered, cluster_id: clusterId, face_ids: offered.face_ids.filter((id) => existing.has(id)) },
    ];
  });
  return { ...evidence, candidates };
}
