// Where the window of a convolution or pool stands along one side of a picture.

/** Pads that put what is odd at the bottom and right (tensorflow's SAME), or none (VALID). */
export type Padding = 'same' | 'valid';

export interface Placement {
  /** Positions of the window along one side. */
  readonly count: number;
  /** Zeros in front and behind. */
  readonly before: number;
  readonly after: number;
}

export function placeWindow(size: number, kernel: number, stride: number, padding: Padding): Placement {
  if (padding === 'valid') return { count: Math.floor((size - kernel) / stride) + 1, before: 0, after: 0 };
  const count = Math.ceil(size / stride);
  const total = Math.max(0, (count - 1) * stride + kernel - size);
  const before = Math.floor(total / 2);
  return { count, before, after: total - before };
}
