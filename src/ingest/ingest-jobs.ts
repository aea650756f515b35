// Pictures that were accepted for later: the same pipeline, fed by the queue.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { JobRecord } from '../database/records.js';
import { isTenantGone } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { BackgroundJobs, type JobContext } from '../jobs/background-jobs.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';
import { IngestPipeline, type IngestOutcome, type IngestRequest } from './ingest.pipeline.js';

/** What a job of kind `ingest_image` holds: JSON, ids and facts only. */
interface IngestJobInput {
  readonly image_id: string;
  readonly sha256: string;
  readonly byte_length: number;
  readonly actor: string;
  readonly declared_type: string | null;
  readonly external_id: string | null;
  readonly captured_at: string | null;
  readonly label: string | null;
}

@Injectable()
export class IngestJobs {
  constructor(
    private readonly jobs: BackgroundJobs,
    private readonly pipeline: IngestPipeline,
    private readonly blobs: BlobStore,
  ) {}

  /** Keeps the bytes and queues the work. The image's id is fixed now, so that a retry finds its own blob. */
  async accept(request: IngestRequest): Promise<JobRecord> {
    const imageId = request.imageId ?? uuidv7();
    const key = imageBlobKey(request.tenantId, imageId);
    await this.blobs.commit(request.upload, key);
    const input: IngestJobInput = {
      image_id: imageId,
      sha256: request.upload.sha256,
      byte_length: request.upload.byteLength,
      actor: request.actor,
      declared_type: request.upload.declaredType ?? null,
      external_id: request.externalId ?? null,
      captured_at: request.capturedAt?.toISOString() ?? null,
      label: request.label ?? null,
    };
    try {
      return await this.jobs.submit(request.tenantId, 'ingest_image', { ...input });
    } catch (error) {
      if (isTenantGone(error)) await this.blobs.delete(key);
      throw error;
    }
  }

  /** Starts taking queued pictures in this process. */
  async startWorker(concurrency: number): Promise<void> {
    await this.jobs.work('ingest_image', concurrency, (context) => this.ingest(context));
  }

  private async ingest({ tenantId, input: raw }: JobContext): Promise<Record<string, unknown>> {
    const input = raw as unknown as IngestJobInput;
    const key = imageBlobKey(tenantId, input.image_id);
    const outcome = await this.ingestOrDiscard(key, {
      tenantId,
      actor: input.actor,
      imageId: input.image_id,
      upload: {
        path: this.blobs.pathOf(key),
        sha256: input.sha256,
        byteLength: input.byte_length,
        declaredType: input.declared_type ?? undefined,
      },
      externalId: input.external_id ?? undefined,
      capturedAt: input.captured_at === null ? undefined : new Date(input.captured_at),
      label: input.label ?? undefined,
    });
    if (outcome.image.id !== input.image_id) await this.blobs.delete(key);
    return { image_id: outcome.image.id, created: outcome.created };
  }

  /** A picture that can never be used is not kept. */
  private async ingestOrDiscard(key: string, request: IngestRequest): Promise<IngestOutcome> {
    try {
      return await this.pipeline.ingest(request);
    } catch (error) {
      if (error instanceof DomainError && !error.retryable) await this.blobs.delete(key);
      throw error;
    }
  }
}
