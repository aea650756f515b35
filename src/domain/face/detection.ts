// What a detector says: where a face may be, before it is aligned and stored.
import type { Box } from '../geometry/box.js';
import type { Landmarks5 } from '../geometry/landmarks.js';

export interface Detection {
  /** Corners in px of the image that the detector was given. */
  readonly box: Box;
  readonly landmarks: Landmarks5;
  /** The detector's own score, 0..1; not comparable between detectors. */
  readonly score: number;
}
