// Keeps the job of a change of model in step with the change: clients watch the job.
import type { ModelChangeRecord } from '../database/repositories/model-change-records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { DomainError } from '../domain/domain-error.js';

export async function tellProgress(
  { jobs, modelChanges }: TenantRepositories,
  { id, jobId, phase }: Pick<ModelChangeRecord, 'id' | 'jobId' | 'phase'>,
): Promise<void> {
  const { images, done, unreadable, found } = await modelChanges.progress(id);
  await jobs.update(
    jobId,
    { progress: { phase, images, images_done: done, images_unreadable: unreadable, faces_found: found } },
    ['running'],
  );
}

export async function endJob(
  { jobs }: TenantRepositories,
  jobId: string,
  end: { readonly result: Readonly<Record<string, unknown>> } | { readonly problem: DomainError },
): Promise<void> {
  const finishedAt = new Date();
  if ('result' in end)
    await jobs.update(jobId, { state: 'succeeded', result: end.result, finishedAt }, ['running']);
  else {
    const { code, detail } = end.problem;
    await jobs.update(jobId, { state: 'failed', problem: { code, detail }, finishedAt }, ['running']);
  }
}
