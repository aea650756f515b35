import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { BulkDecisionsController } from './bulk-decisions.controller.js';
import { NumberedQueueService } from './numbered-queue.service.js';
import { ReviewPendingController } from './review-pending.controller.js';
import { ReviewQueueService } from './review-queue.service.js';
import { ReviewStatisticsController } from './review-statistics.controller.js';
import { ReviewStatisticsService } from './review-statistics.service.js';
import { ReviewWorkController } from './review-work.controller.js';
import { ReviewWorkService } from './review-work.service.js';

@Module({
  imports: [ClustersModule],
  // Those with words in the path before the one with an id in the same place.
  controllers: [
    ReviewStatisticsController,
    BulkDecisionsController,
    ReviewWorkController,
    ReviewPendingController,
  ],
  providers: [NumberedQueueService, ReviewQueueService, ReviewWorkService, ReviewStatisticsService],
  exports: [NumberedQueueService],
})
export class ReviewPendingModule {}
