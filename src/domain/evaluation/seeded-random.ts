// Repeatable randomness: the same seed gives the same numbers on every machine.

export interface SeededRandom {
  /** Uniform in 0..1, 1 excluded. */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** Beta distribution, 0..1. @param a, b > 0 */
  readonly beta: (a: number, b: number) => number;
  /** Uniform among 0 .. count - 1. */
  readonly below: (count: number) => number;
}

/** @param seed Any whole number; 0 counts as 1. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0 || 1;
  // Mulberry32: 32 bits of state, passes the usual tests, one multiplication or two a number.
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  let spare: number | null = null;
  // Marsaglia's polar method; it makes two at a time.
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    let x: number;
    let y: number;
    let s: number;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      s = x * x + y * y;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    spare = y * scale;
    return x * scale;
  };
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * Math.pow(uniform(), 1 / shape);
    // Marsaglia and Tsang (2000).
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      let x: number;
      let v: number;
      do {
        x = normal();
        v = 1 + c * x;
      } while (v <= 0);
      v = v * v * v;
      const u = uniform();
      if (u < 1 - 0.0331 * x ** 4 || Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
    }
  };
  return {
    uniform,
    normal,
    beta: (a, b) => {
      const x = gamma(a);
      const y = gamma(b);
      return x / (x + y);
    },
    below: (count) => Math.floor(uniform() * count),
  };
}

/** 0 .. count - 1 in a random order (Fisher and Yates). */
export function permutation(count: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
