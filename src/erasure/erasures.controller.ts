// /v1/erasures: open to whoever has the id, because the credentials that asked may be erased by then.
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/requires.js';
import { UuidPipe } from '../http/params.js';
import { ErasureResponse, presentErasure } from './erasure.response.js';
import { ErasuresService } from './erasures.service.js';

@ApiTags('erasures')
@Controller('v1/erasures')
export class ErasuresController {
  constructor(private readonly erasures: ErasuresService) {}

  @Get(':erasure_id')
  @Public()
  @ApiOperation({
    summary: 'How far an erasure is. The id is the credential: it is random, and the answer names nobody.',
  })
  @ApiOkResponse({ type: ErasureResponse })
  async get(@Param('erasure_id', UuidPipe) id: string): Promise<ErasureResponse> {
    return presentErasure(await this.erasures.get(id));
  }
}
