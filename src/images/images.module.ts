import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { ErasureModule } from '../erasure/erasure.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { EncryptionController } from './encryption.controller.js';
import { EnrolmentService } from './enrolment.service.js';
import { ImagesController } from './images.controller.js';
import { ImagesService } from './images.service.js';

@Module({
  imports: [ClustersModule, ErasureModule, IngestModule],
  controllers: [EncryptionController, ImagesController],
  providers: [EnrolmentService, ImagesService],
  exports: [EnrolmentService, ImagesService],
})
export class ImagesModule {}
