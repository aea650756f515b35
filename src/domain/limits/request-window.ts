// How processes share a tenant's requests of a minute: each takes a slice of them in advance, so that it asks the others (through
// the database) once a slice and not once a request.

/** Length of a window, s. */
export const REQUEST_WINDOW_SECONDS = 60;

/**
 * A slice is this part of the minute's requests, one at least. What a process has taken and does not use, the others lack:
 * N processes may leave (N - 1) / 20 of the rate unused, and never pass it. Twenty statements a minute cost nothing.
 */
const SLICES = 20;

/** What all processes have taken in the running window. */
export interface RequestWindow {
  /** Requests, count. */
  readonly taken: number;
  /** Until its end, ms; 0 or less: it has ended. */
  readonly leftMs: number;
}

/**
 * Takes a slice of what is left.
 * @param quota Requests in a window, count. @param wanted Requests that wait for the answer, count.
 */
export function takeSlice(
  window: RequestWindow,
  quota: number,
  wanted: number,
): { readonly window: RequestWindow; readonly granted: number } {
  const running = window.leftMs > 0 ? window : { taken: 0, leftMs: REQUEST_WINDOW_SECONDS * 1000 };
  const slice = Math.max(1, wanted, Math.floor(quota / SLICES));
  const granted = Math.min(slice, Math.max(0, quota - running.taken));
  return { window: { ...running, taken: running.taken + granted }, granted };
}
