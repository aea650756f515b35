// Holds off who keeps sending wrong tokens, address by address, before the database is asked.
//
// [Note: Nobody is locked out by a neighbour]
// Behind one proxy or one home router many clients have one address. A token that was good before in this process is looked
// up even when its address is held off: a stranger's guesses end no client's service, only new tokens wait.
import { LRUCache } from 'lru-cache';
import { isIPv6 } from 'node:net';
import { DomainError } from '../domain/domain-error.js';
import { sha256 } from './api-key.js';

const WINDOW_MS = 60_000;
/** Addresses and good tokens remembered, count each; beyond, the one that was longest unused is forgotten. */
const REMEMBERED_MAX = 10_000;

export class FailedAttempts {
  /** Address → wrong tokens in its running minute. */
  private readonly failures = new LRUCache<string, number>({
    max: REMEMBERED_MAX,
    ttl: WINDOW_MS,
    noUpdateTTL: true,
  });
  /** SHA-256 of tokens that were good. */
  private readonly good = new LRUCache<string, true>({ max: REMEMBERED_MAX });

  /** @param perMinute Wrong tokens of one address that are looked up in a minute. */
  constructor(private readonly perMinute: number) {}

  /** Throws DomainError auth.throttled, unless the token was good before. */
  admit(address: string, token: string): void {
    const source = sourceOf(address);
    if ((this.failures.get(source) ?? 0) < this.perMinute || this.good.has(sha256(token))) return;
    throw new DomainError('auth.throttled', 'Too many tokens from this address were wrong.', {
      retryable: true,
      retryAfterSeconds: this.failures.getRemainingTTL(source) / 1000,
    });
  }

  noteFailure(address: string): void {
    const source = sourceOf(address);
    this.failures.set(source, (this.failures.get(source) ?? 0) + 1);
  }

  noteSuccess(token: string): void {
    this.good.set(sha256(token), true);
  }
}

/** An IPv4 address, or the /64 of an IPv6 one: a single client may have all of that network's addresses. */
export function sourceOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
