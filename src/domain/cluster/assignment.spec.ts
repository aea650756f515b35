import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AssignmentPolicy, type ClusterPair, rankCandidates } from './ranked-candidate.js';
import { decideAssignment, type Probe } from './assignment.js';
import { linkageFromPair } from './calibration.js';
import { type Candidate, gatherCandidates } from './candidates.js';
import { decideImageAssignments } from './image-assignment.js';
import { DEFAULT_OPERATING_POINT } from './thresholds.js';

// Log odds 20·s − 6: even at .30, ask (.10) from .19, accept (.90) from .41, bridge (.95) from .447.
const pair = { slope: 20, intercept: -6, fittedOn: 'the test' };
const policy: AssignmentPolicy = {
  point: DEFAULT_OPERATING_POINT,
  calibration: { pair, linkage: linkageFromPair(pair) },
};
const probe: Probe = { faceId: 'f', imageId: 'i', contentKey: 'k', reasons: [] };
const together = (): ClusterPair => ({ apart: false, centroidSimilarity: 0.6 });
const apart = (): ClusterPair => ({ apart: true, centroidSimilarity: 0.6 });

function candidate(clusterId: string, similarity: number, more: Partial<Candidate> = {}): Candidate {
  return {
    clusterId,
    state: 'pending',
    faceCount: 1,
    centroidSimilarity: similarity,
    heldByHuman: false,
    cannotLink: false,
    holdsImage: false,
    similarity,
    topMean: similarity,
    exemplarFaceIds: [`face-of-${clusterId}`],
    links: [similarity],
    ...more,
  };
}

const arbitraryCandidates = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          similarity: fc.double({ min: 0, max: 1, noNaN: true }),
          state: fc.constantFrom('pending' as const, 'confirmed' as const, 'ignored' as const),
          faceCount: fc.integer({ min: 1, max: 200 }),
          heldByHuman: fc.boolean(),
          cannotLink: fc.boolean(),
          holdsImage: fc.boolean(),
        })
        .map(({ similarity, ...more }) => candidate(`c${id}`, similarity, more)),
    ),
  ),
);

describe('decideAssignment', () => {
  it('joins a cluster that is clearly the same person', () => {
    const decision = decideAssignment(probe, [candidate('a', 0.7)], policy, apart);
    expect(decision).toMatchObject({ kind: 'assign', clusterId: 'a', similarity: 0.7, bridges: [] });
  });

  it('asks in the band between ask and accept, and shows the candidates best first', () => {
    const decision = decideAssignment(probe, [candidate('a', 0.25), candidate('b', 0.3)], policy, apart);
    expect(decision.kind === 'ask' && decision.offered.map((offered) => offered.clusterId)).toEqual([
      'b',
      'a',
    ]);
  });

  it('founds a cluster when nobody comes near', () => {
    expect(decideAssignment(probe, [], policy, apart)).toMatchObject({ kind: 'create', probability: null });
    const far = decideAssignment(probe, [candidate('a', 0.1)], policy, apart);
    expect(far).toMatchObject({ kind: 'create', similarity: 0.1, evidence: { rule: 'below_ask' } });
  });

  it('asks when two clusters are too close to call', () => {
    const decision = decideAssignment(probe, [candidate('a', 0.55), candidate('b', 0.5)], policy, apart);
    expect(decision).toMatchObject({ kind: 'ask', evidence: { rule: 'margin' } });
  });

  it('joins two provisional clusters that one face clearly fits, under the larger one', () => {
    const decision = decideAssignment(
      probe,
      [candidate('a', 0.7), candidate('b', 0.65, { faceCount: 4 })],
      policy,
      together,
    );
    expect(decision).toMatchObject({ kind: 'assign', clusterId: 'b', bridges: ['a'] });
  });

  it('never bridges two clusters that are a human’s, and never dissolves one', () => {
    const both = [
      candidate('a', 0.7, { heldByHuman: true }),
      candidate('b', 0.68, { heldByHuman: true, faceCount: 9 }),
    ];
    expect(decideAssignment(probe, both, policy, together).kind).toBe('ask');
    const one = [candidate('a', 0.7, { faceCount: 50 }), candidate('b', 0.68, { heldByHuman: true })];
    expect(decideAssignment(probe, one, policy, together)).toMatchObject({ clusterId: 'b', bridges: ['a'] });
  });

  it('takes a rejected cluster out before it looks for the best', () => {
    const decision = decideAssignment(
      probe,
      [candidate('a', 0.9, { cannotLink: true }), candidate('b', 0.6)],
      policy,
      apart,
    );
    expect(decision).toMatchObject({ kind: 'assign', clusterId: 'b' });
    expect(decision.evidence.excluded).toEqual([{ clusterId: 'a', why: 'cannot_link' }]);
  });

  it('keeps an unclear face out of everything', () => {
    const blurred = { ...probe, reasons: ['face_blurred'] as const };
    const decision = decideAssignment(blurred, [candidate('a', 0.9)], policy, apart);
    expect(decision).toMatchObject({ kind: 'unclustered', reasons: ['face_blurred'] });
  });

  it('lets an ignored cluster absorb what is clearly its own, and lose every close race', () => {
    const hidden = candidate('a', 0.6, { state: 'ignored', heldByHuman: true });
    expect(decideAssignment(probe, [hidden], policy, apart)).toMatchObject({
      kind: 'assign',
      clusterId: 'a',
    });
    const named = candidate('b', 0.55, { state: 'confirmed', heldByHuman: true });
    expect(decideAssignment(probe, [hidden, named], policy, apart)).toMatchObject({
      kind: 'assign',
      clusterId: 'b',
    });
    const doubtful = candidate('a', 0.3, { state: 'ignored', heldByHuman: true });
    expect(decideAssignment(probe, [doubtful], policy, apart).kind).toBe('create');
  });

  it('answers every input and never depends on the order of candidates', () => {
    fc.assert(
      fc.property(arbitraryCandidates, fc.boolean(), fc.integer(), (candidates, near, seed) => {
        const lookup = near ? together : apart;
        const decision = decideAssignment(probe, candidates, policy, lookup);
        const shuffled = [...candidates].sort(
          (a, b) => (hash(a.clusterId, seed) - hash(b.clusterId, seed)) | 0,
        );
        expect(decideAssignment(probe, shuffled, policy, lookup)).toEqual(decision);
      }),
    );
  });

  it('never joins, bridges or offers a cluster that a human ruled out or that is in the photo', () => {
    fc.assert(
      fc.property(arbitraryCandidates, (candidates) => {
        const decision = decideAssignment(probe, candidates, policy, together);
        const chosen =
          decision.kind === 'assign'
            ? [decision.clusterId, ...decision.bridges]
            : decision.kind === 'ask'
              ? decision.offered.map((offered) => offered.clusterId)
              : [];
        for (const id of chosen) {
          const source = candidates.find((one) => one.clusterId === id)!;
          expect(source.cannotLink || source.holdsImage).toBe(false);
        }
        if (decision.kind === 'assign') {
          const held = candidates.filter((one) => chosen.includes(one.clusterId) && one.heldByHuman);
          expect(held.length).toBeLessThanOrEqual(1);
          expect(held.every((one) => one.clusterId === decision.clusterId)).toBe(true);
        }
      }),
    );
  });

  it('settles equal candidates by id', () => {
    const ranked = rankCandidates([candidate('b', 0.5), candidate('a', 0.5)], policy);
    expect(ranked.map((one) => one.clusterId)).toEqual(['a', 'b']);
  });
});

describe('decideImageAssignments', () => {
  const face = (id: string, candidates: Candidate[], contentKey = id) => ({
    probe: { ...probe, faceId: id, contentKey },
    candidates,
  });

  it('lets the closer of two faces keep the cluster; the other decides again without it', () => {
    const decisions = decideImageAssignments(
      [face('x', [candidate('a', 0.6), candidate('b', 0.45)]), face('y', [candidate('a', 0.8)])],
      policy,
      apart,
    );
    expect(decisions.map((one) => (one.kind === 'assign' ? one.clusterId : one.kind))).toEqual(['b', 'a']);
  });

  it('settles equal similarities by place in the photo, whatever the order of faces', () => {
    const x = face('x', [candidate('a', 0.8)], '2');
    const y = face('y', [candidate('a', 0.8)], '1');
    for (const order of [
      [x, y],
      [y, x],
    ]) {
      const decisions = decideImageAssignments(order, policy, apart);
      expect(decisions[order.indexOf(y)]!.kind).toBe('assign');
      expect(decisions[order.indexOf(x)]!.kind).toBe('create');
    }
  });

  it('never puts two faces of a photo into one cluster, bridged ones counted', () => {
    fc.assert(
      fc.property(fc.array(arbitraryCandidates, { maxLength: 5 }), (lists) => {
        const faces = lists.map((candidates, i) => face(`f${i}`, candidates));
        const used = decideImageAssignments(faces, policy, together).flatMap((one) =>
          one.kind === 'assign' ? [one.clusterId, ...one.bridges] : [],
        );
        expect(new Set(used).size).toBe(used.length);
      }),
    );
  });
});

describe('gatherCandidates', () => {
  const facts = {
    clusterId: 'a',
    state: 'pending' as const,
    faceCount: 3,
    centroidSimilarity: 0.5,
    heldByHuman: false,
    cannotLink: false,
    holdsImage: false,
  };

  it('counts a member that was not found as no closer than the floor', () => {
    const [found] = gatherCandidates(
      [{ faceId: 'x', clusterId: 'a', similarity: 0.7 }],
      [facts],
      DEFAULT_OPERATING_POINT,
    );
    expect(found!.topMean).toBeCloseTo((0.7 + 0.25 + 0.25) / 3, 9);
    expect(found!.similarity).toBe(0.7);
  });

  it('takes neighbours under the floor for no evidence', () => {
    expect(
      gatherCandidates([{ faceId: 'x', clusterId: 'a', similarity: 0.2 }], [facts], DEFAULT_OPERATING_POINT),
    ).toEqual([]);
  });
});

function hash(text: string, seed: number): number {
  let value = seed | 0;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 0x85ebca6b);
  return value;
}
