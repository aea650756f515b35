// Faces of labelled photos in the form that calibrations are fitted on and algorithms are judged by.
import type { Damage } from './damage-face.js';
import { seededRandom } from './seeded-random.js';
import type { LabelledFaces, SyntheticKind } from './synthetic-faces.js';

export interface PhotoFace {
  readonly person: string;
  /** Made unrecognisable: it shows nobody, whoever it was. */
  readonly damage: Damage | null;
  /** Names the face whatever the order of the photos; unique. */
  readonly contentKey: string;
  readonly embedding: Float32Array;
  /** 0..1 */
  readonly quality: number;
}

/** @param width Values of an embedding. @throws RangeError without faces. */
export function labelledFacesOf(faces: readonly PhotoFace[], width: number): LabelledFaces {
  if (faces.length === 0) throw new RangeError('there are no labelled faces');
  const photos = new Map<string, number>();
  for (const { person, damage } of faces)
    if (damage === null) photos.set(person, (photos.get(person) ?? 0) + 1);
  const numbers = new Map<string, number>();
  let next = 0;
  const numberOf = ({ person, damage }: PhotoFace): number => {
    if (damage !== null) return next++;
    const known = numbers.get(person) ?? next++;
    numbers.set(person, known);
    return known;
  };
  const embeddings = new Float32Array(faces.length * width);
  for (const [i, { embedding }] of faces.entries()) embeddings.set(embedding, i * width);
  return {
    count: faces.length,
    width,
    embeddings,
    qualities: Float32Array.from(faces, ({ quality }) => quality),
    people: Int32Array.from(faces, numberOf),
    kinds: faces.map(({ person, damage }): SyntheticKind => {
      if (damage !== null) return 'unrecognisable';
      return photos.get(person) === 1 ? 'stranger' : 'person';
    }),
    contentKeys: faces.map(({ contentKey }) => contentKey),
  };
}

/** Parts for cross-validation: all photos of a person are in one part. @param count Parts, at least 2. */
export function partsByPerson<T extends Pick<PhotoFace, 'person'>>(
  faces: readonly T[],
  count: number,
  seed: number,
): T[][] {
  const random = seededRandom(seed);
  const partOf = new Map<string, number>();
  const people = [...new Set(faces.map(({ person }) => person))].sort();
  // Dealt out in a random order, so that parts hold equally many.
  const shuffled = people.map((person) => ({ person, at: random.uniform() })).sort((a, b) => a.at - b.at);
  for (const [i, { person }] of shuffled.entries()) partOf.set(person, i % count);
  return Array.from({ length: count }, (_, part) =>
    faces.filter(({ person }) => partOf.get(person) === part),
  );
}

/** A gallery as tenants begin: at most `max` photos of each person, drawn by chance. The order of the faces does not matter. */
export function fewPhotosEach<T extends Pick<PhotoFace, 'person' | 'contentKey'>>(
  faces: readonly T[],
  max: number,
  seed: number,
): T[] {
  const random = seededRandom(seed);
  const taken = new Map<string, number>();
  return [...faces]
    .sort((a, b) => (a.contentKey < b.contentKey ? -1 : 1))
    .map((face) => ({ face, at: random.uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ face }) => face)
    .filter(({ person }) => {
      const before = taken.get(person) ?? 0;
      taken.set(person, before + 1);
      return before < max;
    });
}
