import { describe, expect, it } from 'vitest';
import type { Constraint } from './constraints.js';
import { imagesInBoth } from './same-image.js';

const face = (id: string, imageId: string) => ({ id, imageId });
const ok = (faceA: string, faceB: string, kind: Constraint['kind'] = 'same_image_ok'): Constraint => ({
  id: 'k',
  kind,
  faceA,
  faceB,
  operationId: 'op',
});

describe('imagesInBoth', () => {
  const a = [face('a1', 'beach'), face('a2', 'party')];
  const b = [face('b1', 'beach'), face('b2', 'garden')];

  it('names the photos that show both', () => {
    expect(imagesInBoth(a, b, [])).toEqual(['beach']);
    expect(imagesInBoth(a, [face('b2', 'garden')], [])).toEqual([]);
  });

  it('leaves out a photo that a human excused, in whatever clusters its two faces are', () => {
    expect(imagesInBoth(a, b, [ok('a1', 'b1')])).toEqual([]);
    // Both anchors in one cluster: the photo is a collage, a third face of it may come.
    expect(imagesInBoth([...a, face('a3', 'beach')], b, [ok('a1', 'a3')])).toEqual([]);
  });

  it('excuses no other photo, and nothing when one of the two faces is elsewhere', () => {
    expect(imagesInBoth(a, b, [ok('a1', 'elsewhere')])).toEqual(['beach']);
    expect(imagesInBoth(a, b, [ok('a1', 'b1', 'must_link')])).toEqual(['beach']);
    expect(imagesInBoth(a, [face('b1', 'party')], [ok('a1', 'x')])).toEqual(['party']);
  });
});
