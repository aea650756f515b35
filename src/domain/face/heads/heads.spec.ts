// Heads undo the encoding that their networks were trained to give.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestCandidates, CANDIDATES_MAX, type NetworkOutput } from './detector-output.js';
import { decodeRetinaface, retinafacePriorCount, retinafacePriors } from './retinaface.js';
import { decodeScrfd } from './scrfd.js';

const box = { x1: 100, y1: 60, x2: 180, y2: 170 };
const landmarks = [
  { x: 120, y: 100 },
  { x: 160, y: 101 },
  { x: 141, y: 120 },
  { x: 125, y: 140 },
  { x: 158, y: 141 },
];
const expectFace = (found: { box: typeof box; landmarks: readonly { x: number; y: number }[] }): void => {
  for (const side of ['x1', 'y1', 'x2', 'y2'] as const) expect(found.box[side]).toBeCloseTo(box[side], 3);
  landmarks.forEach((point, i) => {
    expect(found.landmarks[i]!.x).toBeCloseTo(point.x, 3);
    expect(found.landmarks[i]!.y).toBeCloseTo(point.y, 3);
  });
};

describe('RetinaFace head', () => {
  const canvas = { width: 320, height: 256 };
  const priors = retinafacePriors(canvas);
  const rows = priors.length / 3;
  const outputs = (): { loc: NetworkOutput; conf: NetworkOutput; points: NetworkOutput } => ({
    loc: { dims: [1, rows, 4], data: new Float32Array(rows * 4) },
    conf: { dims: [1, rows, 2], data: new Float32Array(rows * 2).map((_, i) => (i % 2 ? 0 : 1)) },
    points: { dims: [1, rows, 10], data: new Float32Array(rows * 10) },
  });

  it('has the 16,800 priors of a 640 px square, and as many as rows for every canvas', () => {
    expect(retinafacePriorCount({ width: 640, height: 640 })).toBe(16_800);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (w, h) => {
        const size = { width: w * 32, height: h * 32 };
        expect(retinafacePriors(size)).toHaveLength(retinafacePriorCount(size) * 3);
      }),
    );
  });

  it('gives back the face that any prior was told to give, in whatever order the outputs come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: rows - 1 }), fc.boolean(), (row, reversed) => {
        const { loc, conf, points } = outputs();
        const [px, py, size] = [priors[row * 3]!, priors[row * 3 + 1]!, priors[row * 3 + 2]!];
        loc.data.set(
          [
            ((box.x1 + box.x2) / 2 - px) / size / 0.1,
            ((box.y1 + box.y2) / 2 - py) / size / 0.1,
            Math.log((box.x2 - box.x1) / size) / 0.2,
            Math.log((box.y2 - box.y1) / size) / 0.2,
          ],
          row * 4,
        );
        points.data.set(
          landmarks.flatMap(({ x, y }) => [(x - px) / size / 0.1, (y - py) / size / 0.1]),
          row * 10,
        );
        conf.data[row * 2 + 1] = 0.9;
        const found = decodeRetinaface(reversed ? [points, conf, loc] : [loc, conf, points], priors, 0.5);
        expect(found).toHaveLength(1);
        expect(found[0]!.score).toBeCloseTo(0.9, 5);
        expectFace(found[0]!);
      }),
    );
  });

  it('refuses outputs of another canvas', () => {
    const { loc, conf, points } = outputs();
    expect(() =>
      decodeRetinaface([loc, conf, points], retinafacePriors({ width: 640, height: 640 }), 0.5),
    ).toThrow(/16800 rows of 4/);
    expect(() => decodeRetinaface([loc, conf], priors, 0.5)).toThrow(/10 values/);
  });
});

describe('SCRFD head', () => {
  const canvas = { width: 320, height: 256 };
  const outputs = (): NetworkOutput[] =>
    [8, 16, 32].flatMap((stride) => {
      const rows = (canvas.width / stride) * (canvas.height / stride) * 2;
      return [1, 4, 10].map((width) => ({ dims: [rows, width], data: new Float32Array(rows * width) }));
    });

  it('gives back the face that any anchor of any stride was told to give', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2), fc.nat(), (level, pick) => {
        const all = outputs();
        const stride = [8, 16, 32][level]!;
        const [scores, boxes, points] = all.slice(level * 3, level * 3 + 3) as [
          NetworkOutput,
          NetworkOutput,
          NetworkOutput,
        ];
        const row = pick % scores.data.length;
        const cell = Math.floor(row / 2);
        const x = (cell % (canvas.width / stride)) * stride;
        const y = Math.floor(cell / (canvas.width / stride)) * stride;
        scores.data[row] = 0.8;
        boxes.data.set(
          [(x - box.x1) / stride, (y - box.y1) / stride, (box.x2 - x) / stride, (box.y2 - y) / stride],
          row * 4,
        );
        points.data.set(
          landmarks.flatMap((p) => [(p.x - x) / stride, (p.y - y) / stride]),
          row * 10,
        );
        const found = decodeScrfd([...all].reverse(), canvas, 0.5);
        expect(found).toHaveLength(1);
        expectFace(found[0]!);
      }),
    );
  });

  it('names the stride whose output is missing', () => {
    expect(() => decodeScrfd(outputs().slice(0, 8), canvas, 0.5)).toThrow(/10 values at stride 32/);
  });
});

describe('bestCandidates', () => {
  it('keeps at most 1,000 of any number, the best ones, ties by index', () => {
    const scores = new Float32Array(5000).map((_, i) => (i % 2 ? 0.9 : 0.6));
    const best = bestCandidates(scores, 0.5);
    expect(best).toHaveLength(CANDIDATES_MAX);
    expect(best).toEqual(Array.from({ length: CANDIDATES_MAX }, (_, i) => 2 * i + 1));
  });
});
