// The application: ports, then the rooms that use them.
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ClustersModule } from './clusters/clusters.module.js';
import { CompatModule } from './compat/compat.module.js';
import { ConfigModule } from './config/config.module.js';
import type { KindredConfig } from './config/config.js';
import { ConsolidationModule } from './consolidation/consolidation.module.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { FacesModule } from './faces/faces.module.js';
import { GalleryMapModule } from './gallery-map/gallery-map.module.js';
import { HealthModule } from './health/health.module.js';
import { Connections } from './http/connections.js';
import { LOGGER } from './http/logger.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { ImagesModule } from './images/images.module.js';
import { InfrastructureModule } from './infrastructure.module.js';
import { IngestModule } from './ingest/ingest.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { ModelChangesModule } from './model-changes/model-changes.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { ReviewPendingModule } from './review-pending/review-pending.module.js';
import { SearchModule } from './search/search.module.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { TransferModule } from './transfer/transfer.module.js';

@Global()
@Module({})
class LoggerModule {
  static forRoot(logger: Logger): DynamicModule {
    return { module: LoggerModule, providers: [{ provide: LOGGER, useValue: logger }], exports: [LOGGER] };
  }
}

@Module({})
export class AppModule {
  static with(config: KindredConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      providers: [Connections],
      imports: [
        ConfigModule.forRoot(config),
        LoggerModule.forRoot(logger),
        InfrastructureModule,
        AuthModule,
        IdempotencyModule,
        ErasureModule,
        ClustersModule,
        JobsModule,
        IngestModule,
        ConsolidationModule,
        RetentionModule,
        ModelChangesModule,
        TenantsModule,
        ImagesModule,
        FacesModule,
        OperationsModule,
        ReviewPendingModule,
        SearchModule,
        GalleryMapModule,
        TransferModule,
        CompatModule.with(config),
        AuditModule,
        HealthModule,
      ],
    };
  }
}
