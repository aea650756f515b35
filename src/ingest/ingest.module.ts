// Wires the pipeline: one limiter for all work on pictures of this process.
import { Module } from '@nestjs/common';
import { MulterModule } from '@nestjs/platform-express';
import { AuthModule } from '../auth/auth.module.js';
import { ClustersModule } from '../clusters/clusters.module.js';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { BlobStore } from '../storage/blob-store.js';
import { BlobEncryption } from './blob-encryption.js';
import { BlobSweep } from './blob-sweep.js';
import { FaceExtractor } from './extract-faces.js';
import { IngestJobs } from './ingest-jobs.js';
import { IngestLimiter } from './ingest-limiter.js';
import { IngestPipeline } from './ingest.pipeline.js';
import { ModelSelfTest } from './model-self-test.js';
import { StagingStorage } from './staging-storage.js';
import { TenantModels } from './tenant-models.js';
import { TenantQuotas } from './tenant-quotas.js';
import { VectorIndexUpkeep } from './vector-index-upkeep.js';

/** Text fields of a form are short: ids, times, a name. */
const FIELD_BYTES_MAX = 4096;
const FIELDS_MAX = 20;

const Uploads = MulterModule.registerAsync({
  inject: [BlobStore, KINDRED_CONFIG],
  useFactory: (blobs: BlobStore, { imaging }: KindredConfig) => ({
    storage: new StagingStorage(blobs, imaging.bytesMax),
    limits: { fieldSize: FIELD_BYTES_MAX, fields: FIELDS_MAX, fieldNameSize: 100, headerPairs: 20 },
  }),
});

@Module({
  imports: [AuthModule, ClustersModule, JobsModule, Uploads],
  providers: [
    {
      provide: IngestLimiter,
      inject: [KINDRED_CONFIG],
      useFactory: ({ ingest, inference }: KindredConfig) =>
        new IngestLimiter({ ...ingest, shared: inference.workers }),
    },
    TenantQuotas,
    TenantModels,
    FaceExtractor,
    IngestPipeline,
    IngestJobs,
    BlobEncryption,
    BlobSweep,
    ModelSelfTest,
    VectorIndexUpkeep,
  ],
  exports: [
    Uploads,
    TenantQuotas,
    TenantModels,
    FaceExtractor,
    TenantModels,
    IngestPipeline,
    IngestJobs,
    BlobEncryption,
    BlobSweep,
    ModelSelfTest,
    VectorIndexUpkeep,
  ],
})
export class IngestModule {}
