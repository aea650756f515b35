import { describe, expect, it } from 'vitest';
import { unitVectorsOf } from './half-vectors.js';

describe('stored vectors', () => {
  it('come back as unit vectors, whatever the sign and size of their values', () => {
    // 1.5 and -2; 0.25 and the smallest half above 0; 0 and 1.
    const halves = Uint8Array.from([0x3e, 0x00, 0xc0, 0x00, 0x34, 0x00, 0x00, 0x01, 0x00, 0x00, 0x3c, 0x00]);
    const [a, b, c, d, e, f] = unitVectorsOf(halves, 2);
    expect([a, b]).toEqual([Math.fround(0.6), Math.fround(-0.8)]);
    expect(c).toBe(1);
    expect(d).toBeCloseTo(2 ** -24 / 0.25, 12);
    expect([e, f]).toEqual([0, 1]);
  });

  it('of nothing but zeros stay', () => {
    expect([...unitVectorsOf(new Uint8Array(8), 4)]).toEqual([0, 0, 0, 0]);
  });
});
