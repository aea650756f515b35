// Builds the application and starts the work that its roles ask for.
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import type { KindredConfig } from './config/config.js';
import { ConsolidationJobs } from './consolidation/consolidation-jobs.js';
import { ConsolidationSchedule } from './consolidation/consolidation-schedule.js';
import { ErasureRunner } from './erasure/erasure-runner.js';
import { NestLogger } from './http/logger.js';
import { setupHttp } from './http/setup-http.js';
import { ExpiredKeysSweep } from './idempotency/expired-keys-sweep.js';
import { BlobEncryption } from './ingest/blob-encryption.js';
import { BlobSweep } from './ingest/blob-sweep.js';
import { IngestJobs } from './ingest/ingest-jobs.js';
import { VectorIndexUpkeep } from './ingest/vector-index-upkeep.js';
import { BackgroundJobs } from './jobs/background-jobs.js';
import { RetentionSchedule } from './retention/retention-schedule.js';
import { ModelChangeRunner } from './model-changes/model-change-runner.js';
import { serveReviewPage } from './review-page/serve-review-page.js';

/** Everything is wired and open; nothing listens yet. */
export async function createApplication(
  config: KindredConfig,
  logger: Logger,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, logger), {
    // A fault at start is thrown to the caller, who can say it in words; Nest would log it as well.
    abortOnError: false,
    logger: false,
  });
  app.useLogger(new NestLogger(logger));
  setupHttp(app, config, logger);
  serveReviewPage(app, logger);
  // A supervisor that asked for the end is told that it went well: exit code 0, not a death by signal.
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}

/**
 * The worker's role: queued pictures, lost messages, open erasures, ended periods, what a crash left on disk, and kept answers that are past
 * their time.
 */
export async function startWorker(
  app: NestExpressApplication,
  config: KindredConfig,
  logger: Logger,
): Promise<void> {
  await app.get(IngestJobs).startWorker(config.ingest.concurrency);
  await app.get(VectorIndexUpkeep).startWorker();
  await app.get(ConsolidationJobs).startWorker();
  app.get(ConsolidationSchedule).start();
  const resumed = await app.get(BackgroundJobs).resume();
  if (resumed > 0) logger.info({ jobs: resumed }, 'unfinished jobs were sent again');
  app.get(ErasureRunner).start();
  app.get(RetentionSchedule).start();
  app.get(ModelChangeRunner).start();
  app.get(ExpiredKeysSweep).start();
  app
    .get(BlobEncryption)
    .run()
    .then(
      (files) => files > 0 && logger.info({ files }, 'originals of before were encrypted'),
      (error: unknown) => logger.error({ err: error }, 'originals of before could not be encrypted'),
    );
  app
    .get(BlobSweep)
    .run(Date.now())
    .then(
      (report) => logger.info(report, 'leftovers of earlier processes were swept'),
      (error: unknown) => logger.error({ err: error }, 'the sweep for leftovers failed'),
    );
}
