// "Are these two files one photo?": near-duplicates by perceptual hash, and which of their faces are the same.
import type { Change } from '../cluster/change-plan.js';
import { type Box, intersectionOverUnion } from '../geometry/box.js';
import { reviewPriority } from './priority.js';

/** Intersection over union (0..1) from which two boxes are of one face: the same bound keeps face ids through re-detection. */
const SAME_BOX_IOU_MIN = 0.5;

export interface BoxedFace {
  readonly id: string;
  /** px of the upright image. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface BoxedImage<Face extends BoxedFace = BoxedFace> {
  readonly id: string;
  /** px of the upright image. */
  readonly width: number;
  readonly height: number;
  readonly faces: readonly Face[];
}

export interface DuplicateImageEvidence {
  /** In the order of ids. */
  readonly image_ids: readonly [string, string];
  /** Bits in which the perceptual hashes differ, 0..64. */
  readonly distance: number;
  /** Faces at the same place in both; each pair in the order of the images. */
  readonly matching_faces: readonly (readonly [string, string])[];
}

export const duplicateImageSubject = (imageX: string, imageY: string): string =>
  `images:${[imageX, imageY].sort().join('+')}`;

/**
 * Faces at the same place in both pictures, whatever the sizes of the two: each at most once, best overlap first.
 * @returns Pairs of a face of `a` and one of `b`, in the order of the faces of `a`.
 */
export function matchingFaces<Face extends BoxedFace>(
  a: BoxedImage<Face>,
  b: BoxedImage<Face>,
): (readonly [Face, Face])[] {
  const pairs = a.faces
    .flatMap((faceA) =>
      b.faces.map((faceB) => ({
        faceA,
        faceB,
        overlap: intersectionOverUnion(relativeBox(a, faceA), relativeBox(b, faceB)),
      })),
    )
    .filter(({ overlap }) => overlap >= SAME_BOX_IOU_MIN)
    .sort((x, y) => y.overlap - x.overlap || (x.faceA.id + x.faceB.id < y.faceA.id + y.faceB.id ? -1 : 1));
  const matched = new Map<Face, Face>();
  const taken = new Set<Face>();
  for (const { faceA, faceB } of pairs) {
    if (matched.has(faceA) || taken.has(faceB)) continue;
    matched.set(faceA, faceB);
    taken.add(faceB);
  }
  return a.faces.flatMap((faceA) => {
    const faceB = matched.get(faceA);
    return faceB === undefined ? [] : [[faceA, faceB] as const];
  });
}

/** In shares of the picture's sides, 0..1. */
function relativeBox(image: BoxedImage, { box }: BoxedFace): Box {
  return {
    x1: box.x / image.width,
    y1: box.y / image.height,
    x2: (box.x + box.width) / image.width,
    y2: (box.y + box.height) / image.height,
  };
}

/** @param distance Bits, 0..64. */
export function duplicateImageQuestion(
  imageX: BoxedImage,
  imageY: BoxedImage,
  distance: number,
): Extract<Change, { do: 'open_item' }> {
  const [a, b] = [imageX, imageY].sort((x, y) => (x.id < y.id ? -1 : 1)) as [BoxedImage, BoxedImage];
  const matching = matchingFaces(a, b);
  const evidence: DuplicateImageEvidence = {
    image_ids: [a.id, b.id],
    distance,
    matching_faces: matching.map(([faceA, faceB]) => [faceA.id, faceB.id]),
  };
  return {
    do: 'open_item',
    kind: 'duplicate_image',
    subjectKey: duplicateImageSubject(a.id, b.id),
    faceId: null,
    clusterId: null,
    imageId: a.id,
    otherImageId: b.id,
    evidence: { ...evidence },
    priority: reviewPriority(matching.length, null, false),
    similarity: null,
    probability: null,
  };
}
