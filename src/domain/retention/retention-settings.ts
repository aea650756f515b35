// How long a tenant's data may stay: periods, a hold on every erasure, and what the consent is filed under.

/** The day that an image's age counts from. */
export const IMAGE_AGE_FROM = ['ingested', 'captured'] as const;
export type ImageAgeFrom = (typeof IMAGE_AGE_FROM)[number];

/** Undefined periods: nothing is erased by them. */
export interface RetentionPeriods {
  /** Days without a use of the tenant after which it is erased. */
  readonly idleDays?: number | undefined;
  /** Days after which an image is erased. */
  readonly imageMaxAgeDays?: number | undefined;
  /** Days between the announcement of an erasure and the erasure. */
  readonly warnDays: number;
}

export interface RetentionSettings extends RetentionPeriods {
  readonly imageAgeFrom: ImageAgeFrom;
  /** `YYYY-MM-DD`, UTC: the last day of the purpose. The tenant is erased after it. */
  readonly purposeEndsOn?: string | undefined;
  /** Nothing is erased, by nobody, until the operator lifts it. */
  readonly legalHold: boolean;
  /** Names the document of the consent. */
  readonly consentRef?: string | undefined;
}

/** A hundred years: longer than any purpose, and dates stay in range. */
export const RETENTION_DAYS_MAX = 36_500;
export const WARN_DAYS_MAX = 365;
const CONSENT_REF = /^[\x20-\x7e]{1,200}$/;

/** A fault of one setting; `name` is its name below `retention`, '' for the whole. */
export interface RetentionFault {
  readonly name: string;
  readonly detail: string;
}

export class RetentionSettingsError extends Error {
  constructor(readonly faults: readonly RetentionFault[]) {
    super(faults.map(({ name, detail }) => `${name}: ${detail}`).join('; '));
    this.name = 'RetentionSettingsError';
  }
}

/** A document's number, that outlives the tenant in the audit log: printable ASCII, 1 to 200 characters. */
export const isConsentRef = (value: unknown): value is string =>
  typeof value === 'string' && CONSENT_REF.test(value);
export const CONSENT_REF_FAULT = 'must be 1 to 200 printable ASCII characters, or null';

/**
 * Reads `retention` of a tenant's settings over the periods of the service; null lifts a period of the service.
 * Throws RetentionSettingsError with every fault.
 */
export function parseRetentionSettings(table: unknown, service: RetentionPeriods): RetentionSettings {
  if (table === undefined || table === null)
    return { ...service, imageAgeFrom: 'ingested', legalHold: false };
  if (typeof table !== 'object' || Array.isArray(table)) {
    throw new RetentionSettingsError([{ name: '', detail: 'must be a table' }]);
  }
  const given = table as Readonly<Record<string, unknown>>;
  const faults = Object.keys(given)
    .filter((name) => !(name in CHECKS))
    .map((name) => ({ name, detail: 'is no setting of retention' }));
  for (const [name, { fits, detail }] of Object.entries(CHECKS)) {
    if (given[name] !== undefined && !fits(given[name])) faults.push({ name, detail });
  }
  if (faults.length > 0) throw new RetentionSettingsError(faults);
  const days = (name: string, inherited: number | undefined): number | undefined =>
    given[name] === undefined ? inherited : ((given[name] as number | null) ?? undefined);
  return {
    idleDays: days('idle_days', service.idleDays),
    imageMaxAgeDays: days('image_max_age_days', service.imageMaxAgeDays),
    warnDays: days('warn_days', service.warnDays) ?? service.warnDays,
    imageAgeFrom: (given['image_age_from'] as ImageAgeFrom | undefined) ?? 'ingested',
    purposeEndsOn: (given['purpose_ends_on'] as string | null | undefined) ?? undefined,
    legalHold: given['legal_hold'] === true,
    consentRef: (given['consent_ref'] as string | null | undefined) ?? undefined,
  };
}

/** Whether the settings of a tenant hold every erasure up, whatever else they say. */
export const isHeld = (settings: Readonly<Record<string, unknown>>): boolean => {
  const retention = settings['retention'];
  return typeof retention === 'object' && retention !== null && 'legal_hold' in retention
    ? retention.legal_hold === true
    : false;
};

interface Check {
  readonly fits: (value: unknown) => boolean;
  readonly detail: string;
}

const between =
  (min: number, max: number) =>
  (value: unknown): boolean =>
    value === null || (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max);

const PERIOD: Check = {
  fits: between(1, RETENTION_DAYS_MAX),
  detail: `must be a whole number of days from 1 to ${RETENTION_DAYS_MAX}, or null for no period`,
};

const CHECKS: Readonly<Record<string, Check>> = {
  idle_days: PERIOD,
  image_max_age_days: PERIOD,
  warn_days: {
    fits: between(0, WARN_DAYS_MAX),
    detail: `must be a whole number of days from 0 to ${WARN_DAYS_MAX}, or null for that of the service`,
  },
  image_age_from: {
    fits: (value) => IMAGE_AGE_FROM.some((known) => known === value),
    detail: `must be one of ${IMAGE_AGE_FROM.join(', ')}`,
  },
  purpose_ends_on: {
    fits: (value) => value === null || isDay(value),
    detail: 'must be a day such as 2027-12-31, or null',
  },
  legal_hold: { fits: (value) => typeof value === 'boolean', detail: 'must be true or false' },
  consent_ref: { fits: (value) => value === null || isConsentRef(value), detail: CONSENT_REF_FAULT },
};

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[12]\d{3}-\d{2}-\d{2}$/.test(value)) return false;
  const start = Date.parse(`${value}T00:00:00Z`);
  return Number.isFinite(start) && new Date(start).toISOString().startsWith(value);
}
