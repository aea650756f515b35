// The small words of sentences about operations.
import type { PlanKind } from './change-plan.js';

/** How a cluster is called in a sentence: “Ann”, or what it is. */
export type NameOf = (clusterId: string) => string;

export interface NamedCluster {
  readonly label: string | null;
  readonly state: string;
}

/** @param now The cluster as it is. @param last Its label when it was deleted. */
export function clusterName(now: NamedCluster | undefined, last: string | null = null): string {
  if (now === undefined) return last === null ? 'a cluster that is gone' : `“${last}” (gone)`;
  if (now.label !== null) return `“${now.label}”`;
  return now.state === 'ignored' ? 'a hidden cluster' : 'an unnamed cluster';
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** 0..1 as whole percent; never 0 % or 100 % for what is neither. */
export function percent(probability: number): string {
  const whole = Math.round(probability * 100);
  if (whole === 0 && probability > 0) return 'under 1 %';
  if (whole === 100 && probability < 1) return 'over 99 %';
  return `${whole} %`;
}

/** a; a and b; a, b and c. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What an operation is called when it is taken back. */
export const KIND_WORDS: Readonly<Record<PlanKind, string>> = {
  assign: 'what the machine did with a photo',
  consolidate: 'a consolidation',
  change_model: 'a change of model',
  import_label: 'a name that came with a photo',
  import: 'an import',
  cluster_create: 'a new cluster',
  cluster_update: 'a change of a cluster',
  cluster_delete: 'the end of a cluster',
  cluster_merge: 'a merge',
  cluster_split: 'a split',
  face_move: 'a move',
  face_dismiss: 'a dismissal',
  face_delete: 'an erasure',
  image_delete: 'an erasure',
  review_decision: 'an answer',
  undo: 'an undo',
};
