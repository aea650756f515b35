// What suppression promises.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersectionOverUnion } from '../geometry/box.js';
import { suppressOverlaps } from './nms.js';

const detection = fc
  .tuple(
    fc.integer({ min: 0, max: 80 }),
    fc.integer({ min: 0, max: 80 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 40 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([x1, y1, width, height, score]) => ({ box: { x1, y1, x2: x1 + width, y2: y1 + height }, score }));
const detections = fc.array(detection, { maxLength: 40 });
const overlap = fc.double({ min: 0.05, max: 0.95, noNaN: true });

describe('suppressOverlaps', () => {
  it('keeps no two boxes that overlap more than allowed, and drops none without a better one over it', () => {
    fc.assert(
      fc.property(detections, overlap, (given, max) => {
        const kept = suppressOverlaps(given, max);
        kept.forEach((a, i) =>
          kept
            .slice(i + 1)
            .forEach((b) => expect(intersectionOverUnion(a.box, b.box)).toBeLessThanOrEqual(max)),
        );
        for (const dropped of given.filter((d) => !kept.includes(d))) {
          expect(
            kept.some((k) => k.score >= dropped.score && intersectionOverUnion(k.box, dropped.box) > max),
          ).toBe(true);
        }
      }),
    );
  });

  it('answers best first, the same for every order of distinct scores', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(detection, { selector: ({ score }) => score, maxLength: 30 }),
        overlap,
        (given, max) => {
          const kept = suppressOverlaps(given, max);
          expect(kept.map(({ score }) => score)).toEqual(
            kept.map(({ score }) => score).sort((a, b) => b - a),
          );
          expect(suppressOverlaps([...given].reverse(), max)).toEqual(kept);
        },
      ),
    );
  });
});
