import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { GalleryMapController } from './gallery-map.controller.js';
import { GalleryMapService } from './gallery-map.service.js';
import { MapLayouts } from './map-layouts.js';

@Module({
  imports: [ClustersModule],
  controllers: [GalleryMapController],
  providers: [GalleryMapService, MapLayouts],
})
export class GalleryMapModule {}
