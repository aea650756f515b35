// Logistic regression with signs: weights that must not be negative stay at 0 or above.

export interface Sample {
  readonly x: ArrayLike<number>;
  readonly same: boolean;
  /** How many samples it stands for. */
  readonly weight: number;
}

export interface FitOptions {
  /** Indices of weights that must be >= 0. */
  readonly notNegative: readonly number[];
  /** Share of labels held to be wrong, 0..1: keeps separable data from giving infinite weights. */
  readonly doubt: number;
  /** Penalty on the squared weights of the features brought to unit spread, index 0 (the intercept, always 1) excepted. */
  readonly ridge: number;
}

/**
 * Newton's method. A weight that would turn negative and must not is held at 0 for good, which for a handful of features
 * gives the constrained optimum or comes close enough. Features are centred and brought to unit spread for the fit: packs whose
 * similarities are squeezed into a tenth of the range need weights of hundreds, which neither the steps nor the ridge may mind.
 */
export function fitLogistic(samples: readonly Sample[], options: FitOptions): number[] {
  const { means, spreads } = moments(samples);
  const scaled = samples.map((sample) => ({
    ...sample,
    x: Array.from(sample.x, (value, i) => (value - means[i]!) / spreads[i]!),
  }));
  const weights = fitSigned(scaled, options).map((weight, i) => weight / spreads[i]!);
  const shift = weights.reduce((sum, weight, i) => sum + weight * means[i]!, 0);
  return weights.map((weight, i) => (i === 0 ? weight - shift : weight));
}

/** Mean and standard deviation of each feature; index 0 stays as it is. */
function moments(samples: readonly Sample[]): { means: number[]; spreads: number[] } {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const average = (of: (x: ArrayLike<number>) => number): number =>
    samples.reduce((sum, { x, weight }) => sum + of(x) * weight, 0) / total;
  const means = Array.from(samples[0]!.x, (_, i) => (i === 0 ? 0 : average((x) => x[i]!)));
  const spreads = means.map((mean, i) => (i === 0 ? 1 : Math.sqrt(average((x) => (x[i]! - mean) ** 2)) || 1));
  return { means, spreads };
}

function fitSigned(samples: readonly Sample[], options: FitOptions): number[] {
  const width = samples[0]!.x.length;
  const held = new Set<number>();
  for (;;) {
    const free = Array.from({ length: width }, (_, i) => i).filter((i) => !held.has(i));
    const weights = newton(samples, free, options);
    const worst = options.notNegative
      .filter((i) => weights[i]! < 0)
      .sort((a, b) => weights[a]! - weights[b]!)[0];
    if (worst === undefined) return weights;
    held.add(worst);
  }
}

function newton(samples: readonly Sample[], free: readonly number[], options: FitOptions): number[] {
  const weights = new Array<number>(samples[0]!.x.length).fill(0);
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  for (let round = 0; round < 60; round++) {
    const gradient = new Array<number>(free.length).fill(0);
    const hessian = free.map(() => new Array<number>(free.length).fill(0));
    for (const { x, same, weight } of samples) {
      let logit = 0;
      for (const i of free) logit += x[i]! * weights[i]!;
      const chance = 1 / (1 + Math.exp(-logit));
      const error = ((chance - (same ? 1 - options.doubt : options.doubt)) * weight) / total;
      const curve = (chance * (1 - chance) * weight) / total;
      for (let a = 0; a < free.length; a++) {
        gradient[a]! += error * x[free[a]!]!;
        for (let b = 0; b <= a; b++) hessian[a]![b]! += curve * x[free[a]!]! * x[free[b]!]!;
      }
    }
    for (let a = 0; a < free.length; a++) {
      const penalty = free[a] === 0 ? 1e-12 : options.ridge;
      gradient[a]! += penalty * weights[free[a]!]!;
      hessian[a]![a]! += penalty;
      for (let b = a + 1; b < free.length; b++) hessian[a]![b] = hessian[b]![a]!;
    }
    const step = solve(hessian, gradient);
    // Far from the optimum a full step overshoots.
    const longest = Math.max(...step.map(Math.abs));
    const damping = Math.min(1, 5 / longest);
    for (let a = 0; a < free.length; a++) weights[free[a]!]! -= damping * step[a]!;
    if (longest < 1e-7) break;
  }
  return weights;
}

/** Gaussian elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let r = column + 1; r < size; r++) {
      if (Math.abs(rows[r]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = r;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let r = 0; r < size; r++) {
      if (r === column) continue;
      const factor = rows[r]![column]! / rows[column]![column]!;
      for (let c = column; c <= size; c++) rows[r]![c]! -= factor * rows[column]![c]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}
