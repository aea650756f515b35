import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { ReviewPendingController } from './review-pending.controller.js';
import { ReviewQueueService } from './review-queue.service.js';

@Module({
  imports: [ClustersModule],
  controllers: [ReviewPendingController],
  providers: [ReviewQueueService],
})
export class ReviewPendingModule {}
