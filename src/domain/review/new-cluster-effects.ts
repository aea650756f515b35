// What the answers to "who is this new cluster?" do.
import type { Change, ChangePlan } from '../cluster/change-plan.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { planDismiss, planMerge } from '../cluster/reshape.js';
import { answerPlan } from './answer-plan.js';
import { decisionFault, type ReviewDecision } from './decision.js';
import type { NewClusterEvidence } from './review-item.js';

export interface NewClusterContext {
  readonly itemId: string;
  readonly evidence: NewClusterEvidence;
  readonly cluster: ClusterFacts;
  /** The cluster named by `assign_to`, when there is one. */
  readonly target: ClusterFacts | null;
  readonly constraints: readonly Constraint[];
}

type NewClusterDecision = Extract<
  ReviewDecision,
  { decision: 'confirm' | 'assign_to' | 'ignore' | 'not_a_face' | 'dismiss' }
>;

/** @throws DomainError review_item.decision_invalid, cluster.labels_differ, constraint.conflict. */
export function planNewClusterDecision(decision: NewClusterDecision, context: NewClusterContext): ChangePlan {
  const { cluster, evidence } = context;
  const members = new Set(cluster.faces.map((face) => face.id));
  // Faces that joined after the question was asked were not seen: they are no human's word.
  const shown = evidence.face_ids.filter((faceId) => members.has(faceId));
  const answer = { itemId: context.itemId, decision: decision.decision };
  const plan = (changes: readonly Change[], outcome: Record<string, unknown>): ChangePlan =>
    answerPlan(answer, changes, outcome);

  switch (decision.decision) {
    case 'confirm': {
      const { label, externalRef } = decision;
      return plan(
        [
          {
            do: 'update_cluster',
            clusterId: cluster.id,
            state: 'confirmed',
            ...(label === null ? {} : { label }),
            ...(externalRef === null ? {} : { externalRef }),
          },
          ...shown.map((faceId): Change => ({ do: 'lock_face', faceId })),
        ],
        { cluster_id: cluster.id, label, external_ref: externalRef, face_ids: shown },
      );
    }
    case 'assign_to': {
      if (context.target === null) throw decisionFault('#/cluster_id', 'there is no such cluster');
      if (context.target.id === cluster.id)
        throw decisionFault('#/cluster_id', 'is the cluster that the item is about');
      const merge = planMerge({
        source: cluster,
        target: context.target,
        constraints: context.constraints,
        keepLabel: decision.keepLabel,
        override: decision.override,
        shownFaceIds: shown,
      });
      return plan([...merge.changes, ...shown.map((faceId): Change => ({ do: 'lock_face', faceId }))], {
        cluster_id: context.target.id,
        face_ids: shown,
      });
    }
    case 'ignore':
      return plan([{ do: 'update_cluster', clusterId: cluster.id, state: 'ignored' }], {
        cluster_id: cluster.id,
      });
    case 'not_a_face': {
      const faceIds = decision.faceIds ?? [];
      faceIds.forEach((faceId, i) => {
        if (!members.has(faceId)) throw decisionFault(`#/face_ids/${i}`, 'the face is not in this cluster');
      });
      return plan(planDismiss(faceIds, context.constraints).changes, { face_ids: faceIds });
    }
    case 'dismiss':
      return plan([], { cluster_id: cluster.id, face_count: cluster.faces.length });
  }
}
