// A human's answer to a review item: which answers each kind takes, and how one is read from a request body.
import { DomainError, type FieldFault } from '../domain-error.js';
import { DecisionBodyReader } from './decision-body.js';
import type { ReviewKind } from './review-item.js';

export type ReviewDecision =
  | { readonly decision: 'confirm'; readonly label: string | null; readonly externalRef: string | null }
  | {
      readonly decision: 'assign_to';
      readonly clusterId: string;
      readonly keepLabel: boolean;
      readonly override: boolean;
    }
  | { readonly decision: 'ignore' }
  | {
      readonly decision: 'not_a_face';
      /** null: the face that the item is about. */ readonly faceIds: readonly string[] | null;
    }
  | { readonly decision: 'dismiss' }
  | {
      readonly decision: 'accept';
      /** null: the best candidate. */ readonly clusterId: string | null;
      readonly override: boolean;
    }
  | {
      readonly decision: 'reject';
      /** null: every candidate that was shown. */
      readonly clusterIds: readonly string[] | null;
      readonly override: boolean;
    }
  | {
      readonly decision: 'new_cluster';
      readonly label: string | null;
      readonly externalRef: string | null;
      readonly override: boolean;
    }
  | {
      readonly decision: 'merge';
      /** The cluster that stays; null: chosen by rule. */ readonly into: string | null;
      readonly keepLabel: boolean;
      readonly override: boolean;
    }
  | { readonly decision: 'not_same'; readonly override: boolean }
  | {
      readonly decision: 'split';
      /** null: the groups that were proposed. */
      readonly groups: readonly (readonly string[])[] | null;
      readonly override: boolean;
    }
  | { readonly decision: 'keep' }
  | { readonly decision: 'keep_one'; readonly faceId: string; readonly override: boolean }
  | { readonly decision: 'both'; readonly override: boolean }
  | { readonly decision: 'neither'; readonly override: boolean }
  | { readonly decision: 'is_face' }
  | {
      readonly decision: 'same';
      /** The image whose decisions stand. */ readonly keep: string;
      readonly override: boolean;
    }
  | { readonly decision: 'different' }
  | { readonly decision: 'keep_human' }
  | { readonly decision: 'take_proposal' };

export type DecisionName = ReviewDecision['decision'];

export const DECISIONS_BY_KIND: Readonly<Record<ReviewKind, readonly DecisionName[]>> = {
  new_cluster: ['confirm', 'assign_to', 'ignore', 'not_a_face', 'dismiss'],
  uncertain_assignment: ['accept', 'reject', 'new_cluster', 'not_a_face', 'dismiss'],
  merge_suggestion: ['merge', 'not_same', 'dismiss'],
  split_suggestion: ['split', 'keep', 'dismiss'],
  same_image_conflict: ['keep_one', 'both', 'neither', 'dismiss'],
  suspect_face: ['is_face', 'not_a_face', 'dismiss'],
  duplicate_image: ['same', 'different', 'dismiss'],
  constraint_conflict: ['keep_human', 'take_proposal', 'dismiss'],
};

/** The members that each decision takes besides `decision`; others are faults, so that a misspelt one is not lost. */
export const DECISION_MEMBERS: Readonly<Record<DecisionName, readonly string[]>> = {
  confirm: ['label', 'external_ref'],
  assign_to: ['cluster_id', 'keep_label', 'override'],
  ignore: [],
  not_a_face: ['face_ids'],
  dismiss: [],
  accept: ['cluster_id', 'override'],
  reject: ['cluster_ids', 'override'],
  new_cluster: ['label', 'external_ref', 'override'],
  merge: ['into', 'keep_label', 'override'],
  not_same: ['override'],
  split: ['groups', 'override'],
  keep: [],
  keep_one: ['face_id', 'override'],
  both: ['override'],
  neither: ['override'],
  is_face: [],
  same: ['keep', 'override'],
  different: [],
  keep_human: [],
  take_proposal: [],
};

export function decisionInvalid(faults: readonly FieldFault[]): DomainError {
  return new DomainError(
    'review_item.decision_invalid',
    'This decision cannot be taken on this review item.',
    { faults },
  );
}

/** One fault of a decision. */
export const decisionFault = (pointer: string, detail: string): DomainError =>
  decisionInvalid([{ pointer, detail, code: 'invalid' }]);

/** @throws DomainError review_item.decision_invalid naming every fault. */
export function parseDecision(kind: ReviewKind, body: unknown): ReviewDecision {
  const reader = new DecisionBodyReader(body);
  const name = reader.choice('decision', DECISIONS_BY_KIND[kind]);
  if (name === undefined) throw decisionInvalid(reader.faults);
  const decision = readDecision(name, kind, reader);
  reader.refuseOthers(['decision', ...DECISION_MEMBERS[name]]);
  if (reader.faults.length > 0) throw decisionInvalid(reader.faults);
  return decision;
}

function readDecision(name: DecisionName, kind: ReviewKind, body: DecisionBodyReader): ReviewDecision {
  switch (name) {
    case 'confirm':
      return { decision: name, label: body.text('label'), externalRef: body.text('external_ref') };
    case 'assign_to':
      return {
        decision: name,
        clusterId: body.id('cluster_id', true) ?? '',
        keepLabel: body.flag('keep_label'),
        override: body.flag('override'),
      };
    case 'not_a_face':
      return { decision: name, faceIds: body.ids('face_ids', kind === 'new_cluster') };
    case 'accept':
      return { decision: name, clusterId: body.id('cluster_id', false), override: body.flag('override') };
    case 'reject':
      return { decision: name, clusterIds: body.ids('cluster_ids', false), override: body.flag('override') };
    case 'new_cluster':
      return {
        decision: name,
        label: body.text('label'),
        externalRef: body.text('external_ref'),
        override: body.flag('override'),
      };
    case 'merge':
      return {
        decision: name,
        into: body.id('into', false),
        keepLabel: body.flag('keep_label'),
        override: body.flag('override'),
      };
    case 'split':
      return { decision: name, groups: body.groups('groups'), override: body.flag('override') };
    case 'keep_one':
      return {
        decision: name,
        faceId: body.id('face_id', true) ?? '',
        override: body.flag('override'),
      };
    case 'same':
      return { decision: name, keep: body.id('keep', true) ?? '', override: body.flag('override') };
    case 'not_same':
    case 'both':
    case 'neither':
      return { decision: name, override: body.flag('override') };
    case 'ignore':
    case 'dismiss':
    case 'keep':
    case 'is_face':
    case 'different':
    case 'keep_human':
    case 'take_proposal':
      return { decision: name };
  }
}
