// Encrypts originals that were kept before encryption was turned on, beside the work of a process, one process at a time. What is
// encrypted already is passed over, so a run that ended early goes on at the next start.
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ExclusiveWork } from '../database/exclusive-work.js';
import { SystemStore } from '../database/system-store.js';
import { TenantStore } from '../database/tenant-store.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

const PAGE = 200;

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

  private async encryptAll(): Promise<number> {
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
    const scope = this.tenants.forTenant(tenantId);
    let encrypted = 0;
    for (let after: string | undefined; ;) {
      const images = await scope.read((r) => r.images.list({ limit: PAGE, after }));
      for (const { id } of images) {
        if (this.stopping) return encrypted;
        const key = imageBlobKey(tenantId, id);
        if (!(await this.blobs.encrypt(key))) continue;
        encrypted++;
        // Erased while it was encrypted: what was put back goes again.
        if ((await scope.read((r) => r.images.find(id))) === null) await this.blobs.delete(key);
      }
      if (images.length < PAGE) return encrypted;
      after = images.at(-1)!.id;
    }
  }
}
