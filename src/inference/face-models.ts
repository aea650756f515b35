// One model pack at work: detection with rescue, and embedding.
import type { Detection } from '../domain/face/detection.js';
import { Embedding } from '../domain/face/embedding.js';
import type { QualityReason } from '../domain/face/quality.js';
import type { Raster } from '../domain/geometry/raster.js';
import type { Dispatcher } from './dispatcher.js';
import type { ModelPackSummary } from './pack-summary.js';
import type { DetectAnswer } from './thread-messages.js';

export interface EmbeddedFace {
  readonly embedding: Embedding;
  /** 0..1; see domain/face/quality. */
  readonly quality: number;
  readonly reasons: readonly QualityReason[];
}

export class FaceModels {
  constructor(
    readonly pack: ModelPackSummary,
    private readonly dispatcher: Dispatcher,
  ) {}

  /**
   * Finds faces, with rescue for tight crops and photos that lie on their side (see [Note: Rescue]).
   * @param raster Its buffer is moved away: use the one that comes back, turned clockwise by `turn`.
   * @returns detections in px of the raster that comes back, best first; none is a good answer.
   * @throws DomainError inference.busy (the raster is untouched), inference.unavailable, service.stopping.
   */
  detect(raster: Raster): Promise<DetectAnswer> {
    return this.dispatcher.detect(this.pack.id, raster);
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
    const answer = await this.dispatcher.embed(this.pack.id, { raster, detections });
    const faces = answer.faces.map(({ raw, quality, reasons }) => ({
      embedding: Embedding.fromRaw(this.pack.id, raw),
      quality,
      reasons,
    }));
    return { faces, raster: answer.raster };
  }
}
