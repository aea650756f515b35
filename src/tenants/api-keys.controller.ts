// /v1/tenants/{tenant_id}/api-keys
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import {
  ArrayMinSize,
  ArrayUnique,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
} from 'class-validator';
import type { Response } from 'express';
import { ActedBy, TakesReason, type Actor } from '../auth/acted-by.js';
import { ApiKeysService } from '../auth/api-keys.service.js';
import { IsNoUse, Requires } from '../auth/requires.js';
import { SCOPES, type Scope } from '../auth/scopes.js';
import type { ApiKeyRecord } from '../database/records.js';
import { ApiPage, page, PageQuery, type Page } from '../http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../http/params.js';
import { NotIdempotent } from '../idempotency/idempotent.js';

export class NewApiKeyBody {
  @ApiProperty({ maxLength: 100, description: 'For people: what the key is for.' })
  @IsString()
  @Length(1, 100)
  name!: string;

  @ApiProperty({ enum: SCOPES, isArray: true })
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes!: Scope[];

  @ApiPropertyOptional({ format: 'date-time', description: 'Without it the key holds until it is revoked.' })
  @IsOptional()
  @IsISO8601({ strict: true })
  expires_at?: string;
}

/** Thirty days, s: a longer overlap is two keys, not a rotation. */
const OVERLAP_MAX = 30 * 86_400;
const OVERLAP_DEFAULT = 86_400;

export class RotateApiKeyBody {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: OVERLAP_MAX,
    default: OVERLAP_DEFAULT,
    description: 'How long the old key still opens doors, s; 0: it is revoked at once.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(OVERLAP_MAX)
  overlap_s?: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Without it the new key lives as long as the old one was made for.',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  expires_at?: string;
}

export class ApiKeyResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ description: 'The part of the key that is no secret.' }) prefix!: string;
  @ApiProperty({ enum: SCOPES, isArray: true }) scopes!: string[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expires_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) revoked_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) last_used_at!: string | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The key that this one was rotated from.',
  })
  replaces_id!: string | null;
}

export class MintedApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({ description: 'The key itself: shown now and never again.' }) key!: string;
}

function presentApiKey(key: ApiKeyRecord): ApiKeyResponse {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
    replaces_id: key.replacesId,
  };
}

@ApiTags('api-keys')
@IsNoUse()
@Controller('v1/tenants/:tenant_id/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Requires('admin')
  @NotIdempotent()
  @TakesReason()
  @ApiOperation({
    summary: 'Mint a key for a tenant. The key is in this answer only, so an Idempotency-Key is refused.',
  })
  @ApiCreatedResponse({ type: MintedApiKeyResponse })
  async mint(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: NewApiKeyBody,
    @ActedBy() by: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MintedApiKeyResponse> {
    const request = {
      name: body.name,
      scopes: body.scopes,
      expiresAt: body.expires_at === undefined ? null : new Date(body.expires_at),
    };
    const { record, key } = await this.keys.mint(tenantId, request, by);
    response.location(`/v1/tenants/${tenantId}/api-keys/${record.id}`);
    return { ...presentApiKey(record), key };
  }

  @Post(':key_id/rotate')
  @Requires('admin')
  @NotIdempotent()
  @TakesReason()
  @ApiOperation({
    summary: 'Mint a key with the name and scopes of this one, which ends after the overlap.',
    description: 'The new key is in this answer only, so an Idempotency-Key is refused.',
  })
  @ApiCreatedResponse({ type: MintedApiKeyResponse })
  async rotate(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('key_id', UuidPipe) keyId: string,
    @Body() body: RotateApiKeyBody,
    @ActedBy() by: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MintedApiKeyResponse> {
    const rotation = {
      overlapSeconds: body.overlap_s ?? OVERLAP_DEFAULT,
      expiresAt: body.expires_at === undefined ? undefined : new Date(body.expires_at),
    };
    const { record, key } = await this.keys.rotate(tenantId, keyId, rotation, by);
    response.location(`/v1/tenants/${tenantId}/api-keys/${record.id}`);
    return { ...presentApiKey(record), key };
  }

  @Get()
  @Requires('admin')
  @ApiOperation({ summary: 'List the keys of a tenant, newest first, revoked ones too.' })
  @ApiPage(ApiKeyResponse)
  async list(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Query() query: PageQuery,
  ): Promise<Page<ApiKeyResponse>> {
    const { limit, after } = query.idPage();
    return page(
      await this.keys.list(tenantId, { limit: limit + 1, after }),
      limit,
      ({ id }) => id,
      presentApiKey,
    );
  }

  @Get(':key_id')
  @Requires('admin')
  @ApiOperation({ summary: 'A key, without its secret.' })
  @ApiOkResponse({ type: ApiKeyResponse })
  async get(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('key_id', UuidPipe) keyId: string,
  ): Promise<ApiKeyResponse> {
    return presentApiKey(await this.keys.get(tenantId, keyId));
  }

  @Delete(':key_id')
  @Requires('admin')
  @HttpCode(204)
  @TakesReason()
  @ApiOperation({ summary: 'Revoke a key: from now on it opens nothing.' })
  @ApiNoContentResponse()
  async revoke(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Param('key_id', UuidPipe) keyId: string,
    @ActedBy() by: Actor,
  ): Promise<void> {
    await this.keys.revoke(tenantId, keyId, by);
  }
}
