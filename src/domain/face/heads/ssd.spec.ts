import { describe, expect, it } from 'vitest';
import type { NetworkOutput } from './detector-output.js';
import { decodeSsd } from './ssd.js';

const CANVAS = { width: 512, height: 256 };

function outputs(
  rows: readonly { box: readonly [number, number, number, number]; score: number }[],
): NetworkOutput[] {
  return [
    { dims: [1, rows.length, 4], data: Float32Array.from(rows.flatMap(({ box }) => box)) },
    { dims: [1, rows.length, 1], data: Float32Array.from(rows.map(({ score }) => score)) },
  ];
}

describe('decodeSsd', () => {
  it('tells boxes in px of the canvas, best first, whatever the order of the outputs', () => {
    const network = outputs([
      { box: [0.25, 0.5, 0.5, 0.75], score: 0.5 },
      { box: [0, 0, 0.125, 0.25], score: 0.875 },
    ]);
    const expected = [
      { box: { x1: 0, y1: 0, x2: 64, y2: 64 }, score: 0.875 },
      { box: { x1: 128, y1: 128, x2: 256, y2: 192 }, score: 0.5 },
    ];
    expect(decodeSsd(network, CANVAS, 0.5)).toEqual(expected);
    expect(decodeSsd([...network].reverse(), CANVAS, 0.5)).toEqual(expected);
  });

  it('leaves out what scores too little', () => {
    const network = outputs([{ box: [0.25, 0.5, 0.5, 0.75], score: 0.49 }]);
    expect(decodeSsd(network, CANVAS, 0.5)).toEqual([]);
  });

  it('cuts boxes at the canvas and drops those of which nothing is left', () => {
    const network = outputs([
      { box: [-0.5, -0.25, 0.5, 1.5], score: 0.75 },
      { box: [1.25, 0, 1.5, 0.5], score: 0.75 },
      { box: [0.5, 0.5, 0.25, 0.75], score: 0.75 },
    ]);
    expect(decodeSsd(network, CANVAS, 0.5)).toEqual([
      { box: { x1: 0, y1: 0, x2: 256, y2: 256 }, score: 0.75 },
    ]);
  });

  it('refuses outputs that do not belong together', () => {
    const [boxes, scores] = outputs([{ box: [0, 0, 1, 1], score: 1 }]) as [NetworkOutput, NetworkOutput];
    expect(() => decodeSsd([boxes], CANVAS, 0.5)).toThrow(RangeError);
    expect(() => decodeSsd([scores], CANVAS, 0.5)).toThrow(RangeError);
    const two = { dims: [1, 2, 1], data: Float32Array.of(1, 1) };
    expect(() => decodeSsd([boxes, two], CANVAS, 0.5)).toThrow(RangeError);
  });
});
