// The layout keeps together who belongs together, and is the same each time.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/evaluation/seeded-random.js';
import { layOutFaces } from './lay-out-faces.js';

const WIDTH = 64;
const PEOPLE = 6;
const FACES_EACH = 20;

/** Face i is of person i % PEOPLE: cosine about .8 within a person, about 0 between two. */
function faces(count: number): Float32Array {
  const random = seededRandom(3);
  const direction = (): number[] => Array.from({ length: WIDTH }, () => random.normal());
  const people = Array.from({ length: PEOPLE }, direction);
  const vectors = new Float32Array(count * WIDTH);
  for (let i = 0; i < count; i++) {
    const noise = direction();
    const face = people[i % PEOPLE]!.map((value, k) => value + 0.5 * noise[k]!);
    const length = Math.hypot(...face);
    vectors.set(
      face.map((value) => value / length),
      i * WIDTH,
    );
  }
  return vectors;
}

describe('layOutFaces', () => {
  const count = PEOPLE * FACES_EACH;
  const places = layOutFaces({ vectors: faces(count), width: WIDTH });

  it('puts next to a face one of the same person', () => {
    const distance = (i: number, j: number): number =>
      Math.hypot(places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!);
    let together = 0;
    for (let i = 0; i < count; i++) {
      let next = i === 0 ? 1 : 0;
      for (let j = 0; j < count; j++) if (j !== i && distance(i, j) < distance(i, next)) next = j;
      if (next % PEOPLE === i % PEOPLE) together++;
    }
    expect(together).toBeGreaterThanOrEqual(0.95 * count);
  });

  it('fills the picture without leaving it', () => {
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThanOrEqual(1);
    const spread = [0, 1].map((axis) => {
      const values = places.filter((_, i) => i % 2 === axis);
      return Math.max(...values) - Math.min(...values);
    });
    expect(Math.max(...spread)).toBeCloseTo(1, 5);
  });

  it('is the same each time', () => {
    expect(layOutFaces({ vectors: faces(count), width: WIDTH })).toEqual(places);
  });

  it.each([0, 1, 2, 3, 4, 5, 17])(
    'lays %d faces out inside the picture, each at a place of its own',
    (few) => {
      const small = layOutFaces({ vectors: faces(few), width: WIDTH });
      expect(small).toHaveLength(2 * few);
      expect(small.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(new Set(Array.from({ length: few }, (_, i) => `${small[2 * i]} ${small[2 * i + 1]}`)).size).toBe(
        few,
      );
    },
  );

  it('takes faces that are all the same', () => {
    const same = Float32Array.from({ length: 20 * WIDTH }, (_, i) => (i % WIDTH === 0 ? 1 : 0));
    expect(layOutFaces({ vectors: same, width: WIDTH }).every(Number.isFinite)).toBe(true);
  });
});
