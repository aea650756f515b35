// Nobody stands twice in a photo, unless a human said so of this photo: a collage, a mirror, a picture in the picture.
//
// [Note: Twice in one image] `same_image_ok(image, cluster)` is stored as a constraint between two faces of the image, so
// that it survives merges, re-clustering and a change of model: it holds for whatever cluster both of them are in.
import type { FaceFacts } from './cluster-facts.js';
import type { Constraint } from './constraints.js';

type Placed = Pick<FaceFacts, 'id' | 'imageId'>;

/** Images of which a human said that they may show the person of these faces more than once. */
export function imagesShownTwice(
  faces: readonly Placed[],
  constraints: readonly Constraint[],
): ReadonlySet<string> {
  const imageOf = new Map(faces.map((face) => [face.id, face.imageId]));
  const images = new Set<string>();
  for (const { kind, faceA, faceB } of constraints) {
    const image = imageOf.get(faceA);
    if (kind === 'same_image_ok' && image !== undefined && imageOf.has(faceB)) images.add(image);
  }
  return images;
}

/** Images, sorted, that show a face of both groups, and so say that they are two people; those a human excused are left out. */
export function imagesInBoth(
  groupA: readonly Placed[],
  groupB: readonly Placed[],
  constraints: readonly Constraint[],
): string[] {
  const imagesA = new Set(groupA.map((face) => face.imageId));
  const shared = new Set(groupB.map((face) => face.imageId).filter((imageId) => imagesA.has(imageId)));
  if (shared.size === 0) return [];
  const excused = imagesShownTwice([...groupA, ...groupB], constraints);
  return [...shared].filter((imageId) => !excused.has(imageId)).sort();
}
