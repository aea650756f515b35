// Faces on a plane, so that those which resemble each other lie together: UMAP by cosine. The same faces in the same order give the
// same picture. Runs in a worker thread: thousands of faces take seconds.
import { UMAP } from 'umap-js';
import { seededRandom } from '../domain/evaluation/seeded-random.js';

/** Neighbours that a face is laid out by, enough for a person's photos to hold together. */
const NEIGHBOURS = 15;
/** Rounds of the layout; more move hardly anything at this many faces. */
const EPOCHS = 200;
const SEED = 1;
/** Fewer faces are set in a row. */
const FACES_MIN = 4;

export interface FacesToLayOut {
  /** Unit vectors, one after the other. */
  readonly vectors: Float32Array;
  /** Values of each. */
  readonly width: number;
}

/** @returns x and y of each face, 0..1, one after the other; the longer side of the picture is filled. */
export function layOutFaces({ vectors, width }: FacesToLayOut): Float32Array {
  const count = vectors.length / width;
  if (count < FACES_MIN)
    return Float32Array.from({ length: count * 2 }, (_, i) =>
      i % 2 === 1 ? 0.5 : (i / 2 + 1) / (count + 1),
    );
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(NEIGHBOURS, count - 1),
    nEpochs: EPOCHS,
    distanceFn: distance,
    random: seededRandom(SEED).uniform,
  });
  const faces = Array.from({ length: count }, (_, i) =>
    Array.from(vectors.subarray(i * width, (i + 1) * width)),
  );
  return fitted(umap.fit(faces));
}

/** 1 − cosine, 0..2. */
function distance(a: readonly number[], b: readonly number[]): number {
  let product = 0;
  for (let k = 0; k < a.length; k++) product += a[k]! * b[k]!;
  return Math.max(0, 1 - product);
}

/** Shifted and scaled into 0..1 without distortion, in the middle of the shorter side. */
function fitted(points: readonly (readonly number[])[]): Float32Array {
  const axis = (n: 0 | 1): { from: number; size: number } => {
    const values = points.map((point) => point[n]!);
    const from = values.reduce((a, b) => Math.min(a, b));
    return { from, size: values.reduce((a, b) => Math.max(a, b)) - from };
  };
  const axes = [axis(0), axis(1)] as const;
  const size = Math.max(axes[0].size, axes[1].size, Number.EPSILON);
  return Float32Array.from({ length: points.length * 2 }, (_, i) => {
    const { from, size: own } = axes[(i % 2) as 0 | 1];
    return (points[i >> 1]![i % 2]! - from + (size - own) / 2) / size;
  });
}
