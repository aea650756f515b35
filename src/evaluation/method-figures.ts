// How good one method is on one set, over several orders of arrival.
import {
  type Agreement,
  agreement,
  orderDisagreement,
  type PartitionMetrics,
} from '../domain/evaluation/label-agreement.js';

/** Name of what the service does; the rest is there to compare. */
export const OWN_METHOD = 'QEL after consolidation';

export interface MethodFigures {
  readonly method: string;
  /** Its threshold. */
  readonly setting: string;
  /** Means over the orders. */
  readonly bcubed: PartitionMetrics;
  readonly pairwise: PartitionMetrics;
  readonly clusters: number;
  /** 0..1: mean 1 - BCubed F between the orders. */
  readonly orderDisagreement: number;
  /** A run. */
  readonly seconds: number;
}

/** @param runs The grouping of each order, item by item as in `truth`. @param seconds Of one run. */
export function figuresOf(
  method: string,
  setting: string,
  truth: ArrayLike<number>,
  runs: readonly ArrayLike<number>[],
  seconds: number,
): MethodFigures {
  const all = runs.map((run) => agreement(truth, run));
  const mean = (of: (one: Agreement) => number): number =>
    all.reduce((sum, one) => sum + of(one), 0) / all.length;
  return {
    method,
    setting,
    bcubed: {
      precision: mean((one) => one.bcubed.precision),
      recall: mean((one) => one.bcubed.recall),
      f: mean((one) => one.bcubed.f),
    },
    pairwise: {
      precision: mean((one) => one.pairwise.precision),
      recall: mean((one) => one.pairwise.recall),
      f: mean((one) => one.pairwise.f),
    },
    clusters: mean((one) => one.clusters),
    orderDisagreement: orderDisagreement(runs),
    seconds,
  };
}
