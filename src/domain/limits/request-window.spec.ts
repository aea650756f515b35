// Slices of a minute's requests.
import { describe, expect, it } from 'vitest';
import { takeSlice } from './request-window.js';

const ENDED = { taken: 70, leftMs: 0 };

describe('a slice of the requests of a minute', () => {
  it('is a twentieth, or what waits when that is more, one at least', () => {
    expect(takeSlice(ENDED, 600, 1)).toEqual({ granted: 30, window: { taken: 30, leftMs: 60_000 } });
    expect(takeSlice(ENDED, 600, 31).granted).toBe(31);
    expect(takeSlice(ENDED, 19, 1).granted).toBe(1);
  });

  it('is what is left when that is less, and nothing at the end', () => {
    expect(takeSlice({ taken: 590, leftMs: 7 }, 600, 1)).toEqual({
      granted: 10,
      window: { taken: 600, leftMs: 7 },
    });
    expect(takeSlice({ taken: 600, leftMs: 7 }, 600, 50).granted).toBe(0);
    expect(takeSlice(ENDED, 0, 1).granted).toBe(0);
  });

  it('never gives a request twice when the rate is lowered in the middle of a minute', () => {
    expect(takeSlice({ taken: 90, leftMs: 7 }, 60, 1)).toEqual({
      granted: 0,
      window: { taken: 90, leftMs: 7 },
    });
  });

  it.each([1, 2, 7, 60, 1000])('makes %i in all, however many processes take them in turns', (quota) => {
    let window = ENDED;
    let all = 0;
    for (let taken = 1; taken > 0; all += taken) ({ window, granted: taken } = takeSlice(window, quota, 1));
    expect(all).toBe(quota);
  });
});
