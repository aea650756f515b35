import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { SearchController } from './search.controller.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [ClustersModule, IngestModule],
  controllers: [SearchController],
  providers: [SearchService],
  exports: [SearchService],
})
export class SearchModule {}
