// How well a grouping of faces agrees with the truth.
//
// BCubed after Bagga and Baldwin (1998), in the form of Amigó et al. (2009): each face asks what share of its cluster is
// its own person (precision) and what share of its person is in its cluster (recall); the figures are means over faces.

export interface PartitionMetrics {
  /** 0..1 */
  readonly precision: number;
  /** 0..1 */
  readonly recall: number;
  /** Harmonic mean of the two, 0..1. */
  readonly f: number;
}

/**
 * @param truth Person of each item.
 * @param predicted Cluster of each item, in the same order.
 * @throws RangeError when the lists differ in length or are empty.
 */
export function bcubed(truth: readonly string[], predicted: readonly string[]): PartitionMetrics {
  if (truth.length !== predicted.length || truth.length === 0) {
    throw new RangeError('truth and prediction must be equally long and not empty');
  }
  const people = counts(truth);
  const clusters = counts(predicted);
  const both = counts(truth.map((person, i) => jointKey(person, predicted[i]!)));
  let precision = 0;
  let recall = 0;
  for (let i = 0; i < truth.length; i++) {
    const together = both.get(jointKey(truth[i]!, predicted[i]!))!;
    precision += together / clusters.get(predicted[i]!)!;
    recall += together / people.get(truth[i]!)!;
  }
  return withF(precision / truth.length, recall / truth.length);
}

/** The same over pairs: of the pairs that share a cluster, how many share a person, and the other way round. */
export function pairwise(truth: readonly string[], predicted: readonly string[]): PartitionMetrics {
  const pairs = (groups: Map<string, number>): number =>
    [...groups.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const together = pairs(counts(truth.map((person, i) => jointKey(person, predicted[i]!))));
  const claimed = pairs(counts(predicted));
  const real = pairs(counts(truth));
  return withF(claimed === 0 ? 1 : together / claimed, real === 0 ? 1 : together / real);
}

/** True when two groupings of the same items put the same items together, whatever the groups are called. */
export function samePartition(a: readonly string[], b: readonly string[]): boolean {
  const { precision, recall } = bcubed(a, b);
  return precision === 1 && recall === 1;
}

const jointKey = (person: string, cluster: string): string => JSON.stringify([person, cluster]);

function counts(labels: readonly string[]): Map<string, number> {
  const result = new Map<string, number>();
  for (const label of labels) result.set(label, (result.get(label) ?? 0) + 1);
  return result;
}

function withF(precision: number, recall: number): PartitionMetrics {
  return {
    precision,
    recall,
    f: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
  };
}
