// Encrypts originals that were kept before encryption was turned on: of all tenants beside the work of a process, one process at a time,
// or of one tenant a page at a time, for whoever asks. What is encrypted already is passed over, so both may end anywhere.
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ExclusiveWork } from '../database/exclusive-work.js';
import { SystemStore } from '../database/system-store.js';
import { type TenantScope, TenantStore } from '../database/tenant-store.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

const PAGE = 200;
/** Of what a process does at its start. */
const ACTOR = 'storage';

/** Who has it done. */
export interface EncryptionActor {
  readonly actor: string;
  readonly reason?: string | undefined;
}

/** What became of a page of originals. */
export interface EncryptedPage {
  /** Files that are encrypted now; of a dry run: that would be. Count. */
  readonly encrypted: number;
  /** Files that were so before, count. */
  readonly encryptedBefore: number;
  /** Images without a file, count. */
  readonly missing: number;
  /** The image behind which the next page begins; null: this was the last. */
  readonly next: string | null;
}

@Injectable()
export class BlobEncryption implements OnModuleDestroy {
  private stopping = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly blobs: BlobStore,
    private readonly system: SystemStore,
    private readonly tenants: TenantStore,
    private readonly exclusive: ExclusiveWork,
  ) {}

  /** @returns Files encrypted. */
  run(): Promise<number> {
    const work = this.encryptAll();
    this.running = work.catch(() => undefined);
    return work;
  }

  /** Waits for the file under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  /**
   * Encrypts the next originals of a tenant, newest first, until the time is over; one at least.
   * @param after `next` of the page before. @param untilMs Of performance.now(). @param dryRun Only looks.
   * @param by For the audit log, which is told how many were.
   */
  async page(
    tenantId: string,
    { after, untilMs, dryRun }: { after?: string | undefined; untilMs: number; dryRun: boolean },
    by: EncryptionActor,
  ): Promise<EncryptedPage> {
    const scope = this.tenants.forTenant(tenantId);
    const page = await this.encryptPage(scope, { after, untilMs, dryRun });
    if (page.encrypted > 0 && !dryRun) {
      const details = { images: page.encrypted };
      await scope.transaction(({ audit }) =>
        audit.append({ ...by, at: new Date(), action: 'originals.encrypted', details }),
      );
    }
    return page;
  }

  private async encryptPage(
    scope: TenantScope,
    { after, untilMs, dryRun }: { after?: string | undefined; untilMs: number; dryRun: boolean },
  ): Promise<EncryptedPage> {
    const images = await scope.read((r) => r.images.list({ limit: PAGE, after }));
    const counts = { encrypted: 0, encryptedBefore: 0, missing: 0 };
    let last: string | undefined;
    for (const { id } of images) {
      if (last !== undefined && (this.stopping || performance.now() > untilMs))
        return { ...counts, next: last };
      last = id;
      const state = await this.blobs.stateOf(imageBlobKey(scope.tenantId, id));
      if (state === 'missing') counts.missing++;
      else if (state === 'encrypted') counts.encryptedBefore++;
      else if (dryRun || (await this.encryptImage(scope, id))) counts.encrypted++;
    }
    return { ...counts, next: images.length < PAGE ? null : last! };
  }

  private async encryptAll(): Promise<number> {
    if (!this.blobs.encrypts) return 0;
    let encrypted = 0;
    await this.exclusive.run('encrypt-originals', async () => {
      for (let after: string | undefined; ;) {
        const page = { limit: PAGE, after };
        const tenants = await this.system.transaction((r) => r.tenants.listStanding(page));
        for (const { id } of tenants) encrypted += await this.encryptTenant(id);
        if (tenants.length < PAGE || this.stopping) return;
        after = tenants.at(-1)!.id;
      }
    });
    return encrypted;
  }

  private async encryptTenant(tenantId: string): Promise<number> {
    let encrypted = 0;
    for (let after: string | null | undefined; after !== null && !this.stopping;) {
      const page = await this.page(tenantId, { after, untilMs: Infinity, dryRun: false }, { actor: ACTOR });
      encrypted += page.encrypted;
      after = page.next;
    }
    return encrypted;
  }

  private async encryptImage(scope: TenantScope, id: string): Promise<boolean> {
    const key = imageBlobKey(scope.tenantId, id);
    if (!(await this.blobs.encrypt(key))) return false;
    // Erased while it was encrypted: what was put back goes again.
    if ((await scope.read((r) => r.images.find(id))) === null) await this.blobs.delete(key);
    return true;
  }
}
