// Opens the ports, in order, and closes them in the reverse one: what a request needs last is gone first.
import { fileURLToPath } from 'node:url';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { KINDRED_CONFIG, type KindredConfig } from './config/config.js';
import { Database } from './database/database.js';
import { SystemStore } from './database/system-store.js';
import { TenantStore } from './database/tenant-store.js';
import { LOGGER } from './http/logger.js';
import { ImageDecoder } from './imaging/image-decoder.js';
import { ImagingModule } from './imaging/imaging.module.js';
import { InferenceProvider } from './inference/inference-provider.js';
import { JobQueue } from './queue/job-queue.js';
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
      provide: InferenceProvider,
      inject: [KINDRED_CONFIG, SystemStore],
      useFactory: startInference,
    },
    {
      provide: JobQueue,
      inject: [Database, LOGGER],
      useFactory: (database: Database, logger: Logger) =>
        JobQueue.start(database.connection, (error) =>
          logger.error({ err: error }, 'the job queue met a fault'),
        ),
    },
  ],
  exports: [ImagingModule, StorageModule, Database, SystemStore, TenantStore, InferenceProvider, JobQueue],
})
export class InfrastructureModule implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(InferenceProvider) private readonly inference: InferenceProvider,
    @Inject(ImageDecoder) private readonly decoder: ImageDecoder,
    @Inject(JobQueue) private readonly queue: JobQueue,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.queue.stop();
    await this.decoder.close();
    await this.inference.close();
    await this.database.close();
  }
}

/** Loads the models and makes sure that the stored embeddings are of this very recogniser. */
async function startInference(config: KindredConfig, system: SystemStore): Promise<InferenceProvider> {
  const { models, inference: settings, imaging, quality } = config;
  const inference = await InferenceProvider.start({
    modelsDir: models.dir,
    ...(models.pack === undefined ? {} : { pack: models.pack }),
    ...settings,
    ...(imaging.detectorLongSidePx === undefined ? {} : { detectorLongSidePx: imaging.detectorLongSidePx }),
    ...(quality.faceSizePxMin === undefined ? {} : { faceSizePxMin: quality.faceSizePxMin }),
  });
  try {
    const { id, recogniser, width } = inference.pack;
    await system.transaction(({ embeddingSpaces }) =>
      embeddingSpaces.register({ id, recogniserSha256: recogniser.sha256, width, createdAt: new Date() }),
    );
    return inference;
  } catch (error) {
    await inference.close();
    throw error;
  }
}
