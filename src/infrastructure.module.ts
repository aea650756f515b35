// Opens the ports, in order, and closes them in the reverse one: what a request needs last is gone first.
import { fileURLToPath } from 'node:url';
import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { KINDRED_CONFIG, type KindredConfig } from './config/config.js';
import { Database } from './database/database.js';
import { ExclusiveWork } from './database/exclusive-work.js';
import { SystemStore } from './database/system-store.js';
import { TableUpkeep } from './database/table-upkeep.js';
import { TenantStore } from './database/tenant-store.js';
import { VectorIndexes } from './database/vectors/vector-indexes.js';
import { LOGGER } from './http/logger.js';
import { ImageDecoder } from './imaging/image-decoder.js';
import { ImagingModule } from './imaging/imaging.module.js';
import { InferenceProvider } from './inference/inference-provider.js';
import { JobQueue, POLLING_SECONDS } from './queue/job-queue.js';
import { StorageModule } from './storage/storage.module.js';

const MIGRATIONS_DIR = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

@Global()
@Module({
  imports: [ImagingModule, StorageModule],
  providers: [
    {
      provide: Database,
      inject: [KINDRED_CONFIG],
      useFactory: ({ database, dataDir }: KindredConfig) => Database.open(database, dataDir, MIGRATIONS_DIR),
    },
    {
      provide: SystemStore,
      inject: [Database],
      useFactory: (database: Database) => new SystemStore(database),
    },
    {
      provide: TenantStore,
      inject: [Database],
      useFactory: (database: Database) => new TenantStore(database),
    },
    {
      provide: VectorIndexes,
      inject: [Database],
      useFactory: (database: Database) => new VectorIndexes(database),
    },
    {
      provide: ExclusiveWork,
      inject: [Database],
      useFactory: (database: Database) => new ExclusiveWork(database),
    },
    {
      provide: TableUpkeep,
      inject: [Database],
      useFactory: (database: Database) => new TableUpkeep(database),
    },
    {
      provide: InferenceProvider,
      inject: [KINDRED_CONFIG],
      useFactory: startInference,
    },
    {
      provide: JobQueue,
      inject: [Database, LOGGER, KINDRED_CONFIG],
      useFactory: (database: Database, logger: Logger, { roles }: KindredConfig) =>
        JobQueue.start(
          database.connection,
          (error) => logger.error({ err: error }, 'the job queue met a fault'),
          roles.includes('api') ? POLLING_SECONDS.whereJobsAreSent : POLLING_SECONDS.elsewhere,
        ),
    },
  ],
  exports: [
    ImagingModule,
    StorageModule,
    Database,
    SystemStore,
    TenantStore,
    VectorIndexes,
    ExclusiveWork,
    TableUpkeep,
    InferenceProvider,
    JobQueue,
  ],
})
export class InfrastructureModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SystemStore) private readonly system: SystemStore,
    @Inject(InferenceProvider) private readonly inference: InferenceProvider,
    @Inject(ImageDecoder) private readonly decoder: ImageDecoder,
    @Inject(JobQueue) private readonly queue: JobQueue,
  ) {}

  /** Makes sure that the stored embeddings are of this very recogniser. @throws EmbeddingSpaceMismatch */
  async onModuleInit(): Promise<void> {
    const { id, recogniser, width } = this.inference.pack;
    await this.system.transaction(({ embeddingSpaces }) =>
      embeddingSpaces.register({ id, recogniserSha256: recogniser.sha256, width, createdAt: new Date() }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.stop();
    await this.decoder.close();
    await this.inference.close();
    await this.database.close();
  }
}

/** Waits for nothing: the models load while the database opens. */
function startInference({ models, inference, imaging, quality }: KindredConfig): Promise<InferenceProvider> {
  return InferenceProvider.start({
    modelsDir: models.dir,
    packsLoadedMax: models.packsLoadedMax,
    ...(models.pack === undefined ? {} : { pack: models.pack }),
    ...inference,
    ...(imaging.detectorLongSidePx === undefined ? {} : { detectorLongSidePx: imaging.detectorLongSidePx }),
    ...(quality.faceSizePxMin === undefined ? {} : { faceSizePxMin: quality.faceSizePxMin }),
  });
}
