// The one door to the models: every pack that is installed, on the same threads.
import { DomainError } from '../domain/domain-error.js';
import type { Detection } from '../domain/face/detection.js';
import { createRaster, type Raster } from '../domain/geometry/raster.js';
import { Dispatcher } from './dispatcher.js';
import { type EmbeddedFace, FaceModels } from './face-models.js';
import { FACES_PER_TASK_MAX, type InferenceOptions } from './inference-options.js';
import { InferenceThreads } from './inference-threads.js';
import { checkHashes } from './installed-packs.js';
import { type PackCatalogue, readCatalogue } from './pack-catalogue.js';
import type { ModelPackSummary } from './pack-summary.js';
import type { DetectAnswer } from './thread-messages.js';

export type { EmbeddedFace, FaceModels } from './face-models.js';
export type { ModelPackSummary } from './pack-summary.js';

export interface SelfTestResult {
  readonly ok: boolean;
  readonly detail: string;
}

export class InferenceProvider {
  /** Packs that were opened, or are being opened. */
  private readonly opened = new Map<string, Promise<FaceModels>>();

  private constructor(
    private readonly preferred: FaceModels,
    private readonly catalogue: PackCatalogue,
    private readonly threads: InferenceThreads,
    private readonly dispatcher: Dispatcher,
  ) {
    this.opened.set(preferred.pack.id, Promise.resolve(preferred));
  }

  /**
   * Chooses the preferred pack, checks its files' hashes, loads and proves its models in every thread.
   * @throws NoModelPackError, ModelPackError, InferenceStartError: messages for the operator.
   */
  static async start(options: InferenceOptions): Promise<InferenceProvider> {
    const catalogue = await readCatalogue(options);
    const setup = {
      packs: [...catalogue.packs.values()].map((entry) => entry.setup),
      preferred: catalogue.preferred,
      loadedMax: options.packsLoadedMax ?? 2,
    };
    const threads = await InferenceThreads.start(setup, options.workers, options.queueMax);
    const dispatcher = new Dispatcher(threads, {
      threads: options.workers,
      queueMax: options.queueMax,
      facesPerTaskMax: FACES_PER_TASK_MAX,
    });
    const { summary } = catalogue.packs.get(catalogue.preferred)!;
    return new InferenceProvider(new FaceModels(summary, dispatcher), catalogue, threads, dispatcher);
  }

  /** The pack for tenants that have no space yet. */
  get pack(): ModelPackSummary {
    return this.preferred.pack;
  }

  /** An installed pack; nothing is loaded for this. */
  known(packId: string): ModelPackSummary | undefined {
    return this.catalogue.packs.get(packId)?.summary;
  }

  /** Ids of the installed packs, the preferred one first. */
  installed(): string[] {
    return [...this.catalogue.packs.keys()];
  }

  /**
   * A pack that can be used: its files' hashes are checked and its models proved when it is opened for the first time.
   * @throws DomainError model_pack.unavailable: it is not installed, or cannot be loaded (the cause says why).
   */
  open(packId: string): Promise<FaceModels> {
    const held = this.opened.get(packId);
    if (held !== undefined) return held;
    const opening = this.prove(packId);
    this.opened.set(packId, opening);
    // Files may be mended: the next one to ask tries again.
    opening.catch(() => this.opened.delete(packId));
    return opening;
  }

  private async prove(packId: string): Promise<FaceModels> {
    const entry = this.catalogue.packs.get(packId);
    if (entry === undefined) {
      throw new DomainError('model_pack.unavailable', `The model pack "${packId}" is not installed.`, {
        extensions: { pack: packId, installed: this.installed() },
      });
    }
    try {
      await checkHashes(entry.setup.dir, entry.setup.pack);
      await this.threads.prove(packId);
    } catch (error) {
      throw new DomainError('model_pack.unavailable', `The model pack "${packId}" cannot be loaded.`, {
        extensions: { pack: packId },
        cause: error,
      });
    }
    return new FaceModels(entry.summary, this.dispatcher);
  }

  /** As `FaceModels.detect`, with the preferred pack. */
  detect(raster: Raster): Promise<DetectAnswer> {
    return this.preferred.detect(raster);
  }

  /** As `FaceModels.embed`, with the preferred pack. */
  embed(
    raster: Raster,
    detections: readonly Detection[],
  ): Promise<{ faces: EmbeddedFace[]; raster: Raster }> {
    return this.preferred.embed(raster, detections);
  }

  /**
   * Runs the whole path. With a photo of at least one face (its buffer is left alone): a face must be found and embedded twice
   * alike. Without: the models must answer on a grey picture.
   */
  async selfTest(photo?: Raster): Promise<SelfTestResult> {
    const grey = photo === undefined;
    const input = photo ?? createRaster(320, 320, new Uint8Array(320 * 320 * 3).fill(128));
    try {
      const found = await this.detect(createRaster(input.width, input.height, input.data.slice()));
      const [best] = found.detections;
      if (grey) {
        const ok = best === undefined;
        return {
          ok,
          detail: ok
            ? 'the models run; no face on a grey picture'
            : 'the detector sees a face on a grey picture',
        };
      }
      if (!best) return { ok: false, detail: 'the detector finds no face on the test photo' };
      const first = await this.embed(found.raster, [best]);
      const second = await this.embed(first.raster, [best]);
      const similarity = first.faces[0]!.embedding.similarityTo(second.faces[0]!.embedding);
      const ok = similarity > 0.9999;
      return {
        ok,
        detail: `${found.detections.length} face(s) found; embedded twice with similarity ${similarity.toFixed(5)}`,
      };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { ok: false, detail: cause instanceof Error ? cause.message : String(cause) };
    }
  }

  /** Counts since the start; `threads` is how many are alive. */
  stats() {
    return { threads: this.threads.size, ...this.dispatcher.stats() };
  }

  /** Takes no more work, finishes what was admitted, ends the threads. */
  async close(): Promise<void> {
    await this.dispatcher.drain();
    await this.threads.close();
  }
}
