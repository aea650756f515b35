import { describe, expect, it } from 'vitest';
import { hasPassed } from './night.js';

const at = (day: number, hours: number, minutes: number): Date => new Date(2026, 4, day, hours, minutes);

describe('the time of the night’s work', () => {
  it.each([
    ['just before', at(5, 0, 58), at(5, 0, 59), false],
    ['on the minute', at(5, 0, 59), at(5, 1, 0), true],
    ['once only', at(5, 1, 0), at(5, 1, 1), false],
    ['over midnight, not yet', at(4, 23, 59), at(5, 0, 1), false],
    ['after a long pause', at(4, 12, 0), at(5, 12, 0), true],
    ['after a pause by day', at(5, 9, 0), at(5, 17, 0), false],
    ['after a pause from one night over the next', at(4, 1, 0), at(5, 0, 59), false],
  ])('01:00 has passed: %s', (_, since, now, expected) => {
    expect(hasPassed('01:00', since, now)).toBe(expected);
  });
});
