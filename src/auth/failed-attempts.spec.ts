// Who guesses is held off; who was let in before is not.
import { expect, it } from 'vitest';
import { FailedAttempts, sourceOf } from './failed-attempts.js';

const throttled = expect.objectContaining({ code: 'auth.throttled', retryable: true }) as unknown;

it('lets so many wrong tokens of an address through, then none, and says when to come back', () => {
  const attempts = new FailedAttempts(3);
  for (let i = 0; i < 3; i++) {
    attempts.admit('192.0.2.1', `wrong-${i}`);
    attempts.noteFailure('192.0.2.1');
  }
  expect(() => attempts.admit('192.0.2.1', 'wrong-4')).toThrow(throttled);
  try {
    attempts.admit('192.0.2.1', 'wrong-4');
  } catch (error) {
    const { retryAfterSeconds } = error as { retryAfterSeconds: number };
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  }
  expect(() => attempts.admit('192.0.2.2', 'wrong-4')).not.toThrow();
});

it('goes on looking up a token that was good before', () => {
  const attempts = new FailedAttempts(1);
  attempts.noteSuccess('good');
  attempts.noteFailure('192.0.2.1');
  expect(() => attempts.admit('192.0.2.1', 'good')).not.toThrow();
  expect(() => attempts.admit('192.0.2.1', 'new')).toThrow(throttled);
});

it('remembers a bounded number of addresses', () => {
  const attempts = new FailedAttempts(1);
  attempts.noteFailure('192.0.2.1');
  for (let i = 0; i < 10_000; i++) attempts.noteFailure(`198.51.${i >> 8}.${i & 255}`);
  expect(() => attempts.admit('192.0.2.1', 'x')).not.toThrow();
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('counts %s as %s', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});
