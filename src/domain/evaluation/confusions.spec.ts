import { describe, expect, it } from 'vitest';
import { confusions } from './confusions.js';

describe('confusions', () => {
  it('are groups of several people and people in several groups, the worst first, largest part first', () => {
    const people = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3];
    const groups = [5, 5, 5, 5, 6, 7, 7, 8, 9, 4];
    expect(confusions(people, groups)).toEqual([
      { kind: 'mixed', parts: [[0, 1, 2], [3]] },
      { kind: 'split', parts: [[5, 6], [7], [8]] },
      { kind: 'split', parts: [[3], [4]] },
    ]);
  });

  it('are none where groups are people', () => {
    expect(confusions([3, 3, 1], [0, 0, 2])).toEqual([]);
  });
});
