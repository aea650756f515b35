// Sees at start that every kept hash stands under the pepper, and says when a process cannot know all keys.
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';
import { TenantStore } from '../database/tenant-store.js';
import { KeyPepper } from './key-pepper.js';

@Injectable()
export class SealedKeys implements OnModuleInit {
  private readonly logger = new Logger(SealedKeys.name);

  constructor(
    private readonly pepper: KeyPepper,
    private readonly system: SystemStore,
    private readonly tenants: TenantStore,
  ) {}

  async onModuleInit(): Promise<void> {
    const { id } = this.pepper;
    for (const owner of await this.system.transaction(({ apiKeys }) => apiKeys.ownersOfBareHashes())) {
      await this.tenants
        .forTenant(owner)
        .transaction(({ apiKeys }) => apiKeys.seal(id, (hash) => this.pepper.seal(hash)));
    }
    const unknown = await this.system.transaction(({ apiKeys }) => apiKeys.countUnderOtherPeppers(id));
    if (unknown > 0) {
      this.logger.warn(
        `${unknown} API keys were hashed under another pepper and open nothing here: give every process the same ` +
          'auth.key_pepper, or the key-pepper file of the first one, or mint these keys anew',
      );
    }
  }
}
