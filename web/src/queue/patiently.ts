// A network that fails for a moment loses nothing: the same request is sent again, and done once.
import { ApiProblem } from '../api/problem';

/** Sendings of one request, count, and the pause before each further one, ms. */
const SENDINGS_MAX = 3;
const PAUSE_MS = 800;

/** The service was not reached, was just starting, or is still busy with the sending whose answer was lost. */
const mayPass = (error: unknown): boolean =>
  error instanceof ApiProblem &&
  (error.isOffline || [502, 503, 504].includes(error.status) || error.code === 'idempotency.in_progress');

/** @param send Must be the same request each time: an idempotent one, or one with a key of its own. */
export async function patiently<T>(send: () => Promise<T>): Promise<T> {
  for (let sending = 1; ; sending++) {
    try {
      return await send();
    } catch (error) {
      if (!mayPass(error) || sending === SENDINGS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * sending));
    }
  }
}
