// Wires the blob store to the configured folder.
import { Module } from '@nestjs/common';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { BlobStore } from './blob-store.js';

@Module({
  providers: [
    {
      provide: BlobStore,
      inject: [KINDRED_CONFIG],
      useFactory: (config: KindredConfig): Promise<BlobStore> => BlobStore.open(config.storage.blobsDir),
    },
  ],
  exports: [BlobStore],
})
export class StorageModule {}
