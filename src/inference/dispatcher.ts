// Hands work to a fixed number of threads: bounded lines, started photos first, and faces of several photos in one run.
import { DomainError } from '../domain/domain-error.js';
import type { Raster } from '../domain/geometry/raster.js';
import type { DetectAnswer, EmbedAnswer, EmbedRequest, RawFace } from './thread-messages.js';

/** What the threads can do. */
export interface ThreadRunner {
  detect(pack: string, raster: Raster): Promise<DetectAnswer>;
  /** One answer a request, in order. */
  embed(pack: string, requests: readonly EmbedRequest[]): Promise<EmbedAnswer[]>;
}

export interface DispatcherLimits {
  /** Tasks that run at once, count. */
  readonly threads: number;
  /** Tasks of each kind that may wait, count. */
  readonly queueMax: number;
  /** Faces that are put into one task when several photos wait, count; a single photo may have more. */
  readonly facesPerTaskMax: number;
}

interface Waiting<Input, Output> {
  /** Id of the model pack. */
  readonly pack: string;
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/** Seconds after which a full line is worth another try: a photo takes well under a second, a line of photos a few. */
const RETRY_AFTER_SECONDS = 2;

/**
 * [Note: Dispatching]
 * A free thread takes faces to embed before photos to detect: what has begun is finished first, so that few photos are in
 * memory. When several photos wait for embedding by one pack, one thread takes as many as fit into one run (micro-batching); while
 * threads are free each photo goes alone at once, so that batching never adds a wait.
 */
export class Dispatcher {
  private readonly detections: Waiting<Raster, DetectAnswer>[] = [];
  private readonly embeddings: Waiting<EmbedRequest, { faces: readonly RawFace[]; raster: Raster }>[] = [];
  private running = 0;
  private closing = false;
  private idle: (() => void) | undefined;
  private readonly done = { detections: 0, embeddings: 0, embedTasks: 0, refused: 0 };

  constructor(
    private readonly runner: ThreadRunner,
    private readonly limits: DispatcherLimits,
  ) {}

  /** @throws DomainError inference.busy when as many wait as may, service.stopping after `drain`. The raster is then untouched. */
  detect(pack: string, raster: Raster): Promise<DetectAnswer> {
    return this.admit(this.detections, pack, raster);
  }

  /** @throws as `detect`; inference.unavailable when this photo's faces cannot be computed. */
  embed(pack: string, request: EmbedRequest): Promise<{ faces: readonly RawFace[]; raster: Raster }> {
    return this.admit(this.embeddings, pack, request);
  }

  /** Takes no more work and resolves when all that was admitted is done. */
  async drain(): Promise<void> {
    this.closing = true;
    if (this.running === 0) return;
    await new Promise<void>((resolve) => (this.idle = resolve));
  }

  stats() {
    return {
      running: this.running,
      waitingDetections: this.detections.length,
      waitingEmbeddings: this.embeddings.length,
      ...this.done,
    };
  }

  private admit<Input, Output>(line: Waiting<Input, Output>[], pack: string, input: Input): Promise<Output> {
    if (this.closing) {
      return Promise.reject(
        new DomainError('service.stopping', 'The service is stopping.', {
          retryable: true,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        }),
      );
    }
    if (this.running >= this.limits.threads && line.length >= this.limits.queueMax) {
      this.done.refused++;
      return Promise.reject(
        new DomainError('inference.busy', 'Too many photos are waiting for the models. Try again shortly.', {
          retryable: true,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        }),
      );
    }
    return new Promise<Output>((resolve, reject) => {
      line.push({ pack, input, resolve, reject });
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.running < this.limits.threads) {
      const batch = this.takeBatch();
      const photo = batch.length === 0 ? this.detections.shift() : undefined;
      if (batch.length === 0 && !photo) break;
      this.running++;
      const task = photo ? this.runDetect(photo) : this.runEmbed(batch);
      void task.finally(() => {
        this.running--;
        this.dispatch();
      });
    }
    if (this.running === 0) this.idle?.();
  }

  /** The photos at the head of the line, of one pack, whose faces fit into one task; at least one photo when any waits. */
  private takeBatch(): typeof this.embeddings {
    let faces = 0;
    let count = 0;
    for (const { pack, input } of this.embeddings) {
      faces += input.detections.length;
      if (count > 0 && (pack !== this.embeddings[0]!.pack || faces > this.limits.facesPerTaskMax)) break;
      count++;
    }
    return this.embeddings.splice(0, count);
  }

  private async runDetect(photo: (typeof this.detections)[number]): Promise<void> {
    try {
      photo.resolve(await this.runner.detect(photo.pack, photo.input));
      this.done.detections++;
    } catch (error) {
      photo.reject(unavailable(error));
    }
  }

  private async runEmbed(batch: typeof this.embeddings): Promise<void> {
    try {
      const answers = await this.runner.embed(
        batch[0]!.pack,
        batch.map(({ input }) => input),
      );
      this.done.embedTasks++;
      batch.forEach((waiting, i) => {
        const answer = answers[i];
        if (answer && 'faces' in answer) waiting.resolve(answer);
        else waiting.reject(unavailable(new Error(answer?.problem ?? 'no answer from the inference thread')));
      });
      this.done.embeddings += batch.length;
    } catch (error) {
      for (const waiting of batch) waiting.reject(unavailable(error));
    }
  }
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('inference.unavailable', 'The models could not process this photo.', { cause });
}
