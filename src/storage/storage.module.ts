// Wires the blob store to the configured folder.
import { Module } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { BlobStore } from './blob-store.js';
import { EncryptedBlobs } from './encrypted-blobs.js';
import { TenantKeys } from './tenant-keys.js';

@Module({
  providers: [
    {
      provide: BlobStore,
      inject: [KINDRED_CONFIG],
      useFactory: async ({ storage }: KindredConfig): Promise<BlobStore> => {
        const { blobsDir, keysDir, masterKeyFile, encryption } = storage;
        const encrypts = encryption === 'per_tenant';
        const keys = await TenantKeys.open(keysDir, masterKeyFile, encrypts);
        return BlobStore.open(blobsDir, new EncryptedBlobs(keys, encrypts));
      },
    },
  ],
  exports: [BlobStore],
})
export class StorageModule {}
