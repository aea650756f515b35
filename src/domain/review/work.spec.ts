import { describe, expect, it } from 'vitest';
import { claimAt, snoozeAt, withoutSkip, withSkip, type Workable } from './work.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 8, minute));
const item = (patch: Partial<Workable> = {}): Workable => ({
  state: 'open',
  assignee: 'ann',
  leaseExpiresAt: at(10),
  snoozedUntil: at(10),
  ...patch,
});

describe('work on a review item', () => {
  it('a claim holds until its lease ends, and on an open item only', () => {
    expect(claimAt(item(), at(9))).toEqual({ assignee: 'ann', leaseExpiresAt: at(10) });
    expect(claimAt(item(), at(10))).toBeNull();
    expect(claimAt(item({ state: 'resolved' }), at(9))).toBeNull();
    expect(claimAt(item({ assignee: null, leaseExpiresAt: null }), at(9))).toBeNull();
  });

  it('a snoozed item sleeps until its time', () => {
    expect(snoozeAt(item(), at(9))).toEqual(at(10));
    expect(snoozeAt(item(), at(10))).toBeNull();
    expect(snoozeAt(item({ state: 'dismissed' }), at(9))).toBeNull();
  });

  it('a skip counts once for each reviewer and for one version only', () => {
    const once = withSkip(withSkip([], 'ann', 1), 'bob', 1);
    expect(withSkip(once, 'ann', 1)).toEqual([
      { actor: 'bob', version: 1 },
      { actor: 'ann', version: 1 },
    ]);
    expect(withSkip(once, 'ann', 2)).toEqual([{ actor: 'ann', version: 2 }]);
    expect(withoutSkip(once, 'bob')).toEqual([{ actor: 'ann', version: 1 }]);
  });

  it('remembers fifty skips, the latest', () => {
    let skips = withSkip([], 'reviewer 0', 1);
    for (let i = 1; i <= 50; i++) skips = withSkip(skips, `reviewer ${i}`, 1);
    expect(skips).toHaveLength(50);
    expect(skips[0]!.actor).toBe('reviewer 1');
  });
});
