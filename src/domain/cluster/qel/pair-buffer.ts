// Pairs that are collected by the million: flat arrays that double when they are full.

export interface FoundPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly similarities: Float32Array;
}

export class PairBuffer {
  private a = new Int32Array(1 << 16);
  private b = new Int32Array(1 << 16);
  private similarities = new Float32Array(1 << 16);
  private length = 0;

  push(a: number, b: number, similarity: number): void {
    if (this.length === this.a.length) this.grow();
    this.a[this.length] = a;
    this.b[this.length] = b;
    this.similarities[this.length] = similarity;
    this.length++;
  }

  finish(): FoundPairs {
    return {
      a: this.a.slice(0, this.length),
      b: this.b.slice(0, this.length),
      similarities: this.similarities.slice(0, this.length),
    };
  }

  private grow(): void {
    const larger = <T extends Int32Array | Float32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    const size = this.a.length * 2;
    this.a = larger(this.a, new Int32Array(size));
    this.b = larger(this.b, new Int32Array(size));
    this.similarities = larger(this.similarities, new Float32Array(size));
  }
}
