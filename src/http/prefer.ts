// The Prefer header (RFC 7240): what a client would like, and may not get.

/** Longest time that a request is held open, s. Below what proxies wait. */
const WAIT_MAX = 60;

/** Seconds of `wait=…`, 0 without it. */
export function preferredWait(prefer: string | undefined): number {
  const found = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(prefer ?? '');
  return Math.min(Number(found?.[1] ?? 0), WAIT_MAX);
}

/** Whether the answer shall show what was made (`return=representation`). */
export const prefersRepresentation = (prefer: string | undefined): boolean =>
  /(?:^|[,;\s])return\s*=\s*"?representation"?(?=$|[,;\s])/i.test(prefer ?? '');
