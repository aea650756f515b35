import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { FacesController } from './faces.controller.js';
import { FacesService } from './faces.service.js';

@Module({
  imports: [ClustersModule],
  controllers: [FacesController],
  providers: [FacesService],
  exports: [FacesService],
})
export class FacesModule {}
