import { describe, expect, it } from 'vitest';
import type { Detection } from './detection.js';
import type { Turn } from '../geometry/turn.js';
import { unturnDetection } from './unturn.js';

// A 40 × 20 px picture with a detection in its upper left part.
const detection: Detection = {
  box: { x1: 2, y1: 3, x2: 12, y2: 9 },
  landmarks: [
    { x: 4, y: 5 },
    { x: 9, y: 5 },
    { x: 7, y: 6 },
    { x: 5, y: 8 },
    { x: 9, y: 8 },
  ],
  score: 0.9,
};

/** Turns the picture a quarter clockwise: a pixel at (x, y) of a picture h px high goes to (h − y, x). */
function quarterTurn(d: Detection, height: number): Detection {
  const at = (p: { x: number; y: number }): { x: number; y: number } => ({ x: height - p.y, y: p.x });
  const [a, b] = [at({ x: d.box.x1, y: d.box.y2 }), at({ x: d.box.x2, y: d.box.y1 })];
  const [p, q, r, s, t] = d.landmarks;
  return {
    score: d.score,
    box: { x1: a.x, y1: a.y, x2: b.x, y2: b.y },
    landmarks: [at(p), at(q), at(r), at(s), at(t)],
  };
}

describe('unturnDetection', () => {
  it.each<[Turn, number]>([
    [0, 0],
    [90, 1],
    [180, 2],
    [270, 3],
  ])('undoes a turn of %i degrees exactly', (turn, quarters) => {
    let turned = detection;
    let size = { width: 40, height: 20 };
    for (let i = 0; i < quarters; i++) {
      turned = quarterTurn(turned, size.height);
      size = { width: size.height, height: size.width };
    }
    expect(unturnDetection(turned, turn, size)).toEqual(detection);
  });
});
