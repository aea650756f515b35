// Who works on a question: claims with a lease, sleep, passing on, and notes. A claim protects against another reviewer's answer,
// not against the world: a merge may still make the question moot.

/** How long a claim holds without being renewed, ms. Long enough for a hard question, short enough for a closed laptop. */
export const CLAIM_LEASE_MS = 10 * 60 * 1000;
/** Longest sleep of a question, ms: a year. */
export const SNOOZE_MS_MAX = 366 * 24 * 60 * 60 * 1000;
/** Longest note, characters. */
export const NOTE_LENGTH_MAX = 1000;
/** Notes on one item, count. The database holds the same line. */
export const NOTES_MAX = 50;
/** Reviewers remembered to have passed on one version, count; the oldest is offered the item again. */
const SKIPS_MAX = 50;

export interface ReviewNote {
  readonly author: string;
  readonly text: string;
  /** RFC 3339, UTC. */
  readonly created_at: string;
}

/** A reviewer passed on this version of the question. */
export interface ReviewSkip {
  readonly actor: string;
  readonly version: number;
}

export interface Workable {
  readonly state: string;
  readonly assignee: string | null;
  readonly leaseExpiresAt: Date | null;
  readonly snoozedUntil: Date | null;
}

export interface Claim {
  readonly assignee: string;
  readonly leaseExpiresAt: Date;
}

/** The claim that holds at `now`; null when there is none, or its lease has ended, or the item is closed. */
export function claimAt({ state, assignee, leaseExpiresAt }: Workable, now: Date): Claim | null {
  if (state !== 'open' || assignee === null || leaseExpiresAt === null || leaseExpiresAt <= now) return null;
  return { assignee, leaseExpiresAt };
}

/** When an open item wakes; null when it is awake at `now`. */
export function snoozeAt({ state, snoozedUntil }: Workable, now: Date): Date | null {
  return state === 'open' && snoozedUntil !== null && snoozedUntil > now ? snoozedUntil : null;
}

/** A skip counts for the version it was made on; older ones are forgotten. */
export function withSkip(skips: readonly ReviewSkip[], actor: string, version: number): ReviewSkip[] {
  const others = withoutSkip(skips, actor).filter((skip) => skip.version === version);
  return [...others, { actor, version }].slice(-SKIPS_MAX);
}

export const withoutSkip = (skips: readonly ReviewSkip[], actor: string): ReviewSkip[] =>
  skips.filter((skip) => skip.actor !== actor);
