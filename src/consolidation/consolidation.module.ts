import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ConsolidationController } from './consolidation.controller.js';
import { ConsolidationJobs } from './consolidation-jobs.js';
import { ConsolidationSchedule } from './consolidation-schedule.js';
import { LargeTenants } from './large-tenants.js';

@Module({
  imports: [ClustersModule, JobsModule],
  controllers: [ConsolidationController],
  providers: [ConsolidationJobs, ConsolidationSchedule, LargeTenants],
})
export class ConsolidationModule {}
