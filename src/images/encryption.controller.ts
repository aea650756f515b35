// POST /v1/tenants/{tenant_id}/originals/encrypt
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { ActedBy, type Actor, TakesReason } from '../auth/acted-by.js';
import { Requires } from '../auth/requires.js';
import { DomainError } from '../domain/domain-error.js';
import { CURSOR_LENGTH_MAX, encodeCursor, idIn } from '../http/pagination.js';
import { TenantIdPipe } from '../http/params.js';
import { BlobEncryption } from '../ingest/blob-encryption.js';
import { BlobStore } from '../storage/blob-store.js';

/** A request works for so long, and to the end of the file under way, ms. */
const WORK_MS = 5000;

export class EncryptionBody {
  @ApiPropertyOptional({ default: false, description: 'true: only count.' })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;

  @ApiPropertyOptional({ description: 'The next_cursor of the answer before.' })
  @IsOptional()
  @IsString()
  @MaxLength(CURSOR_LENGTH_MAX)
  cursor?: string;

  after(): string | undefined {
    return this.cursor === undefined ? undefined : idIn(this.cursor, '#/cursor');
  }
}

export class EncryptionResponse {
  @ApiProperty({ description: 'Files that are encrypted now; of a dry run: that would be.' })
  encrypted!: number;
  @ApiProperty({ description: 'Files that were encrypted before.' }) encrypted_before!: number;
  @ApiProperty({ description: 'Images whose file is not there.' }) missing!: number;
  @ApiProperty() dry_run!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Ask again with it; null: that was all.' })
  next_cursor!: string | null;
}

@ApiTags('images')
@Controller('v1/tenants/:tenant_id/originals')
export class EncryptionController {
  constructor(
    private readonly encryption: BlobEncryption,
    private readonly blobs: BlobStore,
  ) {}

  @Post('encrypt')
  @HttpCode(200)
  @Requires('admin')
  @ApiOperation({
    summary:
      'Encrypt originals that were kept before encryption was turned on: some seconds of it, newest first.',
  })
  @TakesReason()
  @ApiOkResponse({ type: EncryptionResponse })
  async encrypt(
    @Param('tenant_id', TenantIdPipe) tenantId: string,
    @Body() body: EncryptionBody,
    @ActedBy() by: Actor,
  ): Promise<EncryptionResponse> {
    const dryRun = body.dry_run ?? false;
    if (!dryRun && !this.blobs.encrypts) {
      throw new DomainError('storage.encryption_off', 'Turn storage.encryption on, and start again.');
    }
    const untilMs = performance.now() + WORK_MS;
    const done = await this.encryption.page(tenantId, { after: body.after(), untilMs, dryRun }, by);
    return {
      encrypted: done.encrypted,
      encrypted_before: done.encryptedBefore,
      missing: done.missing,
      dry_run: dryRun,
      next_cursor: done.next === null ? null : encodeCursor(done.next),
    };
  }
}
