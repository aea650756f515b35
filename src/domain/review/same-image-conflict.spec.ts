import { describe, expect, it } from 'vitest';
import type { AssignmentPolicy, PairLookup } from '../cluster/ranked-candidate.js';
import { linkageFromPair } from '../cluster/calibration.js';
import type { Candidate } from '../cluster/candidates.js';
import type { ClusterFacts, FaceFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { decideImageAssignments, type ProbeWithCandidates } from '../cluster/image-assignment.js';
import { operatingPoint } from '../cluster/thresholds.js';
import { findSameImageConflicts } from './same-image-conflict.js';
import { planSameImageDecision, type SameImageConflictDecision } from './same-image-conflict-effects.js';

const PAIR = { slope: 20, intercept: -6, fittedOn: 'the test' };
const policy: AssignmentPolicy = {
  calibration: { pair: PAIR, linkage: linkageFromPair(PAIR) },
  point: operatingPoint(),
};
const apart: PairLookup = () => ({ apart: true, centroidSimilarity: -1 });
const candidate = (
  clusterId: string,
  similarity: number,
  state: Candidate['state'] = 'confirmed',
): Candidate => ({
  clusterId,
  state,
  faceCount: 1,
  similarity,
  topMean: similarity,
  centroidSimilarity: similarity,
  exemplarFaceIds: [`${clusterId}1`],
  links: [similarity],
  heldByHuman: state === 'confirmed',
  cannotLink: false,
  holdsImage: false,
});
const probe = (faceId: string, ...candidates: Candidate[]): ProbeWithCandidates => ({
  probe: { faceId, imageId: 'photo', contentKey: faceId, reasons: [] },
  candidates,
});
const conflicts = (...faces: ProbeWithCandidates[]) =>
  findSameImageConflicts(faces, decideImageAssignments(faces, policy, apart), policy, apart);

describe('findSameImageConflicts', () => {
  it('finds the face that would have joined, had no closer one of the photo done so', () => {
    const found = conflicts(probe('x', candidate('ann', 0.6)), probe('y', candidate('ann', 0.8)));
    expect(found).toMatchObject([
      {
        clusterId: 'ann',
        confirmed: true,
        holder: { face_id: 'y', similarity: 0.8 },
        challenger: { face_id: 'x', similarity: 0.6 },
      },
    ]);
  });

  it('finds none when the second face is not clearly this person', () => {
    expect(conflicts(probe('x', candidate('ann', 0.35)), probe('y', candidate('ann', 0.8)))).toEqual([]);
  });

  it('finds none when the second face is clearly somebody else', () => {
    expect(
      conflicts(probe('x', candidate('ann', 0.5), candidate('eve', 0.9)), probe('y', candidate('ann', 0.8))),
    ).toEqual([]);
  });

  it('names only the closest of several losers, whatever the order, and asks nothing about hidden people', () => {
    const faces = [0.6, 0.7, 0.9].map((similarity) => probe(`f${similarity}`, candidate('ann', similarity)));
    for (const order of [faces, [...faces].reverse()]) {
      expect(conflicts(...order)).toMatchObject([{ challenger: { face_id: 'f0.7' } }]);
    }
    const hidden = faces.map(({ probe: one }) => probe(one.faceId, candidate('ann', 0.8, 'ignored')));
    expect(conflicts(...hidden)).toEqual([]);
  });
});

const face = (id: string, patch: Partial<FaceFacts> = {}): FaceFacts => ({
  id,
  imageId: id,
  clusterId: 'ann',
  state: 'active',
  locked: false,
  quality: 0.9,
  ...patch,
});
const cluster = (id: string, faces: readonly FaceFacts[]): ClusterFacts => ({
  id,
  state: 'pending',
  label: null,
  externalRef: null,
  faces,
});

describe('the answers to a conflict within one photo', () => {
  const holder = face('h', { imageId: 'photo' });
  const challenger = face('c', { imageId: 'photo', clusterId: 'own' });
  const answer = (
    decision: SameImageConflictDecision,
    { locked = false, constraints = [] as readonly Constraint[] } = {},
  ) => {
    const held = { ...holder, locked };
    return planSameImageDecision(decision, {
      itemId: 'item',
      holder: held,
      challenger,
      cluster: cluster('ann', [held, face('a1')]),
      own: cluster('own', [challenger]),
      constraints,
      newClusterId: 'new',
    }).changes;
  };
  const cannotLinks = (changes: ReturnType<typeof answer>): string[] =>
    changes
      .flatMap((change) =>
        change.do === 'add_constraint' && change.kind === 'cannot_link'
          ? [`${change.faceA} ${change.faceB}`]
          : [],
      )
      .sort();

  it('keep_one locks the holder and keeps the other out', () => {
    const changes = answer({ decision: 'keep_one', faceId: 'h', override: false });
    expect(changes).toContainEqual({ do: 'lock_face', faceId: 'h' });
    expect(cannotLinks(changes)).toEqual(['a1 c', 'c h']);
  });

  it('keep_one of the other sends the holder away, and keeps it out', () => {
    const changes = answer({ decision: 'keep_one', faceId: 'c', override: false });
    expect(changes).toContainEqual(
      expect.objectContaining({ do: 'move_face', faceId: 'c', toClusterId: 'ann', locked: true }),
    );
    expect(changes).toContainEqual(
      expect.objectContaining({ do: 'move_face', faceId: 'h', toClusterId: 'new', locked: false }),
    );
    expect(cannotLinks(changes)).toEqual(['a1 h', 'c h']);
  });

  it('a holder whom a human put there leaves only by override', () => {
    const decision = { decision: 'keep_one', faceId: 'c' } as const;
    expect(() => answer({ ...decision, override: false }, { locked: true })).toThrow('constraint.conflict');
    expect(answer({ ...decision, override: true }, { locked: true }).length).toBeGreaterThan(0);
  });

  it('both locks both and remembers that the photo may show the person twice', () => {
    const changes = answer({ decision: 'both', override: false });
    expect(changes).toContainEqual({
      do: 'add_constraint',
      kind: 'same_image_ok',
      faceA: 'c',
      faceB: 'h',
    });
    expect(changes).toContainEqual(
      expect.objectContaining({ do: 'move_face', faceId: 'c', toClusterId: 'ann', locked: true }),
    );
    const constraints: Constraint[] = [
      { id: 'k', kind: 'cannot_link', faceA: 'a1', faceB: 'c', operationId: 'op' },
    ];
    expect(() => answer({ decision: 'both', override: false }, { constraints })).toThrow(
      'constraint.conflict',
    );
  });

  it('neither keeps both out', () => {
    const changes = answer({ decision: 'neither', override: false });
    expect(cannotLinks(changes)).toEqual(['a1 c', 'a1 h']);
    expect(changes).toContainEqual(
      expect.objectContaining({ do: 'move_face', faceId: 'h', toClusterId: 'new' }),
    );
  });

  it('refuses a third face', () => {
    expect(() => answer({ decision: 'keep_one', faceId: 'a1', override: false })).toThrow(
      'review_item.decision_invalid',
    );
  });
});
