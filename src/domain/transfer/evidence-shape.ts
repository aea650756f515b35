// What the evidence of an open question must look like, kind by kind: the queue reads it as its own later on. Members beyond these
// are let through; the queue does not look at them.
import type { ReviewKind } from '../review/review-item.js';
import { isMembers, LineFault } from './line-reader.js';

/** `id` a UUID; a question mark: or null. A list of one shape: any number of it; of several: exactly these. */
type Shape =
  | 'id'
  | 'id?'
  | 'number'
  | 'number?'
  | 'text'
  | 'text?'
  | readonly Shape[]
  | { readonly [name: string]: Shape };

const NEARBY = { cluster_id: 'id', similarity: 'number', probability: 'number' } as const;
const SIDE = { cluster_id: 'id', face_count: 'number', face_ids: ['id'] } as const;
const PART = { face_count: 'number', face_ids: ['id'] } as const;
const CONFLICTING = { face_id: 'id', similarity: 'number', probability: 'number' } as const;

const SHAPES: Readonly<Record<ReviewKind, Shape>> = {
  new_cluster: { face_ids: ['id'], face_count: 'number', nearest: [NEARBY] },
  uncertain_assignment: {
    face_id: 'id',
    own_cluster_id: 'id',
    rule: 'text',
    candidates: [{ ...NEARBY, logit: 'number', face_count: 'number', face_ids: ['id'] }],
    accept: 'number',
    ask: 'number',
    margin_logit: 'number',
  },
  merge_suggestion: {
    clusters: [SIDE, SIDE],
    face_count: 'number',
    similarity: 'number',
    probability: 'number',
    shared_image_count: 'number',
    shared_image_ids: ['id'],
  },
  split_suggestion: { cluster_id: 'id', face_count: 'number', stays: PART, groups: [PART] },
  same_image_conflict: {
    image_id: 'id',
    cluster_id: 'id',
    faces: [CONFLICTING, CONFLICTING],
    own_cluster_id: 'id',
  },
  suspect_face: {
    face_id: 'id',
    image_id: 'id',
    reasons: ['text'],
    quality: 'number',
    detection_score: 'number',
  },
  duplicate_image: { image_ids: ['id', 'id'], distance: 'number', matching_faces: [['id', 'id']] },
  constraint_conflict: {
    proposal: {
      by: 'text',
      do: 'text',
      face_ids: ['id'],
      source_cluster_id: 'id?',
      target_cluster_id: 'id?',
      label: 'text?',
      probability: 'number?',
    },
    stands: {
      constraints: [{ id: 'id', kind: 'text', face_a: 'id', face_b: 'id', operation_id: 'id' }],
      locked_face_ids: ['id'],
    },
  },
};

/** Faces and candidates in a list, count. */
const LIST_MAX = 10_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws LineFault */
export const checkEvidence = (kind: ReviewKind, evidence: unknown): void =>
  check(evidence, SHAPES[kind], '/evidence');

function check(value: unknown, shape: Shape, pointer: string): void {
  if (typeof shape === 'string') return checkPlain(value, shape, pointer);
  if (isList(shape)) return checkList(value, shape, pointer);
  if (!isMembers(value)) throw new LineFault(pointer, 'must be an object');
  for (const [name, inner] of Object.entries(shape)) check(value[name], inner, `${pointer}/${name}`);
}

function checkList(value: unknown, shape: readonly Shape[], pointer: string): void {
  if (!Array.isArray(value) || value.length > LIST_MAX) throw new LineFault(pointer, 'must be a list');
  if (shape.length > 1 && value.length !== shape.length)
    throw new LineFault(pointer, `must hold ${shape.length}`);
  for (const [i, one] of (value as unknown[]).entries())
    check(one, shape.length > 1 ? shape[i]! : shape[0]!, `${pointer}/${i}`);
}

function checkPlain(value: unknown, shape: string, pointer: string): void {
  if (shape.endsWith('?') && value === null) return;
  const wanted = shape.replace('?', '');
  if (wanted === 'number' && Number.isFinite(value)) return;
  if (wanted === 'text' && typeof value === 'string') return;
  if (wanted === 'id' && typeof value === 'string' && UUID.test(value)) return;
  throw new LineFault(pointer, `must be ${wanted === 'id' ? 'a UUID' : `a ${wanted}`}`);
}

const isList = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape);
