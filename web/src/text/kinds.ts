// The eight kinds of questions, by name.
import type { ReviewItem } from '../api/client';

export type Kind = ReviewItem['kind'];

export const kindNames: Readonly<Record<Kind, string>> = {
  new_cluster: 'Who is this?',
  uncertain_assignment: 'Is it one of these?',
  merge_suggestion: 'Same person?',
  split_suggestion: 'More than one person?',
  same_image_conflict: 'Twice in one photo',
  suspect_face: 'Is this a face?',
  duplicate_image: 'Same photo?',
  constraint_conflict: 'Against a decision',
};
