// What the job of a change of model says when it has ended.
import type { ConsolidationReport } from '../clusters/regrouping/consolidations.js';
import { LISTED_MAX, presentRegrouping } from '../clusters/regrouping/regrouping.response.js';
import type { ModelChangeRecord } from '../database/repositories/model-change-records.js';
import type { TenantRepositories } from '../database/tenant-store.js';

/** What the other models saw, and which pictures they could not look at: faces in these keep their places and are not compared. */
export async function presentLook(
  { modelChanges }: TenantRepositories,
  changeId: string,
): Promise<Record<string, unknown>> {
  const { unreadable, found } = await modelChanges.progress(changeId);
  const images = await modelChanges.unreadable(changeId, LISTED_MAX);
  return {
    images_unreadable: unreadable,
    unreadable: {
      count: unreadable,
      listed: images.map(({ imageId, problem }) => ({ image_id: imageId, code: problem })),
    },
    faces_found: found,
  };
}

/** @param report null: clusters were carried over as they are. */
export function presentSwitch(
  { id, fromSpace, toSpace, dryRun }: ModelChangeRecord,
  report: ConsolidationReport | null,
): Record<string, unknown> {
  const about = { model_change_id: id, from: fromSpace, to: toSpace, dry_run: dryRun };
  if (report === null) return { ...about, regrouped: false };
  return { ...about, regrouped: true, ...presentRegrouping(report) };
}
