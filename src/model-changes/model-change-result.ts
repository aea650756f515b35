// What the job of a change of model says when it has ended.
import type { ConsolidationReport } from '../clusters/consolidations.js';
import { presentRegrouping } from '../clusters/regrouping.response.js';
import type { ModelChangeRecord } from '../database/model-change-records.js';

/** @param report null: clusters were carried over as they are. */
export function presentSwitch(
  { id, fromSpace, toSpace, dryRun }: ModelChangeRecord,
  report: ConsolidationReport | null,
): Record<string, unknown> {
  const about = { model_change_id: id, from: fromSpace, to: toSpace, dry_run: dryRun };
  if (report === null) return { ...about, regrouped: false };
  return { ...about, regrouped: true, ...presentRegrouping(report) };
}
