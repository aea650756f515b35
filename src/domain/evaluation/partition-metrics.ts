// The figures of label-agreement.ts for groupings whose labels are names.
import { type Agreement, agreement } from './label-agreement.js';

/**
 * @param truth Person of each item.
 * @param predicted Cluster of each item, in the same order.
 * @throws RangeError when the lists differ in length or are empty.
 */
export function namedAgreement(truth: readonly string[], predicted: readonly string[]): Agreement {
  return agreement(numbered(truth), numbered(predicted));
}

/** True when two groupings of the same items put the same items together, whatever the groups are called. */
export function samePartition(a: readonly string[], b: readonly string[]): boolean {
  const { precision, recall } = namedAgreement(a, b).bcubed;
  return precision === 1 && recall === 1;
}

/** Each name's number is its place among the different names. */
function numbered(names: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return names.map((name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}
