import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ConsolidationController } from './consolidation.controller.js';
import { ConsolidationJobs } from './consolidation-jobs.js';
import { ConsolidationSchedule } from './consolidation-schedule.js';

@Module({
  imports: [ClustersModule, JobsModule],
  controllers: [ConsolidationController],
  providers: [ConsolidationJobs, ConsolidationSchedule],
})
export class ConsolidationModule {}
