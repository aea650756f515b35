// The fourth earlier API: do two pictures show one person? Nothing is stored.
import { Controller, Get, HttpCode, Post, Req, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { performance } from 'node:perf_hooks';
import { CurrentPrincipal } from '../../auth/current-principal.js';
import type { Principal } from '../../auth/principal.js';
import { Public, RequiresUnlessOpen } from '../../auth/requires.js';
import { Uploaded } from '../../ingest/staged-uploads.interceptor.js';
import type { StagedUpload } from '../../ingest/staging-storage.js';
import { SearchService } from '../../search/search.service.js';
import { arrivalOf } from '../earlier-client.middleware.js';
import { EarlierRoute } from '../earlier-route.js';
import { TakesEarlierPictures } from '../pictures.js';
import { BadDataInterceptor } from './bad-data.interceptor.js';

class WorkingAnswer {
  @ApiProperty() success!: boolean;
  @ApiProperty() message!: string;
}

class CompareForm {
  @ApiProperty({ description: 'A data: URI with base64, or a file.' }) passport!: string;
  @ApiProperty({ description: 'A data: URI with base64, or a file.' }) face!: string;
}

class ComparedAnswer {
  @ApiProperty() success!: boolean;
  @ApiProperty() match!: boolean;
  @ApiProperty() message!: string;
  @ApiProperty({ minimum: 0, description: 'Time to receive both pictures, s.' }) image_save_time!: number;
  @ApiProperty({ minimum: 0, description: 'Time to compare them, s.' }) comparison_time!: number;
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

@ApiTags('earlier API: compare')
@UseInterceptors(BadDataInterceptor)
@Controller()
export class CompareController {
  constructor(private readonly search: SearchService) {}

  @Get()
  @Public()
  @EarlierRoute('GET /health/live')
  @ApiOkResponse({ type: WorkingAnswer })
  root(): WorkingAnswer {
    return { success: true, message: 'Server is working' };
  }

  @Post('compare')
  @RequiresUnlessOpen('compare', 'read')
  @HttpCode(200)
  @TakesEarlierPictures(['passport', 'face'], CompareForm)
  @EarlierRoute('POST /v1/compare')
  @ApiOkResponse({ type: ComparedAnswer })
  async compare(
    @Uploaded('passport') passport: StagedUpload,
    @Uploaded('face') face: StagedUpload,
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
  ): Promise<ComparedAnswer> {
    const received = performance.now();
    const turn = principal.kind === 'key' ? principal.tenantId : '';
    const { match } = await this.search.compare(turn, passport, face);
    return {
      success: true,
      match,
      message: match ? 'Faces match' : 'Faces do not match',
      image_save_time: seconds(received - arrivalOf(request)),
      comparison_time: seconds(performance.now() - received),
    };
  }
}
