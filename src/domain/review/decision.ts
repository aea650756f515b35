// A human's answer to a review item: which answers each kind takes, and how one is read from a request body.
import { DomainError, type FieldFault } from '../domain-error.js';
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
    };

export type DecisionName = ReviewDecision['decision'];

export const DECISIONS_BY_KIND: Readonly<Record<ReviewKind, readonly DecisionName[]>> = {
  new_cluster: ['confirm', 'assign_to', 'ignore', 'not_a_face', 'dismiss'],
  uncertain_assignment: ['accept', 'reject', 'new_cluster', 'not_a_face', 'dismiss'],
};

/** The members that each decision takes besides `decision`; others are faults, so that a misspelt one is not lost. */
const MEMBERS: Readonly<Record<DecisionName, readonly string[]>> = {
  confirm: ['label', 'external_ref'],
  assign_to: ['cluster_id', 'keep_label', 'override'],
  ignore: [],
  not_a_face: ['face_ids'],
  dismiss: [],
  accept: ['cluster_id', 'override'],
  reject: ['cluster_ids', 'override'],
  new_cluster: ['label', 'external_ref', 'override'],
};

/** Longest label and external reference, in characters. */
export const LABEL_LENGTH_MAX = 200;
const IDS_MAX = 1000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

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
  const reader = new BodyReader(body);
  const name = reader.choice('decision', DECISIONS_BY_KIND[kind]);
  if (name === undefined) throw decisionInvalid(reader.faults);
  const decision = readDecision(name, kind, reader);
  reader.refuseOthers(['decision', ...MEMBERS[name]]);
  if (reader.faults.length > 0) throw decisionInvalid(reader.faults);
  return decision;
}

function readDecision(name: DecisionName, kind: ReviewKind, body: BodyReader): ReviewDecision {
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
    case 'ignore':
    case 'dismiss':
      return { decision: name };
  }
}

class BodyReader {
  readonly faults: FieldFault[] = [];
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    this.members = isObject ? (body as Record<string, unknown>) : {};
    if (!isObject) this.fault('#', 'must be an object');
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.members[name];
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.fault(`#/${name}`, `must be one of ${allowed.join(', ')}`);
    return found;
  }

  text(name: string): string | null {
    const value = this.members[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' || value.trim() === '' || value.length > LABEL_LENGTH_MAX) {
      this.fault(`#/${name}`, `must be a text of 1 to ${LABEL_LENGTH_MAX} characters`);
      return null;
    }
    return value.trim();
  }

  flag(name: string): boolean {
    const value = this.members[name];
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.fault(`#/${name}`, 'must be true or false');
    return false;
  }

  id(name: string, required: boolean): string | null {
    const value = this.members[name];
    if (value === undefined || value === null) {
      if (required) this.fault(`#/${name}`, 'is missing');
      return null;
    }
    if (typeof value === 'string' && UUID.test(value)) return value.toLowerCase();
    this.fault(`#/${name}`, 'must be an id');
    return null;
  }

  ids(name: string, required: boolean): string[] | null {
    const value = this.members[name];
    if (value === undefined || value === null) {
      if (required) this.fault(`#/${name}`, 'is missing');
      return null;
    }
    if (!Array.isArray(value) || value.length === 0 || value.length > IDS_MAX) {
      this.fault(`#/${name}`, `must be a list of 1 to ${IDS_MAX} ids`);
      return null;
    }
    const ids = (value as unknown[]).map((id, i) => {
      if (typeof id === 'string' && UUID.test(id)) return id.toLowerCase();
      this.fault(`#/${name}/${i}`, 'must be an id');
      return '';
    });
    return [...new Set(ids)];
  }

  refuseOthers(known: readonly string[]): void {
    for (const name of Object.keys(this.members)) {
      if (!known.includes(name)) this.fault(`#/${name}`, 'is unknown here');
    }
  }

  private fault(pointer: string, detail: string): void {
    this.faults.push({ pointer, detail, code: 'invalid' });
  }
}
