// [Note: One unit of work at a time]
// A unit of work that opens another one waits for a connection, or for a tenant's lock, that it holds itself: on the
// embedded database, which has one session, it would wait for ever. So the second one is refused at once, by name.
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<{ open: boolean }>();

/** Runs one unit of work. Throws Error when it is called from inside another one. */
export async function asUnitOfWork<T>(work: () => Promise<T>): Promise<T> {
  if (current.getStore()?.open) {
    throw new Error('a unit of work is open: use its repositories instead of opening another one');
  }
  const unit = { open: true };
  return current.run(unit, async () => {
    try {
      return await work();
    } finally {
      unit.open = false;
    }
  });
}
