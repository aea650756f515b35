import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { syntheticFaces } from '../../evaluation/synthetic-faces.js';
import { DEFAULT_OPERATING_POINT } from '../thresholds.js';
import { parseEvidenceCalibration } from './calibration-file.js';
import { addFace, dot, emptyStatistics } from './cluster-statistics.js';
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
  return {
    clusterId,
    state: 'pending',
    statistics: statistics(list),
    links,
    cannotLink: false,
    samePhotoFaces: 0,
  };
};
const own = candidate('own', members(0).slice(1, 9));
const ownToo = { ...own, clusterId: 'own too' };
const other = candidate('other', members(1).slice(0, 8));
/** Goes by single links only. */
const closeCall = {
  ...calibration,
  linkage: Float64Array.from([-4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
};
const decide = (candidates: readonly EvidenceCandidate[], gate: null | 'low_quality' = null) =>
  decideByEvidence(calibration, statistics([probe]), gate, candidates, DEFAULT_OPERATING_POINT);

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
    const lookAlike = { ...other, clusterId: 'own too', links: own.links };
    for (const candidates of [
      [own, lookAlike],
      [lookAlike, own],
    ]) {
      const decision = decideByEvidence(
        closeCall,
        statistics([probe]),
        null,
        candidates,
        DEFAULT_OPERATING_POINT,
      );
      expect(decision).toMatchObject({ kind: 'ask', rule: 'margin' });
      expect(decision.kind === 'ask' && decision.offered.map((row) => row.clusterId).sort()).toEqual([
        'own',
        'own too',
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
      decideByEvidence(closeCall, statistics([probe]), null, [{ ...own, links: doubtful, state }], ask).kind;
    expect(decideReadily('pending')).toBe('ask');
    expect(decideReadily('ignored')).toBe('create');
    expect(decide([{ ...own, state: 'ignored' }])).toMatchObject({ kind: 'assign' });
  });
});
