// How much one tenant may hold and ask for: the operator's limits, for each tenant over those of the service.

/** Undefined: no limit. */
export interface TenantLimits {
  /** Stored images, count. */
  readonly images?: number | undefined;
  /** Stored faces, count. */
  readonly faces?: number | undefined;
  /** Stored originals, bytes. */
  readonly bytes?: number | undefined;
  /** Requests with the tenant's keys in a minute, count, over all processes. */
  readonly requestsPerMinute?: number | undefined;
  /** Photos that wait or are worked on at once, count, in each process. */
  readonly concurrentIngests?: number | undefined;
}

/** What a tenant holds. */
export interface TenantUsage {
  readonly images: number;
  readonly faces: number;
  readonly bytes: number;
}

export type StorageLimit = keyof TenantUsage;

/** Names in settings → members. */
const NAMES = {
  images: 'images',
  faces: 'faces',
  bytes: 'bytes',
  requests_per_minute: 'requestsPerMinute',
  concurrent_ingests: 'concurrentIngests',
} as const satisfies Record<string, keyof TenantLimits>;

type Name = keyof typeof NAMES;

/** Largest limit: beyond it numbers are no longer exact. */
const LIMIT_MAX = Number.MAX_SAFE_INTEGER;

/** A fault of one limit; `name` is its name below `limits`, '' for the whole. */
export interface LimitFault {
  readonly name: string;
  readonly detail: string;
}

export class TenantLimitsError extends Error {
  constructor(readonly faults: readonly LimitFault[]) {
    super(faults.map(({ name, detail }) => `${name}: ${detail}`).join('; '));
    this.name = 'TenantLimitsError';
  }
}

/**
 * Reads `limits` of a tenant's settings over those of the service; null in it lifts a limit of the service.
 * Throws TenantLimitsError with every fault: an unknown name, a limit that is no whole number from 0 on.
 */
export function parseTenantLimits(table: unknown, service: TenantLimits = {}): TenantLimits {
  if (table === undefined || table === null) return service;
  if (typeof table !== 'object' || Array.isArray(table)) {
    throw new TenantLimitsError([{ name: '', detail: 'must be a table' }]);
  }
  const faults: LimitFault[] = [];
  const limits: { -readonly [Member in keyof TenantLimits]: TenantLimits[Member] } = { ...service };
  for (const [name, value] of Object.entries(table)) {
    if (!(name in NAMES)) faults.push({ name, detail: 'is no limit' });
    else if (value === null) limits[NAMES[name as Name]] = undefined;
    else if (isLimit(value)) limits[NAMES[name as Name]] = value;
    else faults.push({ name, detail: 'must be a whole number from 0 on, or null for no limit' });
  }
  if (faults.length > 0) throw new TenantLimitsError(faults);
  return limits;
}

const isLimit = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LIMIT_MAX;

/** True when what a tenant holds has to be counted. */
export const limitsStorage = ({ images, faces, bytes }: TenantLimits): boolean =>
  images !== undefined || faces !== undefined || bytes !== undefined;

/** The first limit that is passed when this comes on top, with its value; undefined: it fits. */
export function passedLimit(
  limits: TenantLimits,
  held: TenantUsage,
  more: TenantUsage,
): { readonly limit: StorageLimit; readonly max: number } | undefined {
  for (const limit of ['images', 'faces', 'bytes'] as const) {
    const max = limits[limit];
    if (max !== undefined && held[limit] + more[limit] > max) return { limit, max };
  }
  return undefined;
}
