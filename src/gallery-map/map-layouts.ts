// Layouts of galleries: made in a worker thread, one at a time, and remembered for as long as the same faces are shown.
import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { BACKGROUND_NICE } from '../config/background-nice.js';
import { compiledWorker } from '../config/compiled-worker.js';
import { DomainError } from '../domain/domain-error.js';
import { EMBEDDING_WIDTH } from '../domain/face/embedding.js';
import type { FacesToLayOut } from './lay-out-faces.js';

/** Layouts that may wait for the thread. */
const WAITING_MAX = 4;
/** Layouts remembered, one a tenant; 5,000 faces take 300 kB. */
const REMEMBERED_MAX = 16;
/** What is remembered of faces that may be erased goes away by itself. ms */
const REMEMBERED_MS = 10 * 60_000;
/** An idle thread is ended. ms */
const IDLE_MS = 30_000;
/** Advice to a client when too many wait, or when the thread failed. s */
const RETRY_AFTER_SECONDS = 10;
/** Waiting and laying out together; the largest layout takes ten seconds of a core. ms */
const PATIENCE_MS = 120_000;

/** A place on the picture, 0..1 each. */
export interface Place {
  readonly x: number;
  readonly y: number;
}
export type Layout = ReadonlyMap<string, Place>;

/** Unit vectors of those of the faces that still have one, in their order. */
export type LoadVectors = (faceIds: readonly string[]) => Promise<{
  readonly faceIds: readonly string[];
  readonly vectors: Float32Array<ArrayBuffer>;
}>;

interface Remembered {
  readonly fingerprint: string;
  readonly layout: Promise<Layout>;
  readonly forgetting: NodeJS.Timeout;
}

@Injectable()
export class MapLayouts implements OnApplicationShutdown {
  protected readonly worker: string = compiledWorker(import.meta.url, './gallery-map.worker.js');
  protected readonly patienceMs: number = PATIENCE_MS;
  private pool: Piscina<FacesToLayOut, Float32Array> | undefined;
  /** By tenant, the one used longest ago first. */
  private readonly remembered = new Map<string, Remembered>();

  /**
   * Where the faces lie. Who asks while the same layout is being made waits for that one.
   * @throws DomainError inference.busy, gallery_map.unavailable
   */
  layout(tenantId: string, space: string, faceIds: readonly string[], load: LoadVectors): Promise<Layout> {
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([space, faceIds]))
      .digest('hex');
    const known = this.remembered.get(tenantId);
    this.forget(tenantId);
    const layout = known?.fingerprint === fingerprint ? known.layout : this.make(faceIds, load);
    this.remember(tenantId, fingerprint, layout);
    return layout;
  }

  async onApplicationShutdown(): Promise<void> {
    for (const tenantId of [...this.remembered.keys()]) this.forget(tenantId);
    await this.pool?.destroy();
  }

  private async make(wanted: readonly string[], load: LoadVectors): Promise<Layout> {
    if ((this.pool?.queueSize ?? 0) >= WAITING_MAX) {
      throw new DomainError('inference.busy', 'Too many maps are being made.', {
        retryable: true,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    const { faceIds, vectors } = await load(wanted);
    const places = await this.run({ vectors, width: EMBEDDING_WIDTH });
    return new Map(faceIds.map((id, i) => [id, { x: places[2 * i]!, y: places[2 * i + 1]! }]));
  }

  private async run(task: FacesToLayOut): Promise<Float32Array> {
    const pool = (this.pool ??= this.start());
    try {
      return await pool.run(task, {
        transferList: [task.vectors.buffer as ArrayBuffer],
        signal: AbortSignal.timeout(this.patienceMs),
      });
    } catch (cause) {
      await this.end(pool);
      throw new DomainError('gallery_map.unavailable', 'The map could not be made.', {
        retryable: true,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause,
      });
    }
  }

  private start(): Piscina<FacesToLayOut, Float32Array> {
    const pool = new Piscina<FacesToLayOut, Float32Array>({
      filename: this.worker,
      minThreads: 0,
      maxThreads: 1,
      maxQueue: WAITING_MAX * 2,
      idleTimeout: IDLE_MS,
      niceIncrement: BACKGROUND_NICE,
    });
    // A thread that fails before it has a task fails no task: those that wait would wait for ever.
    pool.on('error', () => void this.end(pool));
    return pool;
  }

  /** What waits fails; the next layout starts anew, since a pool that failed once starts no other thread. */
  private end(pool: Piscina<FacesToLayOut, Float32Array>): Promise<void> {
    if (this.pool === pool) this.pool = undefined;
    return pool.destroy();
  }

  private remember(tenantId: string, fingerprint: string, layout: Promise<Layout>): void {
    const forgetting = setTimeout(() => this.forget(tenantId), REMEMBERED_MS).unref();
    const entry = { fingerprint, layout, forgetting };
    this.remembered.set(tenantId, entry);
    layout.catch(() => {
      if (this.remembered.get(tenantId) === entry) this.forget(tenantId);
    });
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > REMEMBERED_MAX && oldest !== undefined) this.forget(oldest);
  }

  private forget(tenantId: string): void {
    clearTimeout(this.remembered.get(tenantId)?.forgetting);
    this.remembered.delete(tenantId);
  }
}
