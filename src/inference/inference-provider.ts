// The one door to the models: detection with rescue, and embedding, on threads of their own.
import type { Calibration } from '../domain/cluster/calibration.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import type { Detection } from '../domain/face/detection.js';
import { Embedding } from '../domain/face/embedding.js';
import type { QualityReason } from '../domain/face/quality.js';
import { createRaster, type Raster } from '../domain/geometry/raster.js';
import { Dispatcher } from './dispatcher.js';
import { readEvidence } from './evidence-file.js';
import { FACES_PER_RUN_MAX, FACES_PER_TASK_MAX, type InferenceOptions } from './inference-options.js';
import { InferenceThreads } from './inference-threads.js';
import { choosePack } from './installed-packs.js';
import type { ModelPack, OperatingPoint } from './model-pack.js';
import { ModelPackError } from './parse-model-pack.js';
import type { DetectAnswer } from './thread-messages.js';

/** What the rest of the house may know about the pack that runs. */
export interface ModelPackSummary {
  /** Also the embedding space. */
  readonly id: string;
  readonly description: string;
  readonly detector: {
    readonly kind: string;
    readonly file: string;
    readonly sha256: string;
    readonly licence: string;
  };
  readonly recogniser: {
    readonly kind: string;
    readonly file: string;
    readonly sha256: string;
    readonly licence: string;
  };
  /** Values of an embedding before padding. */
  readonly width: number;
  /** A larger raster is of no use to the detector, px. */
  readonly detectorLongSidePx: number;
  readonly calibration: Calibration;
  /** null: the pack brings none, and its tenants are not consolidated. */
  readonly evidence: EvidenceCalibration | null;
  readonly operatingPoint: OperatingPoint;
  readonly executionProvider: 'cpu' | 'cuda';
}

export interface EmbeddedFace {
  readonly embedding: Embedding;
  /** 0..1; see domain/face/quality. */
  readonly quality: number;
  readonly reasons: readonly QualityReason[];
}

export interface SelfTestResult {
  readonly ok: boolean;
  readonly detail: string;
}

export class InferenceProvider {
  private constructor(
    readonly pack: ModelPackSummary,
    private readonly threads: InferenceThreads,
    private readonly dispatcher: Dispatcher,
  ) {}

  /**
   * Chooses the pack, checks its files' hashes, loads and proves the models in every thread.
   * @throws NoModelPackError, ModelPackError, InferenceStartError: messages for the operator.
   */
  static async start(options: InferenceOptions): Promise<InferenceProvider> {
    const chosen = await choosePack(options.modelsDir, options.pack);
    const pack = withLongSide(chosen.pack, options.detectorLongSidePx);
    const evidence = await readEvidence(chosen.dir, pack);
    const setup = {
      pack,
      dir: chosen.dir,
      network: {
        executionProvider: options.executionProvider,
        threads: options.threadsPerWorker,
        graphOptimization: options.graphOptimization,
      },
      facesPerRunMax: FACES_PER_RUN_MAX[options.executionProvider],
      rules: {
        detectionScoreWeak: pack.detector.scoreWeak,
        embeddingNormMin: pack.recogniser.normMin,
        ...(options.faceSizePxMin === undefined ? {} : { faceSizePxMin: options.faceSizePxMin }),
      },
    };
    const threads = await InferenceThreads.start(setup, options.workers, options.queueMax);
    const limits = {
      threads: options.workers,
      queueMax: options.queueMax,
      facesPerTaskMax: FACES_PER_TASK_MAX,
    };
    return new InferenceProvider(
      summaryOf(pack, evidence, options),
      threads,
      new Dispatcher(threads, limits),
    );
  }

  /**
   * Finds faces, with rescue for tight crops and photos that lie on their side (see [Note: Rescue]).
   * @param raster Its buffer is moved away: use the one that comes back, turned clockwise by `turn`.
   * @returns detections in px of the raster that comes back, best first; none is a good answer.
   * @throws DomainError inference.busy (the raster is untouched), inference.unavailable, service.stopping.
   */
  detect(raster: Raster): Promise<DetectAnswer> {
    return this.dispatcher.detect(raster);
  }

  /**
   * Aligns, judges and embeds faces.
   * @param raster Moved away and handed back, as in `detect`. @param detections In px of `raster`.
   * @returns one face a detection, in order.
   * @throws as `detect`.
   */
  async embed(
    raster: Raster,
    detections: readonly Detection[],
  ): Promise<{ faces: EmbeddedFace[]; raster: Raster }> {
    if (detections.length === 0) return { faces: [], raster };
    const answer = await this.dispatcher.embed({ raster, detections });
    const faces = answer.faces.map(({ raw, quality, reasons }) => ({
      embedding: Embedding.fromRaw(this.pack.id, raw),
      quality,
      reasons,
    }));
    return { faces, raster: answer.raster };
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

function withLongSide(pack: ModelPack, longSidePx: number | undefined): ModelPack {
  if (longSidePx === undefined) return pack;
  if (longSidePx % 32 !== 0) {
    throw new ModelPackError(pack.id, [
      `the detector's long side must be a multiple of 32 px, not ${longSidePx}`,
    ]);
  }
  return { ...pack, detector: { ...pack.detector, longSidePx } };
}

function summaryOf(
  pack: ModelPack,
  evidence: EvidenceCalibration | null,
  options: InferenceOptions,
): ModelPackSummary {
  const { detector, recogniser } = pack;
  return {
    id: pack.id,
    description: pack.description,
    detector: {
      kind: detector.kind,
      file: detector.file,
      sha256: detector.sha256,
      licence: detector.licence,
    },
    recogniser: {
      kind: recogniser.kind,
      file: recogniser.file,
      sha256: recogniser.sha256,
      licence: recogniser.licence,
    },
    width: recogniser.width,
    detectorLongSidePx: detector.longSidePx,
    calibration: pack.calibration,
    evidence,
    operatingPoint: pack.operatingPoint,
    executionProvider: options.executionProvider,
  };
}
