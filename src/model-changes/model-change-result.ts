// What the job of a change of model says when it has ended: counts, and lists that are bounded.
import type { ConsolidationReport } from '../clusters/consolidations.js';
import type { ModelChangeRecord } from '../database/model-change-records.js';

/** Entries of each list. */
const LISTED_MAX = 100;

const listed = <T, L>(items: readonly T[], present: (item: T) => L) => ({
  count: items.length,
  listed: items.slice(0, LISTED_MAX).map(present),
});

/** @param report null: clusters were carried over as they are. */
export function presentSwitch(
  { id, fromSpace, toSpace, dryRun }: ModelChangeRecord,
  report: ConsolidationReport | null,
): Record<string, unknown> {
  const about = { model_change_id: id, from: fromSpace, to: toSpace, dry_run: dryRun };
  if (report === null) return { ...about, regrouped: false };
  const { moves, merged, split, created, emptied, namedUntouched, namedChanged } = report.difference;
  return {
    ...about,
    regrouped: true,
    operation_id: report.operationId,
    faces: report.faces,
    moved: listed(moves, ({ faceId, from, to }) => ({ face_id: faceId, from, to })),
    merged: listed(merged, ({ clusterId, into }) => ({ cluster_id: clusterId, into })),
    split: listed(split, ({ clusterId, into }) => ({ cluster_id: clusterId, into })),
    created: listed(created, ({ clusterId, faceIds }) => ({
      cluster_id: clusterId,
      face_count: faceIds.length,
    })),
    emptied: listed(emptied, (clusterId) => clusterId),
    questions: listed(report.questions, ({ kind, clusterId, otherClusterId, probability }) => ({
      kind,
      cluster_id: clusterId,
      other_cluster_id: otherClusterId ?? null,
      probability,
    })),
    named_untouched: listed(namedUntouched, (clusterId) => clusterId),
    named_changed: listed(namedChanged, (clusterId) => clusterId),
  };
}
