import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { ExportController } from './export.controller.js';
import { GalleryExport } from './gallery-export.js';
import { GalleryImport } from './gallery-import.js';
import { ImportController } from './import.controller.js';
import { IncomingFaces } from './incoming-faces.js';

@Module({
  imports: [ClustersModule, IngestModule],
  controllers: [ExportController, ImportController],
  providers: [GalleryExport, GalleryImport, IncomingFaces],
})
export class TransferModule {}
