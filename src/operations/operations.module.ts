import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { ExplanationsService } from './explanations.service.js';
import { HistoriesController } from './histories.controller.js';
import { OperationsController } from './operations.controller.js';
import { OperationsService } from './operations.service.js';

@Module({
  imports: [ClustersModule],
  controllers: [OperationsController, HistoriesController],
  providers: [OperationsService, ExplanationsService],
})
export class OperationsModule {}
