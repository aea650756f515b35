// The few figures that a run is told in.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}

/** Throws RangeError on an empty list. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values), values };
}

/** @param share 0..1; linear between the two nearest values. Throws RangeError on an empty list. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  // What was never answered counts as infinite, and infinity has no middle.
  return Number.isFinite(high) ? low + (high - low) * (at - Math.floor(at)) : high;
}
