// The phases of an erasure, each of which may be run again: after a crash the one that was under way begins anew and finds
// less to do. What was done is written down in the transaction that did it, or after it.
//
// [Note: Nothing comes back] A tenant is blocked in the transaction that accepts its erasure, under the tenant's lock: whoever
// writes later is refused. An upload may have put its file in place just before it is refused; it takes the file away again, and
// what a crash leaves of that the verification finds.
import { Injectable } from '@nestjs/common';
import { packageVersion } from '../config/package-version.js';
import type { ErasurePhase, ErasureRecord } from '../database/repositories/erasure-record.js';
import { SystemStore } from '../database/system-store.js';
import { TableUpkeep } from '../database/table-upkeep.js';
import { TenantStore } from '../database/tenant-store.js';
import { VectorIndexes } from '../database/vectors/vector-indexes.js';
import { DomainError } from '../domain/domain-error.js';
import { JobQueue } from '../queue/job-queue.js';
import { imageBlobKey, tenantBlobPrefix } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';
import { receiptContent, type StorageReport } from './receipt-content.js';
import { ReceiptsService } from './receipts.service.js';

/** Rows deleted in one transaction: short enough for other tenants' writers, long enough to be fast. */
const BATCH_ROWS = 2000;
/** Times that a verification may find something before a human has to look. */
const ROUNDS_MAX = 5;

type Counts = Readonly<Record<string, number>>;

@Injectable()
export class ErasureSteps {
  constructor(
    private readonly tenants: TenantStore,
    private readonly system: SystemStore,
    private readonly queue: JobQueue,
    private readonly blobs: BlobStore,
    private readonly indexes: VectorIndexes,
    private readonly upkeep: TableUpkeep,
    private readonly receipts: ReceiptsService,
  ) {}

  /**
   * Runs an erasure to its end. What throws leaves it where it is, to be run again.
   * @param stopping Asked between steps; when true, the rest is left to a later run.
   */
  async run(id: string, stopping: () => boolean = () => false): Promise<void> {
    let erasure = await this.find(id);
    for (let rounds = 0; erasure !== null && erasure.phase !== 'done' && !stopping();) {
      if (erasure.phase === 'verify' && ++rounds > ROUNDS_MAX) {
        throw new Error(`the verification of erasure ${id} found something ${ROUNDS_MAX} times`);
      }
      await this.step(erasure, stopping);
      erasure = await this.find(id);
    }
  }

  private async step(erasure: ErasureRecord, stopping: () => boolean): Promise<void> {
    switch (erasure.phase) {
      case 'rows':
        return this.eraseRows(erasure, stopping);
      case 'messages': {
        const messages = await this.queue.forgetTenant(tenantOf(erasure));
        return this.advance(erasure, 'files', { counts: { queue_messages: messages } });
      }
      case 'files':
        return this.eraseFiles(erasure);
      case 'indexes':
        return this.cleanPages(erasure);
      case 'verify':
        return this.verify(erasure);
      case 'done':
        return;
    }
  }

  private async eraseRows(erasure: ErasureRecord, stopping: () => boolean): Promise<void> {
    const scope = this.tenants.forTenant(tenantOf(erasure));
    while (!stopping()) {
      const batch = await scope.erasing(erasure.id, async ({ tenant, erasures }) => {
        const deleted = await tenant.deleteSome(BATCH_ROWS);
        if (deleted) await erasures.count(erasure.id, { [deleted.table]: deleted.rows });
        return deleted;
      });
      if (batch === null) return this.advance((await this.find(erasure.id))!, 'messages');
    }
  }

  /** The number is written down before the files go: a crash in between counts none of them twice. */
  private async eraseFiles(erasure: ErasureRecord): Promise<void> {
    const tenantId = tenantOf(erasure);
    if (erasure.kind === 'image') {
      await this.blobs.delete(imageBlobKey(tenantId, erasure.subjectId!));
      return this.advance(erasure, 'verify');
    }
    if (erasure.work['files_counted'] !== true) {
      const files = await this.countFiles(tenantId);
      // A key that an earlier round destroyed was there.
      const hadKey =
        erasure.work['had_key'] === true || (await this.blobs.hasKey(tenantBlobPrefix(tenantId)));
      return this.advance(erasure, 'files', {
        counts: { files },
        work: { files_counted: true, had_key: hadKey },
      });
    }
    // First of all: with it every copy of the files is gone, too.
    await this.blobs.destroyKey(tenantBlobPrefix(tenantId));
    await this.blobs.deletePrefix(tenantBlobPrefix(tenantId));
    return this.advance(erasure, 'indexes');
  }

  /** Deleted vectors leave the pages of tables and indexes they lay in. */
  private async cleanPages(erasure: ErasureRecord): Promise<void> {
    if (!(await this.indexes.dropAll(tenantOf(erasure)))) {
      throw new DomainError('database.busy', 'Another process tends an index.', { retryable: true });
    }
    const { vacuumed, refused, rowsKeptForOthers } = await this.upkeep.vacuum();
    const storage: StorageReport = {
      vacuum: refused === 0 ? 'done' : vacuumed === 0 ? 'not_allowed' : 'in_part',
      rows_kept_for_running_transactions: rowsKeptForOthers,
      vector_index: 'dropped',
      key_destroyed: erasure.work['had_key'] === true,
    };
    return this.advance(erasure, 'verify', { work: { storage } });
  }

  private async verify(erasure: ErasureRecord): Promise<void> {
    const remaining = await this.remaining(erasure);
    if (Object.values(remaining).some((count) => count > 0)) {
      if (erasure.kind === 'tenant') return this.advance(erasure, 'rows', { work: { files_counted: false } });
      throw new Error(`erasure ${erasure.id} left something behind: ${JSON.stringify(remaining)}`);
    }
    if (erasure.kind === 'tenant') await this.endSmallerOnes(erasure);
    const storage = (erasure.work['storage'] as StorageReport | undefined) ?? STORAGE_OF_SMALL_ERASURES;
    const finishedAt = new Date();
    const receipt = this.receipts.sign(
      receiptContent(erasure, storage, remaining, finishedAt, packageVersion),
    );
    await this.system.transaction(({ erasures }) => erasures.finish(erasure, receipt, finishedAt));
  }

  private async remaining({ kind, subjectId, work, ...erasure }: ErasureRecord): Promise<Counts> {
    const tenantId = tenantOf(erasure);
    const scope = this.tenants.forTenant(tenantId);
    if (kind === 'tenant') {
      const rows = await scope.read(({ tenant }) => tenant.remains());
      return {
        ...rows,
        files: await this.countFiles(tenantId),
        encryption_keys: Number(await this.blobs.hasKey(tenantBlobPrefix(tenantId))),
        queue_messages: await this.queue.countOfTenant(tenantId),
      };
    }
    const faceIds = work['face_ids'] as readonly string[];
    const rows = await scope.read(({ erasures }) => erasures.rowsAbout({ kind, subjectId, faceIds }));
    if (kind !== 'image') return rows;
    return { ...rows, files: Number(await this.blobs.exists(imageBlobKey(tenantId, subjectId!))) };
  }

  /** What was being erased in the tenant when its own erasure began: those receipts were promised, too. */
  private async endSmallerOnes({ id, ofTenant }: ErasureRecord): Promise<void> {
    const open = await this.system.transaction(({ erasures }) => erasures.listOpen(OPEN_MAX));
    for (const other of open) if (other.ofTenant === ofTenant && other.id !== id) await this.run(other.id);
  }

  private async countFiles(tenantId: string): Promise<number> {
    let files = 0;
    for await (const _ of this.blobs.list(tenantBlobPrefix(tenantId))) files++;
    return files;
  }

  private find(id: string): Promise<ErasureRecord | null> {
    return this.system.transaction(({ erasures }) => erasures.find(id));
  }

  private async advance(
    erasure: ErasureRecord,
    phase: ErasurePhase,
    done?: { counts?: Counts; work?: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    await this.system.transaction(({ erasures }) => erasures.advance(erasure, phase, done));
  }
}

/** More than ever are open at once: faces, images and people are erased within their request. */
const OPEN_MAX = 10_000;

const STORAGE_OF_SMALL_ERASURES: StorageReport = {
  vacuum: 'not_run',
  rows_kept_for_running_transactions: 0,
  vector_index: 'entries_marked_dead',
};

function tenantOf({ ofTenant }: Pick<ErasureRecord, 'ofTenant'>): string {
  if (ofTenant === null) throw new Error('the erasure is done');
  return ofTenant;
}
