// Who is signed in. The key lives in this tab's session storage and in memory: never in an address, a cookie or a lasting store.
import { useSyncExternalStore } from 'react';

export interface Session {
  readonly key: string;
  /** As claims and operations name this reviewer. */
  readonly actor: string;
  readonly scopes: readonly string[];
  readonly tenantId: string;
  /** The key reaches other tenants as well. */
  readonly severalTenants: boolean;
}

const STORED = 'kindred.session';
const listeners = new Set<() => void>();
let current: Session | null = stored();

function stored(): Session | null {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? 'null') as Session | null;
  } catch {
    return null;
  }
}

export const session = (): Session | null => current;

export function setSession(next: Session | null): void {
  current = next;
  if (next) sessionStorage.setItem(STORED, JSON.stringify(next));
  else sessionStorage.removeItem(STORED);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useSession = (): Session | null => useSyncExternalStore(subscribe, session);

/** The tenant that is worked on. Only inside the signed-in part of the page. */
export function useTenantId(): string {
  const signedIn = useSession();
  if (!signedIn) throw new Error('nobody is signed in');
  return signedIn.tenantId;
}
