import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEvidenceCalibration } from '../cluster/qel/calibration-file.js';
import { exactNeighbours } from './exact-neighbours.js';
import { bestJoin, type JoinTrial, tryJoins } from './fit-join.js';
import { syntheticFaces } from './synthetic-faces.js';

const file = new URL('../../../calibrations/synthetic.json', import.meta.url);
const calibration = parseEvidenceCalibration(JSON.parse(readFileSync(file, 'utf8')));

/** For log odds of 0, .5, … 4 how pure (0..1) the groups of 100 faces are, and how much of each person they hold. */
const trial = (...shares: readonly (readonly [number, number])[]): JoinTrial => ({
  faces: 100,
  sums: Array.from({ length: 9 }, (_, i) => {
    const [precision, recall] = shares[Math.min(i, shares.length - 1)]!;
    return { precision: 100 * precision, recall: 100 * recall };
  }),
});

describe('the log odds from which groups are joined', () => {
  it('are the lowest where joining brings no look-alikes together', () => {
    expect(bestJoin([trial([1, 1], [1, 0.9])])).toBe(0);
  });

  it('are higher where it does: purity weighs twice as much as keeping a person in one group', () => {
    // The plain F is the same on all three; F½ is not.
    expect(bestJoin([trial([0.95, 0.99], [0.97, 0.97], [0.99, 0.951])])).toBe(1);
    expect(bestJoin([trial([0.98, 0.99], [0.985, 0.9], [1, 0.8])])).toBe(0);
  });

  it('are the lowest of those that are as good, and every face counts the same whatever its set', () => {
    expect(bestJoin([trial([0.99, 0.99], [0.9905, 0.99], [0.9, 0.9])])).toBe(0);
    const [few, many] = [trial([0.9, 1], [1, 1]), trial([1, 1], [0.99, 0.5])];
    expect(bestJoin([few])).toBe(0.5);
    expect(bestJoin([few, many, many, many])).toBe(0);
  });

  it('are tried for two groups of few faces alone, where the trial says so', () => {
    const faces = syntheticFaces({
      seed: 3,
      people: 12,
      faces: 24,
      strangers: 9,
      unrecognisable: 0,
      hard: true,
    });
    const set = { name: 'few', faces, graph: exactNeighbours(faces.embeddings, faces.width, 0.05) };
    // Stage 1 joins nothing here: all is left to the log odds of evidence 2.
    const linking = { ...calibration, average: { ...calibration.average, stop: 1e6 } };
    const none = { joinLogOddsMin: 20, joinLogOddsMinOfFew: 20 };
    const recallOf = (figuresOf?: (logOdds: number) => typeof none): number =>
      tryJoins(set, linking, () => true, figuresOf).sums[0]!.recall;
    const neither = recallOf(() => none);
    const few = recallOf((joinLogOddsMinOfFew) => ({ ...none, joinLogOddsMinOfFew }));
    const many = recallOf((joinLogOddsMin) => ({ ...none, joinLogOddsMin }));
    expect(few).toBeGreaterThan(neither);
    // No group has come to five pairs of faces yet.
    expect(many).toBe(neither);
    expect(recallOf()).toBeGreaterThanOrEqual(few);
  });

  it('are judged by the faces that count, in the groups of everybody', () => {
    const faces = syntheticFaces({
      seed: 3,
      people: 12,
      faces: 150,
      strangers: 20,
      unrecognisable: 0,
      hard: true,
    });
    const set = { name: 'few', faces, graph: exactNeighbours(faces.embeddings, faces.width, 0.05) };
    const joinsAll = {
      ...calibration,
      links: { similarityMin: 0.05, ingestSimilarityMin: 0.05, missingSimilarity: 0.05 },
      linkage: calibration.linkage.map((weight, i) => (i === 0 ? weight + 30 : weight)),
    };
    const all = tryJoins(set, joinsAll, () => true);
    const some = tryJoins(set, joinsAll, (face) => face % 3 === 0);
    expect([all.faces, some.faces]).toEqual([170, 57]);
    // Everybody who has a link lies in one group: a face that counts alone among the others is no purer for it.
    const purity = ({ faces: n, sums }: JoinTrial): number => sums[0]!.precision / n;
    expect(purity(all)).toBeLessThan(0.6);
    expect(purity(some)).toBeLessThan(0.6);
    expect(purity(tryJoins(set, calibration, () => true))).toBeGreaterThan(0.9);
  });
});
