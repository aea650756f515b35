import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exactNeighbours, graphOfPairs, type SimilarPair } from '../../evaluation/exact-neighbours.js';
import { namedAgreement } from '../../evaluation/partition-metrics.js';
import { permutation, seededRandom } from '../../evaluation/seeded-random.js';
import { syntheticFaces } from '../../evaluation/synthetic-faces.js';
import { parseEvidenceCalibration } from './calibration-file.js';
import { consolidate } from './consolidate.js';
import type { ConsolidationInput, FacePair, HumanWord } from './consolidation-input.js';
import { NO_HUMAN_WORD } from './consolidation-input.js';
import type { EvidenceCalibration } from './evidence-calibration.js';

const file = new URL('../../../../calibrations/synthetic.json', import.meta.url);
const fitted = parseEvidenceCalibration(JSON.parse(readFileSync(file, 'utf8')));
/** Joins far too readily: constraints and ties have something to hold against. */
const eager: EvidenceCalibration = {
  ...fitted,
  links: { similarityMin: 0.12, ingestSimilarityMin: 0.12, missingSimilarity: 0.1 },
  average: { ...fitted.average, stop: -4 },
  linkage: fitted.linkage.map((weight, i) => (i === 0 ? weight + 5 : weight)),
};

const pool = syntheticFaces({ seed: 11, people: 9, faces: 60, strangers: 6, unrecognisable: 6, hard: true });
const PHOTOS = 40;
const pairs: SimilarPair[] = pairsOf(pool.embeddings, pool.width, 0.12);

function pairsOf(embeddings: Float32Array, width: number, similarityMin: number): SimilarPair[] {
  const graph = exactNeighbours(embeddings, width, similarityMin);
  const found: SimilarPair[] = [];
  for (let a = 0; a + 1 < graph.offsets.length; a++) {
    for (let at = graph.offsets[a]!; at < graph.offsets[a + 1]!; at++) {
      const b = graph.neighbours[at]!;
      if (a < b) found.push({ a, b, similarity: graph.similarities[at]! });
    }
  }
  return found;
}

/** Some faces of the pool in some order, with human words about faces of the pool. */
function inputOf(present: readonly number[], human: HumanWord = NO_HUMAN_WORD): ConsolidationInput {
  const place = new Map(present.map((face, i) => [face, i]));
  const embeddings = new Float32Array(present.length * pool.width);
  for (const [i, face] of present.entries())
    embeddings.set(pool.embeddings.subarray(face * pool.width, (face + 1) * pool.width), i * pool.width);
  const here = ({ a, b }: FacePair): FacePair[] => {
    const [placeA, placeB] = [place.get(a), place.get(b)];
    return placeA === undefined || placeB === undefined ? [] : [{ a: placeA, b: placeB }];
  };
  return {
    faces: {
      width: pool.width,
      embeddings,
      qualities: present.map((face) => pool.qualities[face]!),
      contentKeys: present.map((face) => pool.contentKeys[face]!),
      photos: present.map((face) => face % PHOTOS),
    },
    neighbours: graphOfPairs(
      present.length,
      pairs.flatMap((pair) => here(pair).map((found) => ({ ...found, similarity: pair.similarity }))),
    ),
    human: {
      mustLinks: human.mustLinks.flatMap(here),
      cannotLinks: human.cannotLinks.flatMap(here),
      held: human.held.map((faces) => faces.flatMap((face) => (place.has(face) ? [place.get(face)!] : []))),
    },
  };
}

const everybody = Array.from({ length: pool.count }, (_, i) => i);
/** The group of each face by content key of the group's first face: comparable between orders. */
const named = (present: readonly number[], groupOf: Int32Array): Map<number, string> =>
  new Map(present.map((face, i) => [face, pool.contentKeys[present[groupOf[i]!]!]!]));

function randomWord(seed: number, count: number): HumanWord {
  const random = seededRandom(seed);
  const pair = (): FacePair => {
    const a = random.below(pool.count);
    return { a, b: (a + 1 + random.below(pool.count - 1)) % pool.count };
  };
  return {
    mustLinks: Array.from({ length: count }, pair),
    cannotLinks: Array.from({ length: 2 * count }, pair),
    held: [],
  };
}

describe('consolidation', () => {
  it('finds the people', () => {
    const groups = consolidate(inputOf(everybody), fitted).groupOf;
    const truth = everybody.map((face) => String(pool.people[face]));
    expect(namedAgreement(truth, [...groups].map(String)).bcubed.f).toBeGreaterThan(0.95);
  });

  it('gives the same groups to the last face, merge and bit of evidence in every order of arrival', () => {
    for (const calibration of [fitted, eager]) {
      const human = randomWord(5, 6);
      const first = consolidate(inputOf(everybody, human), calibration);
      for (let seed = 1; seed <= 15; seed++) {
        const order = [...permutation(pool.count, seed)];
        const again = consolidate(inputOf(order, human), calibration);
        expect(named(order, again.groupOf)).toEqual(named(everybody, first.groupOf));
        expect(again.openPairs.map((pair) => pair.logit)).toEqual(first.openPairs.map((pair) => pair.logit));
        expect(again.merges.map((merge) => [merge.logit, merge.part.map((face) => order[face])])).toEqual(
          first.merges.map((merge) => [merge.logit, merge.part]),
        );
      }
    }
  });

  it('breaks no cannot-link, and no must-link that it did not name as contradicted', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const human = randomWord(seed, 1 + (seed % 12));
      const { groupOf, refusedMustLinks } = consolidate(inputOf(everybody, human), eager);
      for (const { a, b } of human.cannotLinks) expect(groupOf[a]).not.toBe(groupOf[b]);
      const refused = new Set(refusedMustLinks.map(({ a, b }) => `${a} ${b}`));
      for (const { a, b } of human.mustLinks)
        if (!refused.has(`${a} ${b}`)) expect(groupOf[a]).toBe(groupOf[b]);
    }
  });

  it('never joins two clusters that humans hold, and says where evidence would', () => {
    const person = everybody.filter((face) => pool.people[face] === 0 && pool.qualities[face]! > 0.6);
    const held = [person.slice(0, 3), person.slice(3, 6)];
    const { groupOf, openPairs } = consolidate(inputOf(everybody, { ...NO_HUMAN_WORD, held }), fitted);
    for (const list of held) for (const face of list) expect(groupOf[face]).toBe(groupOf[list[0]!]);
    expect(groupOf[held[0]![0]!]).not.toBe(groupOf[held[1]![0]!]);
    expect(openPairs.filter((pair) => pair.obstacle === 'both_held').map((pair) => pair.logit > 0)).toEqual([
      true,
    ]);
  });

  it('lets a face that shows nobody found nothing and bridge nothing', () => {
    const { groupOf, gate } = consolidate(inputOf(everybody), fitted);
    const nobodies = everybody.filter((face) => pool.kinds[face] === 'unrecognisable');
    expect(nobodies.every((face) => gate[face] !== null)).toBe(true);
    expect(new Set(nobodies.map((face) => groupOf[face])).size).toBe(nobodies.length);
  });

  it('holds two faces of one photo apart unless the evidence is overwhelming', () => {
    const shared = inputOf(everybody);
    const photos = everybody.map((face) => (pool.people[face] === 0 ? face % 2 : 100 + face));
    const input = { ...shared, faces: { ...shared.faces, photos } };
    const free = { ...shared, faces: { ...shared.faces, photos: everybody } };
    const groupsOf = (groupOf: Int32Array) =>
      new Set(everybody.filter((face) => pool.people[face] === 0).map((face) => groupOf[face])).size;
    expect(groupsOf(consolidate(input, fitted).groupOf)).toBeGreaterThan(
      groupsOf(consolidate(free, fitted).groupOf),
    );
  });

  it('refuses two faces with one content key', () => {
    const input = inputOf([0, 1]);
    expect(() =>
      consolidate({ ...input, faces: { ...input.faces, contentKeys: ['a', 'a'] } }, fitted),
    ).toThrow(RangeError);
  });
});
