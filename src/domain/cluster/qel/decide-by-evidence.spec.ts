import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { syntheticFaces } from '../../evaluation/synthetic-faces.js';
import { DEFAULT_OPERATING_POINT } from '../thresholds.js';
import { parseEvidenceCalibration } from './calibration-file.js';
import { averageEvidence } from './average-evidence.js';
import { addFace, correctedCosine, cosineNoise, dot, emptyStatistics } from './cluster-statistics.js';
import { decideByEvidence, type EvidenceCandidate } from './decide-by-evidence.js';
import { noteLink } from './best-links.js';
import { faceWeight } from './face-weight.js';

const file = new URL('../../../../calibrations/synthetic.json', import.meta.url);
const calibration = parseEvidenceCalibration(JSON.parse(readFileSync(file, 'utf8')));
const faces = syntheticFaces({ seed: 3, people: 4, faces: 80, strangers: 1, unrecognisable: 0, hard: false });
const embedding = (face: number) => faces.embeddings.subarray(face * faces.width, (face + 1) * faces.width);
const statistics = (members: readonly number[]) => {
  const sum = emptyStatistics(faces.width);
  for (const face of members)
    addFace(sum, embedding(face), faceWeight(calibration.gain, faces.qualities[face]!));
  return sum;
};
const members = (person: number) =>
  Array.from(faces.people.keys()).filter(
    (face) => faces.people[face] === person && faces.qualities[face]! > 0.7,
  );
const probe = members(0)[0]!;
const candidate = (clusterId: string, list: readonly number[]): EvidenceCandidate => {
  const links: number[] = [];
  for (const face of list) noteLink(links, dot(embedding(probe), embedding(face)));
  const [one, all] = [statistics([probe]), statistics(list)];
  return {
    clusterId,
    state: 'pending',
    correctedCosine: correctedCosine(one, all, calibration.impostorMean),
    noise: cosineNoise(one, all),
    faceCount: list.length,
    links,
    cannotLink: false,
    samePhotoFaces: 0,
  };
};
const lists = new Map([
  ['own', members(0).slice(1, 9)],
  ['own too', members(0).slice(1, 9)],
  ['other', members(1).slice(0, 8)],
]);
const own = candidate('own', lists.get('own')!);
const ownToo = { ...own, clusterId: 'own too' };
const other = candidate('other', lists.get('other')!);
const onePerson = (a: string, b: string) =>
  averageEvidence(calibration, statistics(lists.get(a)!), statistics(lists.get(b)!)) >=
  calibration.average.stop;
/** Goes by single links only. */
const closeCall = {
  ...calibration,
  linkage: Float64Array.from([-4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
};
const decide = (candidates: readonly EvidenceCandidate[], gate: null | 'low_quality' = null) =>
  decideByEvidence(calibration, gate, candidates, DEFAULT_OPERATING_POINT, onePerson);

describe('decision at ingest', () => {
  it('joins the person, founds without one, and gives figures that explain it', () => {
    const decision = decide([other, own]);
    expect(decision).toMatchObject({ kind: 'assign', clusterId: 'own' });
    expect(decision.rows[0]).toMatchObject({ clusterId: 'own', faceCount: 8 });
    expect(decision.rows[0]!.probability).toBeGreaterThan(0.99);
    expect(decide([other]).kind).toBe('create');
    expect(decide([]).kind).toBe('create');
  });

  it('joins the best of two parts of one person without asking', () => {
    expect(decide([ownToo, own])).toMatchObject({ kind: 'assign', clusterId: 'own' });
  });

  it('asks when clusters of two people fit alike, whatever their order', () => {
    // The second cluster's average is another person's, but single faces of it are as close as those of the first.
    const lookAlike = { ...other, links: own.links };
    for (const candidates of [
      [own, lookAlike],
      [lookAlike, own],
    ]) {
      const decision = decideByEvidence(closeCall, null, candidates, DEFAULT_OPERATING_POINT, onePerson);
      expect(decision).toMatchObject({ kind: 'ask', rule: 'margin' });
      expect(decision.kind === 'ask' && decision.offered.map((row) => row.clusterId).sort()).toEqual([
        'other',
        'own',
      ]);
    }
  });

  it('never offers a cluster that a human ruled out, and neither joins nor founds with a face behind the gate', () => {
    expect(decide([{ ...own, cannotLink: true }])).toEqual({ kind: 'create', rows: [] });
    expect(decide([own], 'low_quality')).toMatchObject({ kind: 'unclustered', reason: 'low_quality' });
  });

  it('counts a second face of the photo as evidence against', () => {
    const [alone] = decide([own]).rows;
    const [mirrored] = decide([{ ...own, samePhotoFaces: 1 }]).rows;
    expect(alone!.logit - mirrored!.logit).toBeCloseTo(4, 9);
  });

  it('never asks about an ignored cluster', () => {
    const doubtful = own.links.map(() => 0.2);
    const ask = { accept: 0.999999, ask: 0.000001, marginLogit: 2 };
    const decideReadily = (state: 'pending' | 'ignored') =>
      decideByEvidence(closeCall, null, [{ ...own, links: doubtful, state }], ask, onePerson).kind;
    expect(decideReadily('pending')).toBe('ask');
    expect(decideReadily('ignored')).toBe('create');
    expect(decide([{ ...own, state: 'ignored' }])).toMatchObject({ kind: 'assign' });
  });

  it('lets an ignored cluster lose a close race without a question', () => {
    const hidden = { ...other, links: own.links, state: 'ignored' } as const;
    for (const ahead of [0, 0.5]) {
      const candidates = [own, { ...hidden, links: own.links.map((link) => link + ahead / 12) }];
      expect(decideByEvidence(closeCall, null, candidates, DEFAULT_OPERATING_POINT, onePerson)).toMatchObject(
        { kind: 'assign', clusterId: 'own' },
      );
    }
  });
});
