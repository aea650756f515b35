import { describe, expect, it } from 'vitest';
import type { PlanKind } from './change-plan.js';
import { explainFace, type ExplanationFacts } from './explanation.js';
import type { RecordedCandidate, RecordedDecision } from './operation-details.js';
import type { WordedOperation } from './operation-words.js';
import { type FaceDelta, NO_CHANGES } from './recorded-changes.js';

const NAMES: Record<string, string> = { ann: '“Ann”', bea: '“Bea”', own: 'an unnamed cluster' };
const nameOf = (id: string): string => NAMES[id] ?? 'a cluster that is gone';

const candidate = (cluster_id: string, probability: number): RecordedCandidate => ({
  cluster_id,
  probability,
  face_count: 3,
  similarity: 0.5,
  top_mean: 0.5,
  centroid_similarity: 0.5,
  logit: 0,
  face_ids: [],
});
const decided = (patch: Partial<RecordedDecision>): RecordedDecision => ({
  face_id: 'f',
  decision: 'assign',
  cluster_id: 'ann',
  bridges: [],
  rule: 'over_accept',
  accept: 0.9,
  ask: 0.1,
  margin_logit: 2,
  candidates: [candidate('ann', 0.97), candidate('bea', 0.955)],
  excluded: [],
  ...patch,
});
const moved = (from: string | null, to: string | null): FaceDelta => ({
  ids: ['f'],
  before: { cluster_id: from },
  after: { cluster_id: to },
});
const fixed: FaceDelta = { ids: ['f'], before: { locked: false }, after: { locked: true } };
const after = (
  kind: PlanKind,
  delta: FaceDelta,
  details: Partial<WordedOperation['details']> = {},
): WordedOperation => ({
  kind,
  changes: { ...NO_CHANGES, faces_changed: [delta] },
  details: { decisions: [], answer: null, undoes: null, placeless: [], ...details },
});
const explain = (
  patch: Partial<ExplanationFacts['face']>,
  rest: Partial<Omit<ExplanationFacts, 'face'>> = {},
): string =>
  explainFace({
    face: { id: 'f', clusterId: 'ann', state: 'active', locked: false, reasons: [], ...patch },
    decision: decided({}),
    operations: [],
    asked: false,
    nameOf,
    ...rest,
  });
const answer = (decision: string) => ({ answer: { decision, item_id: 'i' } });

describe('the explanation of a face that stayed where the machine put it', () => {
  it.each<[string, Partial<ExplanationFacts['face']>, Partial<RecordedDecision>, boolean, string]>([
    [
      'joined',
      {},
      {},
      false,
      'The machine put it with “Ann”: it is 97 % likely to be the same person, and 90 % are enough.',
    ],
    [
      'bridged',
      {},
      { rule: 'bridge', bridges: ['x'] },
      false,
      'The machine put it with “Ann”: it clearly fits several clusters (97 % for the best, 90 % are enough), which showed these to be one person, so they were joined.',
    ],
    [
      'asked about, open',
      { clusterId: 'own' },
      { decision: 'ask', rule: 'ask_band', candidates: [candidate('ann', 0.62)] },
      true,
      'The machine is not sure: “Ann” comes closest with 62 %, which is less than the 90 % that are enough and not under the 10 % that rule a person out. Until a human answers it has a provisional cluster of its own.',
    ],
    [
      'asked about, closed without an answer',
      { clusterId: 'own' },
      { decision: 'ask', rule: 'ask_band', candidates: [candidate('ann', 0.62)] },
      false,
      'The machine is not sure: “Ann” comes closest with 62 %, which is less than the 90 % that are enough and not under the 10 % that rule a person out. Nobody has said who it is; it stays in its provisional cluster.',
    ],
    [
      'between two',
      { clusterId: 'own' },
      { decision: 'ask', rule: 'margin' },
      true,
      'The machine is not sure: “Ann” (97 %) and “Bea” (96 %) are too close to each other. Until a human answers it has a provisional cluster of its own.',
    ],
    [
      'between one and a hidden one',
      { clusterId: 'own' },
      { decision: 'ask', rule: 'margin', candidates: [candidate('ann', 0.97)] },
      true,
      'The machine is not sure: the candidates are too close to each other. Until a human answers it has a provisional cluster of its own.',
    ],
    [
      'founded, somebody was near',
      { clusterId: 'own' },
      { decision: 'create', rule: 'below_ask', candidates: [candidate('ann', 0.03)] },
      false,
      'The machine founded a new cluster with it: the closest, “Ann”, is 3 % likely to be the same person, which is under the 10 % from which it asks.',
    ],
    [
      'founded, nobody was near',
      { clusterId: 'own' },
      { decision: 'create', rule: 'no_candidate', candidates: [] },
      false,
      'The machine founded a new cluster with it, because it resembles nobody.',
    ],
    [
      'founded, the near ones were ruled out',
      { clusterId: 'own' },
      {
        decision: 'create',
        rule: 'no_candidate',
        candidates: [],
        excluded: [{ cluster_id: 'ann', why: 'same_image' }],
      },
      false,
      'The machine founded a new cluster with it: whoever it resembles is ruled out by a human’s word or is in the same photo.',
    ],
    [
      'not clear enough',
      { clusterId: null, state: 'unclustered', reasons: ['face_small', 'face_blurred'] },
      { decision: 'unclustered', rule: 'quality_gate', cluster_id: null, candidates: [] },
      false,
      'It belongs to nobody, because it is too small and it is blurred: the machine does not group such faces by itself.',
    ],
  ])('%s', (_, face, decision, asked, expected) => {
    expect(explain(face, { decision: decided(decision), asked })).toBe(expected);
  });

  it('rounds no chance up to certainty', () => {
    expect(explain({}, { decision: decided({ candidates: [candidate('ann', 0.9996)] }) })).toContain(
      'it is over 99 % likely',
    );
  });

  it('says the place alone when the reason was recorded in another way', () => {
    expect(explain({}, { decision: null })).toBe('It is with “Ann”.');
    expect(explain({ clusterId: null }, { decision: null })).toBe('It belongs to nobody.');
  });
});

describe('the explanation of a face that something happened to', () => {
  const nobody = { clusterId: null, state: 'unclustered', locked: true } as const;
  const here = { locked: true };
  const STAYS = ' The machine does not move it.';
  it.each<[string, Partial<ExplanationFacts['face']>, WordedOperation, string]>([
    ['moved', here, after('face_move', moved('bea', 'ann')), `A human moved it from “Bea” to “Ann”.${STAYS}`],
    [
      'confirmed by a move to where it was',
      here,
      after('face_move', fixed),
      `A human confirmed that it belongs to “Ann”.${STAYS}`,
    ],
    [
      'taken out',
      nobody,
      after('face_move', moved('bea', null)),
      `A human took it out of “Bea”; it belongs to nobody.${STAYS}`,
    ],
    [
      'merged',
      {},
      after('cluster_merge', moved('own', 'ann')),
      'It was in an unnamed cluster, which a human merged into “Ann”.',
    ],
    [
      'split off',
      { clusterId: 'own', locked: true },
      after('cluster_split', moved('ann', 'own')),
      `A human split “Ann” and put it into an unnamed cluster.${STAYS}`,
    ],
    [
      'left by a split',
      here,
      after('cluster_split', fixed),
      `A human split its cluster and left it in “Ann”.${STAYS}`,
    ],
    [
      'put into a new person',
      here,
      after('cluster_create', moved('own', 'ann')),
      `A human put it into “Ann” when making it.${STAYS}`,
    ],
    [
      'dissolved',
      nobody,
      after('cluster_delete', moved('bea', null)),
      `A human took its cluster apart; it belongs to nobody.${STAYS}`,
    ],
    [
      'bridged later',
      {},
      after('assign', moved('own', 'ann')),
      'The machine joined an unnamed cluster, where it was, to “Ann”, because a later photo clearly showed both to be one person.',
    ],
    [
      'named by its photo',
      {},
      after('import_label', moved('own', 'ann')),
      'The name “Ann” came with its photo.',
    ],
    [
      'accepted',
      here,
      after(
        'review_decision',
        { ...moved('own', 'ann'), after: { cluster_id: 'ann', locked: true } },
        answer('accept'),
      ),
      `A human answered that it is “Ann”.${STAYS}`,
    ],
    [
      'came along with an accepted one',
      {},
      after('review_decision', moved('own', 'ann'), answer('accept')),
      'It was in one cluster with a face of which a human answered that it is “Ann”.',
    ],
    [
      'rejected by all',
      { clusterId: null, state: 'unclustered' },
      after('review_decision', moved('own', null), answer('reject')),
      'A human answered that it is none of the candidates; it belongs to nobody.',
    ],
    [
      'rejected, then the next',
      {},
      after('review_decision', moved('own', 'ann'), answer('reject')),
      'A human answered that it is none of the better candidates; the next one, “Ann”, was clear enough.',
    ],
    [
      'somebody else',
      here,
      after('review_decision', fixed, answer('new_cluster')),
      `A human answered that it is somebody else, and made “Ann” of it.${STAYS}`,
    ],
    [
      'confirmed',
      here,
      after('review_decision', fixed, answer('confirm')),
      `A human saw it and confirmed that it belongs to “Ann”.${STAYS}`,
    ],
    [
      'assigned to',
      here,
      after('review_decision', moved('own', 'ann'), answer('assign_to')),
      `A human answered that its cluster is “Ann”.${STAYS}`,
    ],
    [
      'left over by an undo',
      { clusterId: null, state: 'unclustered' },
      after('undo', moved('bea', null), { undoes: { id: 'o', kind: 'cluster_merge' }, placeless: ['f'] }),
      'A human took back a merge; since then it belongs to nobody.',
    ],
    [
      'the machine undone',
      nobody,
      after('undo', moved('bea', null), { undoes: { id: 'o', kind: 'assign' } }),
      `A human took back what the machine did with a photo; since then it belongs to nobody.${STAYS}`,
    ],
  ])('%s', (_, face, operation, expected) => {
    expect(explain(face, { operations: [operation] })).toBe(expected);
  });

  it('dismissed', () => {
    expect(explain({ clusterId: null, state: 'dismissed', locked: true })).toBe(
      'A human said that this is no face; it belongs to nobody and its embedding is erased.',
    );
  });

  it('put back by an undo: what stood before explains it', () => {
    const undone = after('undo', moved('bea', 'ann'), { undoes: { id: 'o', kind: 'cluster_merge' } });
    expect(explain({}, { operations: [undone] })).toBe(explain({}));
    const operations = [after('face_move', moved('own', 'ann')), undone];
    expect(explain({}, { operations })).toBe('A human moved it from an unnamed cluster to “Ann”.');
  });

  it('the last change counts, and what only concerned others does not', () => {
    const others = { ...after('face_move', moved('bea', 'ann')), changes: NO_CHANGES };
    const operations = [
      after('cluster_merge', moved('own', 'bea')),
      after('face_move', moved('bea', 'ann')),
      others,
    ];
    expect(explain({}, { operations })).toBe('A human moved it from “Bea” to “Ann”.');
  });
});
