// The numbers that decide where a face goes. Each says what it compares, its unit and range, and why it has this value;
// none is written anywhere else. A model pack, the configuration or a tenant may override them.

export interface OperatingPoint {
  /**
   * Linkage probability (0..1) from which a face joins a cluster by itself. .90: the linkage model is fitted on pairs that
   * are met at ingest, where nine of ten such joins would be right at the very edge and nearly all lie far above it.
   */
  readonly accept: number;
  /**
   * Linkage probability (0..1) from which a human is asked before a face founds a cluster for good. .10: under it a question
   * is answered "no" nine times out of ten, which teaches people to stop reading.
   */
  readonly ask: number;
  /**
   * Natural-log odds (>= 0) by which the best cluster must lead the runner-up. 2: odds of about 7.4 to 1; below that two
   * people who look alike would be told apart by chance.
   */
  readonly marginLogit: number;
  /**
   * Linkage probability (0..1) that the best and another cluster must both reach with one face before that face may join the
   * two into one. Higher than `accept`, because two clusters are at stake instead of one face; .95: on 726 labelled faces in
   * six orders it brought no two people together, and .98 left 1.6 % more clusters.
   */
  readonly bridge: number;
  /**
   * Linkage probability (0..1) of the two clusters' centroids with each other under which a bridge is refused although one
   * face fits both: the clusters themselves say that they are two people.
   */
  readonly bridgePair: number;
  /** Faces (count, 1..200) fetched by the nearest search for one probe. 20: the design's simulations
   * (20,000 faces) lost nothing with 30 % of the neighbours missing. */
  readonly neighbours: number;
  /**
   * Cosine similarity (-1..1) under which a neighbour is no evidence at all. .25: about the 99.9th percentile of two
   * different people for ArcFace-like recognisers (.249 to .264 measured); a pack with squeezed cosines sets its own.
   */
  readonly neighbourSimilarityMin: number;
  /** Best similarities (count, 1..20) whose mean is the `topMean` feature of the linkage model. */
  readonly topCount: number;
  /** Candidates (count, 1..20) kept in the evidence and shown to a human. More than a person compares at a glance is noise. */
  readonly candidatesShown: number;
  /** Example faces (count, 1..20) kept for each candidate; a rejection is anchored in exactly these. */
  readonly exemplarsShown: number;
  /** Faces (count, 1..50) of a new cluster shown to a human; only these become the human's word on `confirm`. */
  readonly facesShown: number;
  /** Faces (count, >= 1) from which a cluster without any match is worth a question. */
  readonly reviewFacesMin: number;
  /** Growth (ratio, > 1) after which a dismissed question is asked again. 1.5: half as large again is a material change. */
  readonly askAgainGrowth: number;
}

export const DEFAULT_OPERATING_POINT: OperatingPoint = {
  accept: 0.9,
  ask: 0.1,
  marginLogit: 2,
  bridge: 0.95,
  bridgePair: 0.5,
  neighbours: 20,
  neighbourSimilarityMin: 0.25,
  topCount: 5,
  candidatesShown: 5,
  exemplarsShown: 5,
  facesShown: 12,
  reviewFacesMin: 1,
  askAgainGrowth: 1.5,
};

interface Bound {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const PROBABILITY: Bound = { min: 0, max: 1, whole: false };
const count = (max: number): Bound => ({ min: 1, max, whole: true });

const BOUNDS: Readonly<Record<keyof OperatingPoint, Bound>> = {
  accept: PROBABILITY,
  ask: PROBABILITY,
  marginLogit: { min: 0, max: 20, whole: false },
  bridge: PROBABILITY,
  bridgePair: PROBABILITY,
  neighbours: count(200),
  neighbourSimilarityMin: { min: -1, max: 1, whole: false },
  topCount: count(20),
  candidatesShown: count(20),
  exemplarsShown: count(20),
  facesShown: count(50),
  reviewFacesMin: count(1000),
  askAgainGrowth: { min: 1, max: 100, whole: false },
};

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A fault of one number, under the snake_case name that it has in files and requests. */
export interface ThresholdFault {
  readonly name: string;
  readonly detail: string;
}

export class ThresholdError extends Error {
  constructor(readonly faults: readonly ThresholdFault[]) {
    super(faults.map((fault) => `${fault.name}: ${fault.detail}`).join('; '));
    this.name = 'ThresholdError';
  }
}

/**
 * The operating point in force: the defaults, overridden from left to right (pack, configuration, tenant).
 * Throws ThresholdError with every fault: a number out of its range, or `ask` above `accept`.
 */
export function operatingPoint(...overrides: readonly OperatingPointOverrides[]): OperatingPoint {
  const point: Record<keyof OperatingPoint, number> = { ...DEFAULT_OPERATING_POINT };
  for (const override of overrides) {
    for (const name of Object.keys(BOUNDS) as (keyof OperatingPoint)[]) {
      const value = override[name];
      if (value !== undefined) point[name] = value;
    }
  }
  const faults: ThresholdFault[] = [];
  for (const [name, bound] of Object.entries(BOUNDS) as [keyof OperatingPoint, Bound][]) {
    const value = point[name];
    if (!(value >= bound.min && value <= bound.max)) {
      faults.push({ name: snakeCase(name), detail: `must lie between ${bound.min} and ${bound.max}` });
    } else if (bound.whole && !Number.isInteger(value)) {
      faults.push({ name: snakeCase(name), detail: 'must be a whole number' });
    }
  }
  if (point.ask > point.accept) faults.push({ name: 'ask', detail: 'must not exceed accept' });
  if (faults.length > 0) throw new ThresholdError(faults);
  return point;
}

/** Some numbers of an operating point; absent ones keep what stood before. */
export type OperatingPointOverrides = {
  readonly [Name in keyof OperatingPoint]?: OperatingPoint[Name] | undefined;
};

/**
 * Reads overrides from a table with snake_case names (a pack's `[operating_point]`, a tenant's settings).
 * Throws ThresholdError with every unknown name and every value that is no number.
 */
export function parseOperatingPoint(table: unknown): OperatingPointOverrides {
  if (table === undefined || table === null) return {};
  if (typeof table !== 'object' || Array.isArray(table)) {
    throw new ThresholdError([{ name: 'operating_point', detail: 'must be a table' }]);
  }
  const names = new Map(
    (Object.keys(BOUNDS) as (keyof OperatingPoint)[]).map((name) => [snakeCase(name), name]),
  );
  const faults: ThresholdFault[] = [];
  const overrides: Partial<Record<keyof OperatingPoint, number>> = {};
  for (const [key, value] of Object.entries(table)) {
    const name = names.get(key);
    if (name === undefined) faults.push({ name: key, detail: 'is no threshold' });
    else if (typeof value !== 'number' || !Number.isFinite(value))
      faults.push({ name: key, detail: 'must be a number' });
    else overrides[name] = value;
  }
  if (faults.length > 0) throw new ThresholdError(faults);
  operatingPoint(overrides);
  return overrides;
}
