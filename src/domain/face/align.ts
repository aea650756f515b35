// Brings a face into the position that its recogniser was trained on.
import type { Point } from '../geometry/landmarks.js';
import type { Raster } from '../geometry/raster.js';
import { fitSimilarity, type FittedTransform } from '../geometry/similarity-transform.js';
import { warpSimilarity } from '../geometry/warp.js';

/** Where the five alignment points belong on a square crop of `sizePx` px. */
export interface AlignmentTemplate {
  readonly name: string;
  readonly sizePx: number;
  readonly points: readonly Point[];
}

/** Left eye, right eye, nose, left and right mouth corner of ArcFace (Deng et al., arXiv 1801.07698; insightface's reference figures). */
export const ARCFACE_112: AlignmentTemplate = {
  name: 'arcface-112',
  sizePx: 112,
  points: [
    { x: 38.2946, y: 51.6963 },
    { x: 73.5318, y: 51.5014 },
    { x: 56.0252, y: 71.7366 },
    { x: 41.5493, y: 92.3655 },
    { x: 70.7299, y: 92.2041 },
  ],
};

/**
 * dlib's five-point chip (get_face_chip_details) at 150 px with a margin of a quarter: landmarks 45, 42, 36, 39, 33 of the
 * 68-point scheme, that is outer and inner corner of the eye on the right, outer and inner corner of the eye on the left, nose base.
 */
export const DLIB_CHIP_150: AlignmentTemplate = {
  name: 'dlib-chip-150',
  sizePx: 150,
  points: [
    [0.8595674595992, 0.2134981538014],
    [0.6460604764104, 0.2289674387677],
    [0.1205750620789, 0.2137274526848],
    [0.3340850613712, 0.2290642403242],
    [0.4901123135679, 0.6277975316475],
  ].map(([x, y]) => ({ x: ((0.25 + x!) / 1.5) * 150, y: ((0.25 + y!) / 1.5) * 150 })),
};

export const ALIGNMENT_TEMPLATES: readonly AlignmentTemplate[] = [ARCFACE_112, DLIB_CHIP_150];

/** Throws RangeError when there are not as many points as the template has, or they all coincide. */
export function fitAlignment(points: readonly Point[], template: AlignmentTemplate): FittedTransform {
  return fitSimilarity(points, template.points);
}

/** The aligned crop, `template.sizePx` square; black where it reaches beyond the raster. */
export function alignedCrop(raster: Raster, fit: FittedTransform, template: AlignmentTemplate): Raster {
  return warpSimilarity(raster, fit.transform, template.sizePx, template.sizePx);
}
