// The five points that alignment needs.

/** A point in px, origin at the top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Left eye, right eye, nose, left mouth corner, right mouth corner; left and right as seen in the image. */
export type Landmarks5 = readonly [Point, Point, Point, Point, Point];

export function mapLandmarks(landmarks: Landmarks5, map: (point: Point) => Point): Landmarks5 {
  const [a, b, c, d, e] = landmarks;
  return [map(a), map(b), map(c), map(d), map(e)];
}
