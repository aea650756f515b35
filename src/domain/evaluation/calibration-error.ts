// Whether probabilities mean what they say: of the things held to be true with .8, are eight in ten true?

export interface Rated {
  /** 0..1 */
  readonly probability: number;
  readonly same: boolean;
}

export interface ReliabilityBin {
  readonly count: number;
  /** Mean probability and share of the true ones, 0..1; 0 when empty. */
  readonly predicted: number;
  readonly actual: number;
}

/** Ten bins of equal width. */
export function reliability(rated: readonly Rated[]): ReliabilityBin[] {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, probability: 0, same: 0 }));
  for (const { probability, same } of rated) {
    const bin = bins[Math.min(9, Math.floor(probability * 10))]!;
    bin.count++;
    bin.probability += probability;
    bin.same += Number(same);
  }
  return bins.map(({ count, probability, same }) => ({
    count,
    predicted: count === 0 ? 0 : probability / count,
    actual: count === 0 ? 0 : same / count,
  }));
}

/** Expected calibration error, 0..1: mean gap between predicted and actual, weighed by the bins' counts. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const gaps = bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.predicted - bin.actual), 0);
  return total === 0 ? 0 : gaps / total;
}
