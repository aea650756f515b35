import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { RetentionSchedule } from './retention-schedule.js';
import { RetentionController } from './retention.controller.js';
import { RetentionService } from './retention.service.js';

@Module({
  imports: [ClustersModule, ErasureModule, IngestModule],
  controllers: [RetentionController],
  providers: [RetentionService, RetentionSchedule],
})
export class RetentionModule {}
