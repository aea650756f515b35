// Every row of the tables of docs/review-queue.md, by kind and answer.
import type { ReviewKind } from '../../../src/domain/review/review-item.js';
import { CONSTRAINT_CONFLICT } from './constraint-conflict.js';
import { DUPLICATE_IMAGE } from './duplicate-image.js';
import { MERGE_SUGGESTION } from './merge-suggestion.js';
import { NEW_CLUSTER } from './new-cluster.js';
import type { Row } from './row.js';
import { SAME_IMAGE_CONFLICT } from './same-image-conflict.js';
import { SPLIT_SUGGESTION } from './split-suggestion.js';
import { SUSPECT_FACE } from './suspect-face.js';
import { UNCERTAIN_ASSIGNMENT } from './uncertain-assignment.js';

export const EVERY_ROW: Readonly<Record<ReviewKind, Readonly<Record<string, Row>>>> = {
  new_cluster: NEW_CLUSTER,
  uncertain_assignment: UNCERTAIN_ASSIGNMENT,
  merge_suggestion: MERGE_SUGGESTION,
  split_suggestion: SPLIT_SUGGESTION,
  same_image_conflict: SAME_IMAGE_CONFLICT,
  suspect_face: SUSPECT_FACE,
  duplicate_image: DUPLICATE_IMAGE,
  constraint_conflict: CONSTRAINT_CONFLICT,
};
