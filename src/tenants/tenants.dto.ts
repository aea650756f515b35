// What tenant routes take and answer.
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, ValidateBy } from 'class-validator';
import type { TenantCounts, TenantInventory, TenantRecord } from '../database/records.js';
import { factsOf, plannedErasure } from '../domain/retention/retention-plan.js';
import { parseRetentionSettings, type RetentionPeriods } from '../domain/retention/retention-settings.js';
import { isTenantId, TENANT_ID_FAULT } from '../http/params.js';

export class NewTenantBody {
  @ApiProperty({ pattern: '^[A-Za-z0-9._-]{1,64}$', description: 'Chosen by you; it cannot be changed.' })
  @ValidateBy({
    name: 'tenant_id',
    validator: { validate: isTenantId, defaultMessage: () => TENANT_ID_FAULT },
  })
  id!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: {
      clustering: { accept: 0.95, review_faces_min: 2 },
      review: { kinds: { suspect_face: true, duplicate_image: true }, duplicate_distance_max: 6 },
    },
    description:
      '`clustering`: thresholds of this tenant that differ from those of the service. `review.kinds`: which kinds of review items are raised; `suspect_face` and `duplicate_image` are off unless set to true here. `review.duplicate_distance_max`: bits (0 to 16, default 4) in which the perceptual hashes of two images may differ to be asked about. `limits`: what the tenant may hold and ask for (`images`, `faces`, `bytes`, `requests_per_minute`, `concurrent_ingests`; null lifts a limit of the service), set by the operator only. `calibration`: what `kindred calibrate --answers` found in this tenant’s answers (`space`, `by`, `offset`, `slope`, `answers`, `fitted_at`, `previous`); it holds only for the model pack that it names. `retention`: `idle_days`, `image_max_age_days` (null lifts a period of the service), `image_age_from` (`ingested` or `captured`), `purpose_ends_on` (a day, the last one), `warn_days`, `consent_ref`, and `legal_hold`, set by the operator only.',
  })
  @IsOptional()
  @IsObject()
  settings?: Record<string, unknown>;
}

export class TenantSettingsBody {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Replaces the settings of the tenant; {} returns to those of the service.',
  })
  @IsObject()
  settings!: Record<string, unknown>;
}

/** When what will be erased, as it stands now. */
export class TenantRetentionResponse {
  @ApiProperty({ description: 'Nothing is erased, by nobody, until the operator lifts it.' })
  legal_hold!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Names the document of the consent.' })
  consent_ref!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'From when the whole tenant is erased, if nobody uses it and nothing else is set.',
  })
  erase_at!: string | null;
  @ApiProperty({ enum: ['idle', 'purpose_ended'], nullable: true, description: 'The period that ends then.' })
  rule!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When that was announced in the audit log.',
  })
  announced_at!: string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Days after which an image is erased; see …/retention.',
  })
  image_max_age_days!: number | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) last_used_at!: string | null;
}

export class TenantResponse {
  @ApiProperty() id!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) settings!: Record<string, unknown>;
  @ApiProperty({ minimum: 0 }) image_count!: number;
  @ApiProperty({ minimum: 0 }) face_count!: number;
  @ApiProperty({ minimum: 0, description: 'Clusters that are not merged into another.' })
  cluster_count!: number;
  @ApiProperty({ minimum: 0 }) open_review_count!: number;
  @ApiProperty({ minimum: 1 }) version!: number;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The model pack in whose space the faces are compared; null until a face is stored.',
  })
  space!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The erasure that is taking the tenant away.',
  })
  erasure_id!: string | null;
  @ApiProperty({ type: TenantRetentionResponse }) retention!: TenantRetentionResponse;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
}

/** Rows per table, and files. */
export class TenantInventoryResponse {
  @ApiProperty() images!: number;
  @ApiProperty() faces!: number;
  @ApiProperty() face_embeddings!: number;
  @ApiProperty() clusters!: number;
  @ApiProperty() cluster_centroids!: number;
  @ApiProperty() constraints!: number;
  @ApiProperty() review_items!: number;
  @ApiProperty() operations!: number;
  @ApiProperty({ description: 'Faces and clusters that operations name, by id.' })
  operation_subjects!: number;
  @ApiProperty() jobs!: number;
  @ApiProperty({ description: 'Changes of model, and what they keep beside what is in force.' })
  model_changes!: number;
  @ApiProperty() model_change_images!: number;
  @ApiProperty() model_change_faces!: number;
  @ApiProperty({ description: 'Answers kept for requests with an Idempotency-Key.' })
  idempotency_keys!: number;
  @ApiProperty({ description: 'What is kept of people who must not be grouped.' }) opt_outs!: number;
  @ApiProperty() api_keys!: number;
  @ApiProperty({ description: 'Whether requests of a minute were counted.' }) request_windows!: number;
  @ApiProperty({ description: 'Files of original photos.' }) blobs!: number;
}

export class ErasurePlanResponse {
  @ApiProperty() tenant_id!: string;
  @ApiProperty({ enum: [true], description: 'Nothing was erased, this is what would be.' }) dry_run!: true;
  @ApiProperty({
    description: 'A legal hold stands: the erasure itself would be refused (409 retention.legal_hold).',
  })
  legal_hold!: boolean;
  @ApiProperty({ type: TenantInventoryResponse }) inventory!: TenantInventoryResponse;
}

function presentRetention(
  tenant: TenantRecord,
  periods: RetentionPeriods,
  now: Date,
): TenantRetentionResponse {
  const settings = parseRetentionSettings(tenant.settings['retention'], periods);
  const plan = settings.legalHold ? null : plannedErasure(settings, factsOf(tenant), now);
  return {
    legal_hold: settings.legalHold,
    consent_ref: settings.consentRef ?? null,
    erase_at: plan?.eraseAt.toISOString() ?? null,
    rule: plan?.rule ?? null,
    announced_at: plan?.announcedAt?.toISOString() ?? null,
    image_max_age_days: settings.imageMaxAgeDays ?? null,
    last_used_at: tenant.lastUsedAt?.toISOString() ?? null,
  };
}

/** @param periods Of the service. */
export function presentTenant(
  tenant: TenantRecord & TenantCounts,
  periods: RetentionPeriods,
  now: Date,
): TenantResponse {
  return {
    id: tenant.id,
    settings: tenant.settings,
    image_count: tenant.imageCount,
    face_count: tenant.faceCount,
    cluster_count: tenant.clusterCount,
    open_review_count: tenant.openReviewCount,
    version: tenant.version,
    space: tenant.space ?? null,
    erasure_id: tenant.erasureId ?? null,
    retention: presentRetention(tenant, periods, now),
    created_at: tenant.createdAt.toISOString(),
  };
}

export function presentInventory(rows: TenantInventory, blobs: number): TenantInventoryResponse {
  return {
    images: rows.images,
    faces: rows.faces,
    face_embeddings: rows.faceEmbeddings,
    clusters: rows.clusters,
    cluster_centroids: rows.clusterCentroids,
    constraints: rows.constraints,
    review_items: rows.reviewItems,
    operations: rows.operations,
    operation_subjects: rows.operationSubjects,
    jobs: rows.jobs,
    model_changes: rows.modelChanges,
    model_change_images: rows.modelChangeImages,
    model_change_faces: rows.modelChangeFaces,
    idempotency_keys: rows.idempotencyKeys,
    opt_outs: rows.optOuts,
    api_keys: rows.apiKeys,
    request_windows: rows.requestWindows,
    blobs,
  };
}
