// Sets that only grow together (union and find); the lowest member names its set.

export class DisjointSets {
  private readonly parents: Int32Array;

  constructor(count: number) {
    this.parents = Int32Array.from({ length: count }, (_, i) => i);
  }

  /** The lowest member of the set that holds `item`. */
  find(item: number): number {
    const { parents } = this;
    let at = item;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  }

  join(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA !== rootB) this.parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** All sets, each ascending, by their lowest members. */
  groups(): number[][] {
    const sets = new Map<number, number[]>();
    for (let item = 0; item < this.parents.length; item++) {
      const root = this.find(item);
      const set = sets.get(root);
      if (set === undefined) sets.set(root, [item]);
      else set.push(item);
    }
    return [...sets.values()];
  }
}
