// POST /v1/tenants/{tenant_id}/clusters/{cluster_id}/opt-out, and /v1/tenants/{tenant_id}/opt-outs
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { IsIn, ValidateBy, ValidateIf } from 'class-validator';
import { ActedBy, TakesReason, type Actor } from '../../auth/acted-by.js';
import { Requires } from '../../auth/requires.js';
import type { OptOutRecord } from '../../database/records.js';
import { CONSENT_REF_FAULT, isConsentRef } from '../../domain/retention/retention-settings.js';
import { AcceptedErasureResponse, presentAccepted } from '../../erasure/erasure.response.js';
import { ApiPage, page, PageQuery, type Page } from '../../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../../http/params.js';
import { NotIdempotent } from '../../idempotency/idempotent.js';
import { OPT_OUT_KEEPS, type OptOutKeeps, OptOuts } from './opt-outs.service.js';

export class OptOutBody {
  @ApiProperty({
    enum: OPT_OUT_KEEPS,
    description:
      'nothing: the person may be found again as somebody unknown. blocked_exemplar: one vector, the sum of those of the erased faces, so that later faces of the person are dismissed when they come.',
  })
  @IsIn(OPT_OUT_KEEPS)
  keep!: OptOutKeeps;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 200,
    description: "Names the document of the person's request; the audit log keeps it: name no person.",
  })
  @ValidateIf((_, value: unknown) => value !== null && value !== undefined)
  @ValidateBy({
    name: 'reference',
    validator: { validate: isConsentRef, defaultMessage: () => CONSENT_REF_FAULT },
  })
  reference?: string | null;
}

export class OptOutAnswer {
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null: nothing is kept.' })
  opt_out_id!: string | null;
  @ApiProperty({ type: [String], description: 'What is kept of the person, in words.' }) kept!: string[];
  @ApiProperty({ type: AcceptedErasureResponse }) erasure!: AcceptedErasureResponse;
}

export class OptOutResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({
    type: [String],
    description: 'Embedding spaces in which the person is known again; in another one not.',
  })
  spaces!: string[];
  @ApiProperty({ minimum: 1, description: 'Faces that the person had.' }) face_count!: number;
  @ApiProperty({ type: String, nullable: true }) reference!: string | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
}

/** What stays in both cases is no embedding, no name and no box. */
const ALWAYS_KEPT = 'ids and counts in the log of changes and in the audit log; the photos themselves';
const VECTOR_KEPT =
  'one vector a space, the sum of the embeddings of the erased faces: it is biometric data, used only to dismiss later faces';

const presentOptOut = ({ id, spaces, faceCount, reference, createdAt }: OptOutRecord): OptOutResponse => ({
  id,
  spaces: [...spaces],
  face_count: faceCount,
  reference,
  created_at: createdAt.toISOString(),
});

@ApiTags('clusters')
@Controller('v1/tenants/:tenant_id')
export class OptOutsController {
  constructor(private readonly optOuts: OptOuts) {}

  @Post('clusters/:cluster_id/opt-out')
  @Requires('erase')
  @NotIdempotent()
  @HttpCode(200)
  @TakesReason()
  @ApiOperation({
    summary: 'Erase a person who does not want to be grouped, and say what is kept.',
    description: 'The answer holds the salt of the receipt, so an Idempotency-Key is refused.',
  })
  @ApiOkResponse({ type: OptOutAnswer })
  async optOut(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('cluster_id', UuidPipe) clusterId: string,
    @Body() { keep, reference }: OptOutBody,
    @ActedBy() by: Actor,
  ): Promise<OptOutAnswer> {
    const choice = { keep, reference: reference ?? null };
    const { optOutId, ended } = await this.optOuts.optOut(tenantId, clusterId, choice, by);
    return {
      opt_out_id: optOutId,
      kept: [ALWAYS_KEPT, ...(optOutId === null ? [] : [VECTOR_KEPT])],
      erasure: presentAccepted(ended.erasure, ended.salt),
    };
  }

  @Get('opt-outs')
  @Requires('review')
  @ApiOperation({ summary: 'People of whom a vector is kept so that they are left alone, newest first.' })
  @ApiPage(OptOutResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: PageQuery,
  ): Promise<Page<OptOutResponse>> {
    const { limit, after } = query.idPage();
    const items = await this.optOuts.list(tenantId, { limit: limit + 1, after });
    return page(items, limit, ({ id }) => id, presentOptOut);
  }

  @Delete('opt-outs/:opt_out_id')
  @Requires('erase')
  @HttpCode(204)
  @TakesReason()
  @ApiOperation({ summary: 'Erase what is kept: later faces of the person are found like anybody’s.' })
  @ApiNoContentResponse()
  async lift(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('opt_out_id', UuidPipe) optOutId: string,
    @ActedBy() by: Actor,
  ): Promise<void> {
    await this.optOuts.lift(tenantId, optOutId, by);
  }
}
