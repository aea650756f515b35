// What retention does now: pure, from settings, facts and a time.
//
// [Note: Announced first] Nothing is erased by a period before it was announced `warnDays` ahead, whatever the period, the
// settings or a process that slept: the announcement is a row of the audit log and a promise that the erasure keeps. A use of
// the tenant, other settings or a hold take the promise back; then everything begins anew.
import type { ImageAgeFrom, RetentionSettings } from './retention-settings.js';

const DAY_MS = 86_400_000;

export type RetentionRule = 'idle' | 'purpose_ended';

/** What was announced: kept with the tenant. */
export interface RetentionState {
  readonly tenant: {
    readonly rule: RetentionRule;
    readonly announcedAt: Date;
    readonly eraseAt: Date;
  } | null;
  readonly images: {
    readonly maxAgeDays: number;
    readonly ageFrom: ImageAgeFrom;
    readonly announcedAt: Date;
    readonly eraseFrom: Date;
  } | null;
}

export interface TenantFacts {
  readonly createdAt: Date;
  /** The last time that anybody read or wrote in the tenant. */
  readonly lastUsedAt: Date | null;
  readonly state: RetentionState;
}

/** The facts as a tenant's row holds them. */
export const factsOf = ({
  createdAt,
  lastUsedAt,
  retentionState,
}: {
  readonly createdAt: Date;
  readonly lastUsedAt?: Date | null;
  readonly retentionState?: Readonly<Record<string, unknown>>;
}): TenantFacts => ({
  createdAt,
  lastUsedAt: lastUsedAt ?? null,
  state: parseRetentionState(retentionState),
});

export interface PlannedErasure {
  readonly rule: RetentionRule;
  /** When the period ends. */
  readonly dueAt: Date;
  readonly announcedAt: Date | null;
  /** Not before this: the end of the period and of the warning. */
  readonly eraseAt: Date;
}

export type TenantStep =
  | { readonly do: 'nothing' }
  | { readonly do: 'announce'; readonly plan: PlannedErasure }
  | { readonly do: 'withdraw' }
  | { readonly do: 'erase'; readonly plan: PlannedErasure };

export type ImagesStep =
  | { readonly do: 'nothing' }
  | { readonly do: 'announce'; readonly eraseFrom: Date }
  | { readonly do: 'withdraw' }
  /** Images whose age counts from this time or earlier. */
  | { readonly do: 'erase'; readonly agedBefore: Date };

export const NOTHING_ANNOUNCED: RetentionState = { tenant: null, images: null };

const later = (a: Date, b: Date): Date => (a > b ? a : b);
const plusDays = (at: Date, days: number): Date => new Date(at.getTime() + days * DAY_MS);

/** The erasure of the whole tenant that comes first, hold or not; null: none is planned. */
export function plannedErasure(
  settings: RetentionSettings,
  { createdAt, lastUsedAt, state }: TenantFacts,
  now: Date,
): PlannedErasure | null {
  const ends: { rule: RetentionRule; dueAt: Date }[] = [];
  if (settings.purposeEndsOn !== undefined) {
    const lastDay = new Date(`${settings.purposeEndsOn}T00:00:00Z`);
    ends.push({ rule: 'purpose_ended', dueAt: plusDays(lastDay, 1) });
  }
  if (settings.idleDays !== undefined) {
    ends.push({ rule: 'idle', dueAt: plusDays(lastUsedAt ?? createdAt, settings.idleDays) });
  }
  const [first] = ends.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  if (first === undefined) return null;
  const promised = state.tenant?.eraseAt ?? plusDays(now, settings.warnDays);
  return {
    ...first,
    announcedAt: state.tenant?.announcedAt ?? null,
    eraseAt: later(first.dueAt, promised),
  };
}

export function tenantStep(settings: RetentionSettings, facts: TenantFacts, now: Date): TenantStep {
  const announced = facts.state.tenant !== null;
  const quiet: TenantStep = announced ? { do: 'withdraw' } : { do: 'nothing' };
  const plan = settings.legalHold ? null : plannedErasure(settings, facts, now);
  if (plan === null || now < plusDays(plan.dueAt, -settings.warnDays)) return quiet;
  if (!announced) return { do: 'announce', plan };
  return now >= plan.eraseAt ? { do: 'erase', plan } : { do: 'nothing' };
}

export function imagesStep(settings: RetentionSettings, { images }: RetentionState, now: Date): ImagesStep {
  const { imageMaxAgeDays: days, imageAgeFrom } = settings;
  if (days === undefined || settings.legalHold) return images ? { do: 'withdraw' } : { do: 'nothing' };
  if (images === null || images.maxAgeDays !== days || images.ageFrom !== imageAgeFrom) {
    return { do: 'announce', eraseFrom: plusDays(now, settings.warnDays) };
  }
  if (now < images.eraseFrom) return { do: 'nothing' };
  return { do: 'erase', agedBefore: plusDays(now, -days) };
}

/** Reads what `storedState` has written; anything else counts as nothing announced. */
export function parseRetentionState(json: Readonly<Record<string, unknown>> | undefined): RetentionState {
  const revive = <T extends object>(part: unknown): T | null =>
    typeof part === 'object' && part !== null
      ? (Object.fromEntries(
          Object.entries(part).map(([name, value]) => [
            name,
            TIMES.has(name) ? new Date(String(value)) : value,
          ]),
        ) as T)
      : null;
  return { tenant: revive(json?.['tenant']), images: revive(json?.['images']) };
}

const TIMES = new Set(['announcedAt', 'eraseAt', 'eraseFrom']);

export const storedState = (state: RetentionState): Readonly<Record<string, unknown>> =>
  JSON.parse(JSON.stringify(state)) as Record<string, unknown>;
