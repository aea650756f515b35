// Removes what a crash left on disk: uploads that nobody finished, and blobs whose image does not exist (see
// [Note: Nothing half-written] in ingest.pipeline.ts). It runs at the start of a process, beside its work.
import { Injectable } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';
import { TenantStore } from '../database/tenant-store.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

/** Younger files may belong to a request that is under way in this or another process, ms. */
const GRACE_MS = 15 * 60 * 1000;
const PAGE = 500;

export interface SweepReport {
  readonly staged: number;
  readonly orphans: number;
}

@Injectable()
export class BlobSweep {
  constructor(
    private readonly blobs: BlobStore,
    private readonly system: SystemStore,
    private readonly tenants: TenantStore,
  ) {}

  /** @param now Epoch ms. */
  async run(now: number): Promise<SweepReport> {
    const staged = await this.blobs.sweepStaging(GRACE_MS, now);
    // Old files first, owners second: a blob that is old and has no owner now will never get one.
    const old = new Set<string>();
    for await (const { key, modifiedAt } of this.blobs.list('')) {
      if (modifiedAt.getTime() <= now - GRACE_MS) old.add(key);
    }
    if (old.size > 0) for await (const key of this.ownedKeys()) old.delete(key);
    for (const key of old) await this.blobs.delete(key);
    return { staged, orphans: old.size };
  }

  /** Keys of all images, and of pictures that wait in a job. */
  private async *ownedKeys(): AsyncGenerator<string> {
    for (let after: string | undefined; ;) {
      const tenants = await this.system.transaction((r) => r.tenants.list({ limit: PAGE, after }));
      for (const { id } of tenants) yield* this.keysOf(id);
      if (tenants.length < PAGE) return;
      after = tenants.at(-1)!.id;
    }
  }

  private async *keysOf(tenantId: string): AsyncGenerator<string> {
    const scope = this.tenants.forTenant(tenantId);
    for (let after: string | undefined; ;) {
      const jobs = await scope.read((r) =>
        r.jobs.list({ limit: PAGE, after, states: ['queued', 'running'] }),
      );
      for (const { input } of jobs) {
        if (typeof input['image_id'] === 'string') yield imageBlobKey(tenantId, input['image_id']);
      }
      if (jobs.length < PAGE) break;
      after = jobs.at(-1)!.id;
    }
    for (let after: string | undefined; ;) {
      const images = await scope.read((r) => r.images.list({ limit: PAGE, after }));
      for (const { id } of images) yield imageBlobKey(tenantId, id);
      if (images.length < PAGE) break;
      after = images.at(-1)!.id;
    }
  }
}
