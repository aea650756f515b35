// Labelled photos as labelled faces: for a pack that is to be calibrated or judged, without a service.
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { DAMAGES } from '../domain/evaluation/damage-face.js';
import type { ExtractedFace, ExtractionPack } from '../domain/evaluation/extracted-face.js';
import type { PhotoFace } from '../domain/evaluation/photo-faces.js';
import { extractFaces } from './extract-faces.js';
import { findLabelledPhotos, type LabelledPhoto } from './labelled-photos.js';

export interface LabelledFacesRequest {
  readonly photos: string;
  readonly sets: readonly string[];
  readonly modelsDir: string;
  readonly pack: string;
  readonly threads: number;
  /** Every how many photos one is taken a second time, made unrecognisable; null: none. */
  readonly damageEvery: number | null;
  readonly crops: boolean;
  readonly progress: (text: string) => void;
}

export interface LabelledFacesAnswer {
  readonly pack: ExtractionPack;
  readonly faces: readonly (PhotoFace & ExtractedFace & { readonly path: string })[];
  /** Photos, as named in the folder, whose labelled face was not found. */
  readonly missed: readonly string[];
  /** Which photos these are, in words. */
  readonly source: string;
}

/** @throws Error for a folder without labelled photos or a pack that cannot be started. */
export async function labelledFaces(request: LabelledFacesRequest): Promise<LabelledFacesAnswer> {
  const photos = await findLabelledPhotos(request.photos, request.sets);
  if (photos.length === 0) throw new Error(`no labelled photos in ${request.photos}`);
  const wanted = [
    ...photos.map((photo) => ({ ...photo, damage: null })),
    ...photos
      .filter((_, i) => request.damageEvery !== null && i % request.damageEvery === 0)
      .map((photo, i) => ({ ...photo, damage: DAMAGES[i % DAMAGES.length]! })),
  ];
  const { modelsDir, pack, threads, crops } = request;
  const extracted = await extractFaces({ modelsDir, pack, threads, crops, photos: wanted }, (done, of) => {
    if (done % 100 === 0 || done === of) request.progress(`${done} of ${of} photos`);
  });
  const named = ({ path }: { readonly path: string }): string => relative(request.photos, path);
  const faces = wanted.flatMap((photo, i) => {
    const face = extracted.faces[i] ?? null;
    if (face === null) return [];
    const { person, damage } = photo;
    const path = named(photo);
    const contentKey = createHash('sha256')
      .update(JSON.stringify([path, damage]))
      .digest('hex');
    return [{ ...face, person, damage, contentKey, path }];
  });
  return {
    pack: extracted.pack,
    faces,
    missed: photos.filter((_, i) => extracted.faces[i] === null).map(named),
    source: sourceOf(photos),
  };
}

/** Names the sets of a manifest; folders are named after people and stay unnamed. */
function sourceOf(photos: readonly LabelledPhoto[]): string {
  const sets = [...new Set(photos.flatMap(({ set }) => (set === null ? [] : [set])))].sort();
  return sets.length === 0 ? 'a folder of labelled photos' : sets.join(', ');
}
