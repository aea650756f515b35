// /v1/tenants/{tenant_id}/retention: what the periods will erase, and when. A dry run: nothing is erased by asking.
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsISO8601, IsOptional } from 'class-validator';
import { IsNoUse, Requires } from '../auth/requires.js';
import { IMAGE_AGE_FROM } from '../domain/retention/retention-settings.js';
import { TenantIdPipe } from '../http/params.js';
import { RetentionService, type RetentionReport } from './retention.service.js';

export class RetentionQuery {
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'What would be erased by then, if nobody used the tenant until then. Default: now.',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  by?: string;
}

const day = { type: String, format: 'date-time', nullable: true } as const;

export class RetentionPeriodsResponse {
  @ApiProperty({ type: 'integer', nullable: true }) idle_days!: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) image_max_age_days!: number | null;
  @ApiProperty({ enum: IMAGE_AGE_FROM }) image_age_from!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true }) purpose_ends_on!: string | null;
  @ApiProperty({ type: 'integer' }) warn_days!: number;
}

export class PlannedTenantErasureResponse {
  @ApiProperty({ enum: ['idle', 'purpose_ended'] }) rule!: string;
  @ApiProperty({ format: 'date-time', description: 'When the period ends.' }) due_at!: string;
  @ApiProperty({ ...day, description: 'Null: not announced yet.' }) announced_at!: string | null;
  @ApiProperty({ format: 'date-time', description: 'Not before this.' }) erase_at!: string;
}

export class WouldEraseResponse {
  @ApiProperty({ description: 'The whole tenant.' }) tenant!: boolean;
  @ApiProperty({ minimum: 0 }) images!: number;
}

export class RetentionResponse {
  @ApiProperty() tenant_id!: string;
  @ApiProperty({ enum: [true] }) dry_run!: true;
  @ApiProperty({ format: 'date-time' }) by!: string;
  @ApiProperty({ description: 'Nothing is erased, by nobody, until the operator lifts it.' })
  legal_hold!: boolean;
  @ApiProperty({ type: String, nullable: true }) consent_ref!: string | null;
  @ApiProperty({ type: RetentionPeriodsResponse, description: "The tenant's, else those of the service." })
  periods!: RetentionPeriodsResponse;
  @ApiProperty({ ...day, description: 'To ten minutes.' }) last_used_at!: string | null;
  @ApiProperty({
    type: PlannedTenantErasureResponse,
    nullable: true,
    description: 'The one that comes first.',
  })
  tenant_erasure!: PlannedTenantErasureResponse | null;
  @ApiProperty({ ...day, description: 'No image goes by its age before this. Null: not announced yet.' })
  images_from!: string | null;
  @ApiProperty({ type: WouldEraseResponse, description: 'By that time; nothing under a hold.' })
  would_erase!: WouldEraseResponse;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

function present(tenantId: string, by: Date, report: RetentionReport): RetentionResponse {
  const { settings, tenant, imagesFrom } = report;
  const imagesGo = !settings.legalHold && imagesFrom !== null && imagesFrom <= by;
  return {
    tenant_id: tenantId,
    dry_run: true,
    by: by.toISOString(),
    legal_hold: settings.legalHold,
    consent_ref: settings.consentRef ?? null,
    periods: {
      idle_days: settings.idleDays ?? null,
      image_max_age_days: settings.imageMaxAgeDays ?? null,
      image_age_from: settings.imageAgeFrom,
      purpose_ends_on: settings.purposeEndsOn ?? null,
      warn_days: settings.warnDays,
    },
    last_used_at: iso(report.lastUsedAt),
    tenant_erasure: tenant && {
      rule: tenant.rule,
      due_at: tenant.dueAt.toISOString(),
      announced_at: iso(tenant.announcedAt),
      erase_at: tenant.eraseAt.toISOString(),
    },
    images_from: iso(imagesFrom),
    would_erase: { tenant: report.tenantGoes, images: imagesGo ? report.imagesAged : 0 },
  };
}

@ApiTags('tenants')
@IsNoUse()
@Controller('v1/tenants/:tenant_id/retention')
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Get()
  @Requires('read')
  @ApiOperation({ summary: 'What the periods of a tenant erase, and when. Asking erases nothing.' })
  @ApiOkResponse({ type: RetentionResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: RetentionQuery,
  ): Promise<RetentionResponse> {
    const now = new Date();
    const by = query.by === undefined ? now : new Date(query.by);
    return present(tenantId, by, await this.retention.report(tenantId, now, by));
  }
}
