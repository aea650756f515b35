// Stages 1 to 4 of the pipeline: a picture on disk becomes faces with embeddings. Nothing is written.
import { Injectable } from '@nestjs/common';
import type { Detection } from '../domain/face/detection.js';
import type { Embedding, EmbeddingSpace } from '../domain/face/embedding.js';
import type { QualityReason } from '../domain/face/quality.js';
import { boxHeight, boxWidth, scaleBox } from '../domain/geometry/box.js';
import { mapLandmarks } from '../domain/geometry/landmarks.js';
import type { Raster } from '../domain/geometry/raster.js';
import { turnDetection, unturnDetection } from '../domain/face/unturn.js';
import type { Turn } from '../domain/geometry/turn.js';
import { ImageDecoder, type ImageHeader, type PictureFile } from '../imaging/image-decoder.js';
import type { FaceModels } from '../inference/inference-provider.js';
import { IngestLimiter } from './ingest-limiter.js';

/** A face as the pipeline hands it to assignment. Box and landmarks are px of the upright source image. */
export interface ExtractedFace {
  readonly detection: Detection;
  readonly embedding: Embedding;
  /** 0..1; see domain/face/quality. */
  readonly quality: number;
  readonly reasons: readonly QualityReason[];
}

export interface Extraction {
  readonly header: ImageHeader;
  /** In which the faces were embedded. */
  readonly space: EmbeddingSpace;
  /** 64-bit perceptual hash, 16 hex digits. */
  readonly phash: string;
  /** Degrees clockwise that the pixels had to be turned before faces were found. */
  readonly turn: Turn;
  readonly notes: readonly string[];
  /** By position: top to bottom, then left to right, so that the order never depends on the detector's. */
  readonly faces: readonly ExtractedFace[];
}

/** Aligned crops are this wide, px: a face that is smaller in the detector's raster is cut from a larger decode. */
const ALIGNED_SIZE_PX = 112;
/** A second decode is never wider than this, px: it bounds the memory of a photo in the works (30 MB). */
const SECOND_DECODE_LONG_SIDE_MAX_PX = 3200;

const byPosition = (a: ExtractedFace, b: ExtractedFace): number =>
  a.detection.box.y1 - b.detection.box.y1 || a.detection.box.x1 - b.detection.box.x1;

function scaleDetection(detection: Detection, factor: number): Detection {
  return {
    score: detection.score,
    box: scaleBox(detection.box, factor),
    landmarks: mapLandmarks(detection.landmarks, (point) => ({ x: point.x * factor, y: point.y * factor })),
  };
}

@Injectable()
export class FaceExtractor {
  constructor(
    private readonly decoder: ImageDecoder,
    private readonly limiter: IngestLimiter,
  ) {}

  /**
   * @param tenantId Whose turn it takes.
   * @param models What finds and embeds the faces.
   * @param picture A picture on disk, or what opens it when its turn comes.
   * @param declaredType What the client said it is.
   * @throws DomainError image.* for a picture that cannot be used, inference.busy when the line is full.
   */
  extract(
    tenantId: string,
    models: FaceModels,
    picture: string | (() => Promise<PictureFile>),
    declaredType?: string,
  ): Promise<Extraction> {
    return this.limiter.run(tenantId, async () =>
      this.extractNow(models, typeof picture === 'string' ? picture : await picture(), declaredType),
    );
  }

  private async extractNow(
    models: FaceModels,
    file: PictureFile,
    declaredType: string | undefined,
  ): Promise<Extraction> {
    const header = await this.decoder.inspect(file, declaredType);
    const longSideMax = models.pack.detectorLongSidePx;
    const decoded = await this.decoder.decode(file, header, { longSideMax });
    const phash = await this.decoder.perceptualHash(decoded.raster);
    const found = await models.detect(decoded.raster);

    const view = await this.viewForEmbedding(file, header, found, decoded.scale);
    const { faces } = await models.embed(view.raster, view.detections);

    const toSource = found.detections.map((detection) =>
      scaleDetection(unturnDetection(detection, found.turn, found.raster), 1 / decoded.scale),
    );
    return {
      header,
      space: models.pack.id,
      phash,
      turn: found.turn,
      notes: [...new Set([...header.notes, ...decoded.notes, ...found.notes])],
      faces: faces.map((face, i) => ({ detection: toSource[i]!, ...face })).sort(byPosition),
    };
  }

  /**
   * Embeds faces where they are known to be; nothing is looked for.
   * @param detections px of the upright source image. @param turn Degrees clockwise by which its faces stand upright.
   * @returns One face a detection, in order. @throws As `extract`.
   */
  async describe(
    tenantId: string,
    models: FaceModels,
    picture: () => Promise<PictureFile>,
    detections: readonly Detection[],
    turn: Turn,
  ): Promise<ExtractedFace[]> {
    if (detections.length === 0) return [];
    return this.limiter.run(tenantId, async () => {
      const file = await picture();
      const header = await this.decoder.inspect(file);
      const longSideMax = models.pack.detectorLongSidePx;
      const { raster, scale } = await this.decoder.decode(file, header, { longSideMax, turn });
      const shown = detections.map((detection) =>
        turnDetection(scaleDetection(detection, scale), turn, raster),
      );
      const view = await this.viewForEmbedding(file, header, { detections: shown, raster, turn }, scale);
      const { faces } = await models.embed(view.raster, view.detections);
      return faces.map((face, i) => ({ detection: detections[i]!, ...face }));
    });
  }

  /** The raster that faces are cut from: the detector's own, or a larger decode when a face is small there. */
  private async viewForEmbedding(
    file: PictureFile,
    header: ImageHeader,
    found: { detections: readonly Detection[]; raster: Raster; turn: Turn },
    scale: number,
  ): Promise<{ raster: Raster; detections: readonly Detection[] }> {
    const smallest = Math.min(...found.detections.map(({ box }) => Math.min(boxWidth(box), boxHeight(box))));
    const rasterLongSide = Math.max(found.raster.width, found.raster.height);
    const wanted = Math.min(
      Math.ceil(rasterLongSide * (ALIGNED_SIZE_PX / smallest)),
      Math.max(header.width, header.height),
      SECOND_DECODE_LONG_SIDE_MAX_PX,
    );
    // A second decode pays only when it shows clearly more than the first.
    if (found.detections.length === 0 || scale >= 1 || wanted < rasterLongSide * 1.25) return found;
    const larger = await this.decoder.decode(file, header, { longSideMax: wanted, turn: found.turn });
    const factor = Math.max(larger.raster.width, larger.raster.height) / rasterLongSide;
    return { raster: larger.raster, detections: found.detections.map((d) => scaleDetection(d, factor)) };
  }
}
