// The face of a photo that its label means, as ingest finds and describes it; damaged first where that is wanted.
import { DomainError } from '../domain/domain-error.js';
import { damageFace, type Damage } from '../domain/evaluation/damage-face.js';
import type { ExtractedFace, ExtractionTask } from '../domain/evaluation/extracted-face.js';
import type { Detection } from '../domain/face/detection.js';
import { type Box, intersectionOverUnion, scaleBox } from '../domain/geometry/box.js';
import { mapLandmarks } from '../domain/geometry/landmarks.js';
import type { ImageDecoder, ImageHeader } from '../imaging/image-decoder.js';
import type { EmbeddedFace, FaceModels } from '../inference/inference-provider.js';
import type { ExtractedFace as IngestedFace, FaceExtractor } from '../ingest/extract-faces.js';

/** Overlap (intersection over union) from which a found face is the labelled one. Detectors frame faces differently. */
const SAME_FACE_OVERLAP_MIN = 0.2;
/** Damaged photos are decoded this large, px: what a recogniser sees of a face is smaller. */
const DAMAGED_LONG_SIDE_PX = 1024;
/** All photos take one turn: no tenant waits beside them. */
const NOBODYS = '';
const CROP = { marginRatio: 0.3, sizePx: 96 };

export class LabelledFaceExtractor {
  constructor(
    private readonly faces: FaceExtractor,
    private readonly decoder: ImageDecoder,
    private readonly models: FaceModels,
  ) {}

  /** @returns null when the labelled face is not found or the photo cannot be used. */
  async extract(
    { path, box, damage }: ExtractionTask['photos'][number],
    withCrop: boolean,
  ): Promise<ExtractedFace | null> {
    try {
      const { header, turn, faces } = await this.faces.extract(NOBODYS, this.models, path);
      const face = labelled(faces, box);
      if (face === undefined) return null;
      const described = damage === null ? face : await this.damaged(path, header, face.detection, damage);
      const crop = withCrop
        ? await this.decoder.crop(path, header, face.detection.box, { ...CROP, turn })
        : null;
      return {
        embedding: described.embedding.values.slice(0, this.models.pack.width),
        quality: described.quality,
        reasons: described.reasons,
        crop,
      };
    } catch (error) {
      if (error instanceof DomainError && error.code.startsWith('image.')) return null;
      throw error;
    }
  }

  private async damaged(
    path: string,
    header: ImageHeader,
    detection: Detection,
    damage: Damage,
  ): Promise<EmbeddedFace> {
    const { raster, scale } = await this.decoder.decode(path, header, { longSideMax: DAMAGED_LONG_SIDE_PX });
    const scaled = {
      score: detection.score,
      box: scaleBox(detection.box, scale),
      landmarks: mapLandmarks(detection.landmarks, ({ x, y }) => ({ x: x * scale, y: y * scale })),
    };
    const { faces } = await this.models.embed(damageFace(raster, scaled.box, damage), [scaled]);
    return faces[0]!;
  }
}

function labelled(faces: readonly IngestedFace[], box: Box | undefined): IngestedFace | undefined {
  if (box === undefined) return [...faces].sort((a, b) => b.detection.score - a.detection.score)[0];
  const overlap = ({ detection }: IngestedFace): number => intersectionOverUnion(detection.box, box);
  const best = [...faces].sort((a, b) => overlap(b) - overlap(a))[0];
  return best !== undefined && overlap(best) >= SAME_FACE_OVERLAP_MIN ? best : undefined;
}
