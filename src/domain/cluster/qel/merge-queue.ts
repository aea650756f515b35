// A heap of possible merges: the best first, equals by the lower ids, so that no order of insertion shows.

export interface PossibleMerge {
  readonly logit: number;
  /** Ids of the two groups, low < high. */
  readonly low: number;
  readonly high: number;
  /** What the groups were when they were rated; a group that has grown since must be rated again. */
  readonly lowVersion: number;
  readonly highVersion: number;
}

export class MergeQueue {
  private readonly heap: PossibleMerge[] = [];

  push(merge: PossibleMerge): void {
    const { heap } = this;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(merge, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = merge;
  }

  pop(): PossibleMerge | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: PossibleMerge, b: PossibleMerge): boolean {
  if (a.logit !== b.logit) return a.logit > b.logit;
  return a.low !== b.low ? a.low < b.low : a.high < b.high;
}
