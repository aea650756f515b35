// How large pictures are asked for: with as many pixels as their frame has on this screen, and no more. What is larger costs the
// service a whole decoding, and the page one as well.
import type { CropSize, PreviewSize } from './paths';

/** A frame of a cut-out face: beside a name, in a grid, by itself. */
export type CropFrame = 's' | 'm' | 'l';

/** Widest that a frame is, CSS px. */
const FRAME_PX: Readonly<Record<CropFrame, number>> = { s: 48, m: 192, l: 320 };
const CROP_SIZES: readonly CropSize[] = [96, 192, 320, 640];

export function cropSize(frame: CropFrame): CropSize {
  const wanted = FRAME_PX[frame] * window.devicePixelRatio;
  return CROP_SIZES.find((px) => px >= wanted) ?? 640;
}

/** Of a photo beside other evidence: up to 600 CSS px wide. */
export const photoSize = (): PreviewSize => (window.devicePixelRatio > 1 ? 960 : 640);

/** Of a photo that fills half of the page. */
export const LARGE_PHOTO: PreviewSize = 960;
/** Of a photo among others. */
export const SMALL_PHOTO: PreviewSize = 480;
