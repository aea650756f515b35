// Notes when a key was last used: beside the request, at most once a minute for each key.
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';

const INTERVAL_MS = 60_000;
/** Keys remembered, count. Beyond, the oldest is forgotten: it is then noted once too often, which is harmless. */
const KEYS_MAX = 10_000;

@Injectable()
export class KeyUsage implements OnModuleDestroy {
  private readonly logger = new Logger(KeyUsage.name);
  /** Key id → time of the last note, ms. */
  private readonly noted = new Map<string, number>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly system: SystemStore) {}

  /** Returns at once. A note that fails is logged and made again at the next use. */
  note(tenantId: string, keyId: string, now: Date): void {
    const before = this.noted.get(keyId);
    if (before !== undefined && now.getTime() - before < INTERVAL_MS) return;
    this.noted.delete(keyId);
    this.noted.set(keyId, now.getTime());
    if (this.noted.size > KEYS_MAX) this.noted.delete(this.noted.keys().next().value!);
    const work = this.write(tenantId, keyId, now).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  /** Waits for notes under way: the database is closed after this. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.running);
  }

  private async write(tenantId: string, keyId: string, now: Date): Promise<void> {
    try {
      await this.system.transaction(({ apiKeys }) => apiKeys.touch(tenantId, keyId, now));
    } catch (error) {
      this.noted.delete(keyId);
      this.logger.error(error instanceof Error ? error : String(error));
    }
  }
}
