// How well a grouping of faces agrees with the truth, for tens of thousands of faces; labels are numbers.
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

export interface Agreement {
  readonly bcubed: PartitionMetrics;
  /** Of the pairs that share a cluster, how many share a person, and the other way round. */
  readonly pairwise: PartitionMetrics;
  /** Groups of the prediction. */
  readonly clusters: number;
}

/** Labels must be whole numbers from 0 to 2^26. */
const LABELS = 2 ** 26;

/** @param counted Which items count; absent: all. @throws RangeError when the lists differ in length or nothing counts. */
export function agreement(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  counted: (item: number) => boolean = () => true,
): Agreement {
  if (truth.length !== predicted.length) throw new RangeError('truth and prediction must be equally long');
  const people = new Map<number, number>();
  const clusters = new Map<number, number>();
  const both = new Map<number, number>();
  let n = 0;
  for (let i = 0; i < truth.length; i++) {
    if (!counted(i)) continue;
    n++;
    const joint = truth[i]! * LABELS + predicted[i]!;
    people.set(truth[i]!, (people.get(truth[i]!) ?? 0) + 1);
    clusters.set(predicted[i]!, (clusters.get(predicted[i]!) ?? 0) + 1);
    both.set(joint, (both.get(joint) ?? 0) + 1);
  }
  if (n === 0) throw new RangeError('nothing to compare');
  let precision = 0;
  let recall = 0;
  let together = 0;
  for (const [joint, count] of both) {
    const person = Math.floor(joint / LABELS);
    precision += (count * count) / clusters.get(joint - person * LABELS)!;
    recall += (count * count) / people.get(person)!;
    together += pairs(count);
  }
  const claimed = sumOfPairs(clusters);
  const real = sumOfPairs(people);
  return {
    bcubed: withF(precision / n, recall / n),
    pairwise: withF(claimed === 0 ? 1 : together / claimed, real === 0 ? 1 : together / real),
    clusters: clusters.size,
  };
}

/** Mean share (0..1) by which groupings of the same faces disagree: 1 − BCubed F over all pairs of runs. */
export function orderDisagreement(runs: readonly ArrayLike<number>[]): number {
  let sum = 0;
  let count = 0;
  for (const [i, a] of runs.entries()) {
    for (const b of runs.slice(i + 1)) {
      sum += 1 - agreement(a, b).bcubed.f;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

const pairs = (count: number): number => (count * (count - 1)) / 2;
const sumOfPairs = (groups: Map<number, number>): number =>
  [...groups.values()].reduce((sum, count) => sum + pairs(count), 0);

function withF(precision: number, recall: number): PartitionMetrics {
  const f = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f };
}
