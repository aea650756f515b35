// One image as the other models see it: known faces found again or described where they are, and faces that nobody had found.
// Nothing is written.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { MeasuredFace, NewlyFoundFace } from '../database/repositories/model-change-records.js';
import type { FaceRecord, ImageRecord, LandmarkPairs } from '../database/records.js';
import { DomainError } from '../domain/domain-error.js';
import type { Detection } from '../domain/face/detection.js';
import { matchBoxes } from '../domain/face/match-boxes.js';
import { boxHeight, boxWidth } from '../domain/geometry/box.js';
import type { PictureFile } from '../imaging/image-decoder.js';
import type { FaceModels } from '../inference/inference-provider.js';
import { type ExtractedFace, FaceExtractor } from '../ingest/extract-faces.js';
import { imageBlobKey } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

export interface SeenImage {
  /** Without faces that were said to be none, and without those whose picture does not tell. */
  readonly measured: readonly MeasuredFace[];
  readonly found: readonly NewlyFoundFace[];
  /** Code of what kept the picture from being read; null: it was read. */
  readonly problem: string | null;
}

/** Codes of pictures that will not be read the next time either. */
const UNREADABLE = /^(image\.|storage\.unreadable$)/;

@Injectable()
export class ShadowImages {
  constructor(
    private readonly extractor: FaceExtractor,
    private readonly blobs: BlobStore,
  ) {}

  /**
   * @param faces All known faces of the image.
   * @throws DomainError inference.busy and whatever else passes by itself.
   */
  async see(
    tenantId: string,
    models: FaceModels,
    image: ImageRecord,
    faces: readonly FaceRecord[],
  ): Promise<SeenImage> {
    return this.reading(tenantId, image.id, async (picture) => {
      const { faces: seen } = await this.extractor.extract(tenantId, models, picture);
      const partners = matchBoxes(
        faces.map(boxOf),
        seen.map(({ detection }) => detection.box),
      );
      const again = new Map(partners.flatMap((of, at) => (of === null ? [] : [[of, seen[at]!] as const])));
      const hidden = faces.filter(({ state }, i) => state !== 'dismissed' && !again.has(i));
      const described = await this.extractor.describe(
        tenantId,
        models,
        picture,
        hidden.map(detectionOf),
        image.turn,
      );
      return {
        measured: [
          ...[...again].flatMap(([of, face]) =>
            faces[of]!.state === 'dismissed' ? [] : [measured(faces[of]!.id, face)],
          ),
          ...hidden.map(({ id }, i) => measured(id, described[i]!)),
        ],
        found: seen.filter((_, at) => partners[at] === null).map(newlyFound),
        problem: null,
      };
    });
  }

  /** The faces where they are, and nothing else: for models that need not look for them. Throws like `see`. */
  async describe(
    tenantId: string,
    models: FaceModels,
    image: ImageRecord,
    faces: readonly FaceRecord[],
  ): Promise<SeenImage> {
    const shown = faces.filter(({ state }) => state !== 'dismissed');
    return this.reading(tenantId, image.id, async (picture) => {
      const described = await this.extractor.describe(
        tenantId,
        models,
        picture,
        shown.map(detectionOf),
        image.turn,
      );
      return { measured: shown.map(({ id }, i) => measured(id, described[i]!)), found: [], problem: null };
    });
  }

  /** A picture that is gone or cannot be read is told, and stops nothing. */
  private async reading(
    tenantId: string,
    imageId: string,
    read: (picture: () => Promise<PictureFile>) => Promise<SeenImage>,
  ): Promise<SeenImage> {
    const key = imageBlobKey(tenantId, imageId);
    const unread = (problem: string): SeenImage => ({ measured: [], found: [], problem });
    if (!(await this.blobs.exists(key))) return unread('image.missing');
    try {
      return await read(() => this.blobs.picture(this.blobs.pathOf(key)));
    } catch (error) {
      if (error instanceof DomainError && UNREADABLE.test(error.code)) return unread(error.code);
      throw error;
    }
  }
}

const boxOf = ({ box: { x, y, width, height } }: FaceRecord) => ({
  x1: x,
  y1: y,
  x2: x + width,
  y2: y + height,
});

const detectionOf = (face: FaceRecord): Detection => {
  const [a, b, c, d, e] = face.landmarks.map(([x, y]) => ({ x, y }));
  return { box: boxOf(face), landmarks: [a!, b!, c!, d!, e!], score: face.detectionScore };
};

const measuresOf = ({ detection, quality, reasons, embedding }: ExtractedFace) => ({
  detectionScore: detection.score,
  quality,
  reasons,
  embedding,
});

const measured = (faceId: string, face: ExtractedFace): MeasuredFace => ({ faceId, ...measuresOf(face) });

function newlyFound(face: ExtractedFace): NewlyFoundFace {
  const { box, landmarks } = face.detection;
  return {
    id: uuidv7(),
    box: { x: box.x1, y: box.y1, width: boxWidth(box), height: boxHeight(box) },
    landmarks: landmarks.map(({ x, y }) => [x, y]) as unknown as LandmarkPairs,
    ...measuresOf(face),
  };
}
