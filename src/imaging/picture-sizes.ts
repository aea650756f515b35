// The sizes in which pictures are answered: a bounded set, so that no caller makes the service work on odd ones.

/** Long side of a cut-out face, px; smaller faces are not enlarged. */
export const CROP_SIZES_PX = [96, 192, 320, 640] as const;
export type CropSize = (typeof CROP_SIZES_PX)[number];

/** Long side of a whole photo, px; smaller photos are not enlarged. */
export const PREVIEW_SIZES_PX = [480, 640, 960, 1600] as const;
export type PreviewSize = (typeof PREVIEW_SIZES_PX)[number];
