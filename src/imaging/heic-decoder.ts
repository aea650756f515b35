// Runs the HEIC decoder in a worker thread, which is started by the first HEIC picture and ends when idle.
import { Piscina } from 'piscina';
import { compiledWorker } from '../config/compiled-worker.js';
import { DomainError } from '../domain/domain-error.js';
import type { HeicTask } from './heic.worker.js';

/** Pictures that may wait. */
const QUEUE_MAX = 32;
/** An idle thread holds the decoder's memory, which never shrinks, ms. */
const IDLE_MS = 30_000;
/** Waiting and decoding together; a 12-megapixel picture takes about 1 s. */
const TIMEOUT_MS = 60_000;

export class HeicDecoder {
  private pool: Piscina<HeicTask, Uint8Array> | undefined;

  /**
   * @returns An uncompressed TIFF of the picture, upright, with its colour profile.
   * @throws DomainError image.unreadable, or inference.busy when too many are waiting.
   */
  async decode(task: HeicTask): Promise<Uint8Array> {
    this.pool ??= this.open();
    if (this.pool.queueSize >= QUEUE_MAX) {
      throw new DomainError('inference.busy', 'too many HEIC images are waiting', {
        retryable: true,
        retryAfterSeconds: 5,
      });
    }
    try {
      // An abort ends the thread: a picture that hangs the decoder does not hold up the next.
      return await this.pool.run(task, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new DomainError('image.unreadable', 'the HEIC image cannot be decoded', { cause });
    }
  }

  private open(): Piscina<HeicTask, Uint8Array> {
    const pool = new Piscina<HeicTask, Uint8Array>({
      filename: compiledWorker(import.meta.url, './heic.worker.js'),
      minThreads: 0,
      maxThreads: 1,
      maxQueue: QUEUE_MAX,
      idleTimeout: IDLE_MS,
    });
    // A thread that fails before it has a task fails no task, and unheard its error would end the process: what waits fails instead.
    pool.on('error', () => {
      if (this.pool === pool) this.pool = undefined;
      void pool.destroy();
    });
    return pool;
  }

  /** Waits for what runs and ends the thread. */
  async close(): Promise<void> {
    const pool = this.pool;
    this.pool = undefined;
    await pool?.close();
  }
}
