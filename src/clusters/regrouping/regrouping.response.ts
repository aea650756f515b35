// What a regrouping of a tenant's faces says when it has ended: counts, and lists that are bounded.
import type { ConsolidationReport } from './consolidations.js';

/** Entries of each list. */
export const LISTED_MAX = 100;

const listed = <T, L>(items: readonly T[], present: (item: T) => L) => ({
  count: items.length,
  listed: items.slice(0, LISTED_MAX).map(present),
});

export function presentRegrouping({ faces, difference, questions, operationId }: ConsolidationReport) {
  const { moves, merged, split, created, emptied, namedUntouched, namedChanged } = difference;
  return {
    operation_id: operationId,
    faces,
    moved: listed(moves, ({ faceId, from, to }) => ({ face_id: faceId, from, to })),
    merged: listed(merged, ({ clusterId, into }) => ({ cluster_id: clusterId, into })),
    split: listed(split, ({ clusterId, into }) => ({ cluster_id: clusterId, into })),
    created: listed(created, ({ clusterId, faceIds }) => ({
      cluster_id: clusterId,
      face_count: faceIds.length,
      face_ids: faceIds.slice(0, LISTED_MAX),
    })),
    emptied: listed(emptied, (clusterId) => clusterId),
    questions: listed(questions, ({ kind, clusterId, otherClusterId, probability }) => ({
      kind,
      cluster_id: clusterId,
      other_cluster_id: otherClusterId ?? null,
      probability,
    })),
    named_untouched: listed(namedUntouched, (clusterId) => clusterId),
    named_changed: listed(namedChanged, (clusterId) => clusterId),
  };
}
