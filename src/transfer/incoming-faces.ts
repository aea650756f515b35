// Gives the faces of an imported photo embeddings of the model pack that the tenant has here: those that came, where they are of the same
// recogniser, and new ones otherwise.
//
// [Note: A face is found again] With another pack the photo is looked at again. A face of the export takes the embedding of what
// is detected in its place (intersection over union of at least one half). What the other detector does not see is aligned by the
// points that came with the face: no face is lost, and none is added that nobody has seen.
import { Injectable } from '@nestjs/common';
import type { IncomingFace } from '../clusters/importing/incoming.js';
import type { FaceRecord, ImageRecord } from '../database/records.js';
import type { Detection } from '../domain/face/detection.js';
import { Embedding } from '../domain/face/embedding.js';
import { boxHeight, boxWidth } from '../domain/geometry/box.js';
import type { Landmarks5 } from '../domain/geometry/landmarks.js';
import { matchingFaces } from '../domain/review/duplicate-image.js';
import type { FaceLine, SpaceOfExport } from '../domain/transfer/export-line.js';
import { requestFault } from '../http/request-fault.js';
import type { PictureFile } from '../imaging/image-decoder.js';
import type { FaceModels } from '../inference/inference-provider.js';
import { type ExtractedFace, FaceExtractor } from '../ingest/extract-faces.js';
import { faceRecord } from './incoming-lines.js';

export interface PhotoOnDisk {
  readonly tenantId: string;
  /** The tenant's own. */
  readonly models: FaceModels;
  /** Opens it when its turn comes. */
  readonly picture: () => Promise<PictureFile>;
  readonly image: ImageRecord;
}

@Injectable()
export class IncomingFaces {
  constructor(private readonly extractor: FaceExtractor) {}

  /**
   * @throws DomainError request.invalid for an embedding that is none; what FaceExtractor throws.
   */
  async describe(
    photo: PhotoOnDisk,
    lines: readonly FaceLine[],
    spaces: readonly SpaceOfExport[],
  ): Promise<IncomingFace[]> {
    const brought = new Map(
      lines.flatMap((line) => {
        const embedding = broughtBy(photo.models, line, spaces);
        return embedding === null ? [] : [[line.id, embedding] as const];
      }),
    );
    const records = lines.map(faceRecord);
    const bare = records.filter(({ id, state }) => state !== 'dismissed' && !brought.has(id));
    const found = bare.length === 0 ? new Map<string, ExtractedFace>() : await this.lookAgain(photo, bare);
    return records.map((record): IncomingFace => {
      if (record.state === 'dismissed')
        return { record: { ...record, space: photo.models.pack.id }, embedding: null };
      const face = found.get(record.id);
      return face === undefined
        ? { record, embedding: brought.get(record.id)! }
        : { record: { ...record, ...seenAnew(face) }, embedding: face.embedding };
    });
  }

  private async lookAgain(
    { tenantId, models, picture, image }: PhotoOnDisk,
    faces: readonly FaceRecord[],
  ): Promise<Map<string, ExtractedFace>> {
    const { faces: seen } = await this.extractor.extract(tenantId, models, picture);
    const inPlace = seen.map(({ detection: { box } }, i) => ({
      id: String(i),
      box: { x: box.x1, y: box.y1, width: boxWidth(box), height: boxHeight(box) },
    }));
    const pairs = matchingFaces({ ...image, faces }, { ...image, faces: inPlace });
    const found = new Map(pairs.map(([face, at]) => [face.id, seen[Number(at.id)]!]));
    const unseen = faces.filter(({ id }) => !found.has(id));
    if (unseen.length === 0) return found;
    const described = await this.extractor.describe(
      tenantId,
      models,
      picture,
      unseen.map(detectionOf),
      image.turn,
    );
    for (const [i, { id }] of unseen.entries()) found.set(id, described[i]!);
    return found;
  }
}

function detectionOf({ box, landmarks, detectionScore }: FaceRecord): Detection {
  return {
    box: { x1: box.x, y1: box.y, x2: box.x + box.width, y2: box.y + box.height },
    landmarks: landmarks.map(([x, y]) => ({ x, y })) as unknown as Landmarks5,
    score: detectionScore,
  };
}

/** What another pack saw replaces what the first one saw; similarities of the first one mean nothing here. */
function seenAnew({ detection, embedding, quality, reasons }: ExtractedFace): Partial<FaceRecord> {
  const { box, landmarks, score } = detection;
  return {
    box: { x: box.x1, y: box.y1, width: boxWidth(box), height: boxHeight(box) },
    landmarks: landmarks.map(({ x, y }) => [x, y] as const) as unknown as FaceRecord['landmarks'],
    detectionScore: score,
    quality,
    reasons,
    similarity: null,
    probability: null,
    space: embedding.space,
  };
}

/** The embedding that came with the face, when this pack's recogniser made it. */
function broughtBy(
  { pack }: FaceModels,
  { id, embedding, space, state }: FaceLine,
  spaces: readonly SpaceOfExport[],
): Embedding | null {
  const made = spaces.find((one) => one.id === space);
  if (embedding === undefined || state === 'dismissed' || space !== pack.id) return null;
  if (made?.recogniser_sha256 !== pack.recogniser.sha256) return null;
  const bytes = Buffer.from(embedding, 'base64');
  const notOne = (cause?: unknown) =>
    requestFault(`#/faces/${id}/embedding`, `must be ${pack.width} values of float32`, 'embedding', cause);
  if (bytes.length !== pack.width * 4) throw notOne();
  try {
    return Embedding.fromRaw(
      space,
      Array.from({ length: pack.width }, (_, i) => bytes.readFloatLE(i * 4)),
    );
  } catch (error) {
    throw notOne(error);
  }
}
