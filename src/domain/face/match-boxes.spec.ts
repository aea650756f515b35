// A face keeps its id when another detector finds it again, and only then.
import { describe, expect, it } from 'vitest';
import type { Box } from '../geometry/box.js';
import { matchBoxes } from './match-boxes.js';

const box = (x: number, y: number, size = 100): Box => ({ x1: x, y1: y, x2: x + size, y2: y + size });

describe('faces found again', () => {
  it.each([
    ['a face that moved a little', [box(0, 0)], [box(5, 5)], [0]],
    ['half overlapping and no more', [box(0, 0)], [box(33, 0)], [0]],
    ['less than half', [box(0, 0)], [box(35, 0)], [null]],
    ['each its own, whatever the order', [box(0, 0), box(300, 0)], [box(298, 3), box(2, 1)], [1, 0]],
    ['the better of two takes the place', [box(0, 0)], [box(10, 0), box(2, 0)], [null, 0]],
    ['the nearer of two is taken', [box(20, 0), box(0, 0)], [box(3, 0)], [1]],
    ['nothing known', [], [box(0, 0)], [null]],
    ['nothing found', [box(0, 0)], [], []],
  ])('%s', (_, known, found, expected) => {
    expect(matchBoxes(known, found)).toEqual(expected);
  });
});
