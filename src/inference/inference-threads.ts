// The pool of inference threads. `run()` of the models blocks its thread, therefore no session lives on the main thread.
import { Piscina } from 'piscina';
import { BACKGROUND_NICE } from '../config/background-nice.js';
import { compiledWorker } from '../config/compiled-worker.js';
import { forbidTelemetry } from '../config/no-telemetry.js';
import type { Raster } from '../domain/geometry/raster.js';
import type { ThreadRunner } from './dispatcher.js';
import type { DetectAnswer, EmbedAnswer, EmbedRequest, ThreadSetup, ThreadTask } from './thread-messages.js';

/** The models could not be loaded; the message is for the operator and says why. */
export class InferenceStartError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'InferenceStartError';
  }
}

export class InferenceThreads implements ThreadRunner {
  private constructor(private readonly pool: Piscina) {}

  /** Resolves when every thread has loaded and proved its models. Throws InferenceStartError when one cannot. */
  static async start(setup: ThreadSetup, threads: number, queueMax: number): Promise<InferenceThreads> {
    // Threads see what the process says, and only before they are made.
    forbidTelemetry();
    const pool = new Piscina({
      filename: compiledWorker(import.meta.url, './worker/inference.worker.js'),
      workerData: setup,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Infinity,
      concurrentTasksPerWorker: 1,
      // The dispatcher admits; this bound is the second fence.
      maxQueue: Math.max(threads, queueMax),
      stricterFIFO: true,
      // Threads wait for messages in their event loop rather than in Atomics.wait: timers and streams in them stay alive.
      atomics: 'disabled',
      recordTiming: false,
      // Who reads a page does not wait for the models: theirs is the time that is left.
      niceIncrement: BACKGROUND_NICE,
    });
    // A thread that dies without a task in hand is reported here; its task is what fails, so that nothing is left to do.
    pool.on('error', () => undefined);
    const arrivals = new Int32Array(new SharedArrayBuffer(8));
    const ready: ThreadTask = { kind: 'ready', arrivals, threads };
    // All must have settled before the pool is ended: a thread that is stopped inside native code takes the process along.
    const outcomes = await Promise.allSettled(
      Array.from({ length: threads }, () => pool.run(ready) as Promise<void>),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) {
      await pool.destroy();
      const error: unknown = failure.reason;
      throw startError(setup.preferred, error);
    }
    return new InferenceThreads(pool);
  }

  /** Loads a pack in one thread; the others follow when they are given work for it. Throws InferenceStartError. */
  async prove(pack: string): Promise<void> {
    const task: ThreadTask = { kind: 'prove', pack };
    try {
      await this.pool.run(task);
    } catch (error) {
      throw startError(pack, error);
    }
  }

  detect(pack: string, raster: Raster): Promise<DetectAnswer> {
    const owned = ownedRaster(raster);
    const task: ThreadTask = { kind: 'detect', pack, raster: owned };
    return this.pool.run(task, { transferList: [owned.data.buffer] }) as Promise<DetectAnswer>;
  }

  embed(pack: string, requests: readonly EmbedRequest[]): Promise<EmbedAnswer[]> {
    const owned = requests.map((request) => ({ ...request, raster: ownedRaster(request.raster) }));
    const task: ThreadTask = { kind: 'embed', pack, requests: owned };
    const transferList = owned.map(({ raster }) => raster.data.buffer);
    return this.pool.run(task, { transferList }) as Promise<EmbedAnswer[]>;
  }

  get size(): number {
    return this.pool.threads.length;
  }

  /** Ends the threads. Call it when nothing runs. */
  close(): Promise<void> {
    return this.pool.destroy();
  }
}

function startError(pack: string, cause: unknown): InferenceStartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InferenceStartError(`model pack ${pack}: ${reason}`, cause);
}

/** A raster whose buffer holds nothing else and can be transferred; a view into a larger buffer is copied first. */
function ownedRaster(raster: Raster): Raster & { readonly data: Uint8Array<ArrayBuffer> } {
  const { data } = raster;
  const whole = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength;
  return { ...raster, data: whole ? (data as Uint8Array<ArrayBuffer>) : Uint8Array.from(data) };
}
