import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { LookAtImages } from './look-at-images.js';
import { ModelChangeRunner } from './model-change-runner.js';
import { ModelChangeSteps } from './model-change-steps.js';
import { ModelChangesController } from './model-changes.controller.js';
import { ModelChangesService } from './model-changes.service.js';
import { ShadowImages } from './shadow-images.js';

@Module({
  imports: [ClustersModule, IngestModule],
  controllers: [ModelChangesController],
  providers: [LookAtImages, ModelChangeRunner, ModelChangeSteps, ModelChangesService, ShadowImages],
})
export class ModelChangesModule {}
