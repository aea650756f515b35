import { describe, expect, it } from 'vitest';
import { fewPhotosEach, labelledFacesOf, partsByPerson, type PhotoFace } from './photo-faces.js';

const face = (person: string, n: number, damage: PhotoFace['damage'] = null): PhotoFace => ({
  person,
  damage,
  contentKey: `${person} ${n} ${damage ?? ''}`,
  embedding: Float32Array.of(1, 0, 0, 0),
  quality: 0.9,
});

describe('faces of labelled photos', () => {
  it('are of people, of strangers seen once, or of nobody, and each nobody is another', () => {
    const faces = [face('a', 1), face('b', 1), face('a', 1, 'blurred'), face('a', 2), face('b', 1, 'erased')];
    const { kinds, people, count, width } = labelledFacesOf(faces, 4);
    expect({ kinds, count, width }).toEqual({
      kinds: ['person', 'stranger', 'unrecognisable', 'person', 'unrecognisable'],
      count: 5,
      width: 4,
    });
    expect(people[0]).toBe(people[3]);
    expect(new Set(people).size).toBe(4);
  });

  it('cannot be none', () => {
    expect(() => labelledFacesOf([], 4)).toThrow(RangeError);
  });

  it('are dealt to parts by person, every face to one part, whatever their order', () => {
    const faces = Array.from({ length: 60 }, (_, i) => face(`person ${i % 17}`, i));
    const parts = partsByPerson(faces, 3, 1);
    expect(parts.flat()).toHaveLength(60);
    for (const { person } of faces)
      expect(parts.filter((part) => part.some((one) => one.person === person))).toHaveLength(1);
    const turned = partsByPerson([...faces].reverse(), 3, 1);
    const keys = (part: readonly PhotoFace[]): string[] => part.map(({ contentKey }) => contentKey).sort();
    expect(turned.map(keys)).toEqual(parts.map(keys));
  });

  it('are drawn for galleries of few photos each: everybody is there, nobody too often, whatever their order', () => {
    const faces = Array.from({ length: 60 }, (_, i) => face(i < 3 ? 'seldom' : `person ${i % 5}`, i));
    const drawn = fewPhotosEach(faces, 2, 1);
    const counts = new Map<string, number>();
    for (const { person } of drawn) counts.set(person, (counts.get(person) ?? 0) + 1);
    expect([...counts.values()]).toEqual([2, 2, 2, 2, 2, 2]);
    expect(fewPhotosEach([...faces].reverse(), 2, 1)).toEqual(drawn);
    expect(fewPhotosEach(faces, 2, 2)).not.toEqual(drawn);
  });
});
