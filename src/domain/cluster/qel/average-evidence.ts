// Evidence 1: how much likelier the corrected cosine of two groups is for one person than for two. From sums only, so
// that thousands of merges cost one dot product each.
import type { EvidenceCalibration } from './evidence-calibration.js';
import { type ClusterStatistics, correctedCosine, cosineNoise } from './cluster-statistics.js';

/** Log odds that two groups are one person. */
export function averageEvidence(
  calibration: EvidenceCalibration,
  a: ClusterStatistics,
  b: ClusterStatistics,
): number {
  return averageLogit(calibration, correctedCosine(a, b, calibration.impostorMean), cosineNoise(a, b));
}

/** The same from c and v. */
export function averageLogit(
  { average }: Pick<EvidenceCalibration, 'average'>,
  c: number,
  v: number,
): number {
  const noise = v / average.dimensions;
  const sameVariance = average.sameSpread ** 2 + noise;
  const otherVariance = average.otherSpread ** 2 + noise;
  // Closer than the mean of one person is no evidence against it; further than unrelated is none against that.
  const fromSame = c > average.sameMean ? 0 : (c - average.sameMean) ** 2 / sameVariance;
  const fromOther = c < 0 ? 0 : (c * c) / otherVariance;
  return (
    average.offset +
    average.slope *
      (heavyTail(fromSame, average.sameFreedom, sameVariance) -
        heavyTail(fromOther, average.otherFreedom, otherVariance))
  );
}

/** Log density, up to a constant, of Student's t: a far outlier surprises it less than it would a normal density. */
function heavyTail(squaredDistance: number, freedom: number, variance: number): number {
  return -0.5 * (freedom + 1) * Math.log1p(squaredDistance / freedom) - 0.5 * Math.log(variance);
}
