// Each decision that each kind of question takes: how a reviewer gives it by keyboard, and what the service must hold afterwards.
import { expect } from 'vitest';
import type { DecisionName } from '../../../src/domain/review/decision.js';
import type { ReviewKind } from '../../../src/domain/review/review-item.js';
import {
  apart,
  becomes,
  both,
  candidate,
  dismissed,
  holdsFor,
  keepsOne,
  lockedInPlace,
  moved,
  named,
  noFaces,
  nothing,
  shown,
  theFace,
  theFaces,
  theTwo,
  way,
  type Way,
} from './effects.js';

const dismiss = [way('d', dismissed)];

export const EVERY_WAY: Readonly<Record<ReviewKind, Partial<Record<DecisionName, readonly Way[]>>>> = {
  new_cluster: {
    confirm: [
      way('Enter', both(becomes('cluster_id', { state: 'confirmed', label: null }), lockedInPlace)),
      named('Noor', both(becomes('cluster_id', { state: 'confirmed', label: 'Noor' }), lockedInPlace)),
    ],
    assign_to: [
      way(
        '1',
        both(
          moved((asked) => shown(asked).nearest[0]!.cluster_id, theFaces),
          becomes('cluster_id', { state: 'merged' }),
        ),
      ),
    ],
    ignore: [way('i', becomes('cluster_id', { state: 'ignored' }))],
    not_a_face: [way('x', noFaces(theFaces))],
    dismiss,
  },
  uncertain_assignment: {
    accept: [way('a', moved(candidate(0), theFace)), way('2 a', moved(candidate(1), theFace))],
    reject: [
      way(
        'r',
        both(apart(theFace), ({ asked, after }) => {
          const offered = shown(asked).candidates.map(({ cluster_id }) => cluster_id);
          expect(offered).not.toContain(after.faces[shown(asked).face_id]!.cluster_id);
        }),
      ),
    ],
    new_cluster: [
      way('n', both(becomes('own_cluster_id', { state: 'confirmed', label: null }), apart(theFace))),
      named('Wim', both(becomes('own_cluster_id', { state: 'confirmed', label: 'Wim' }), apart(theFace))),
    ],
    not_a_face: [way('x', noFaces(theFace))],
    dismiss,
  },
  merge_suggestion: {
    merge: [
      way('a', ({ asked, before, after }) => {
        const sides = shown(asked).clusters.map(({ cluster_id }) => cluster_id);
        const [gone, ...others] = sides.filter((id) => after.clusters[id]!.state === 'merged');
        expect(others).toEqual([]);
        const stays = sides.find((id) => id !== gone)!;
        const all = sides.reduce((sum, id) => sum + before.clusters[id]!.face_count, 0);
        expect(after.clusters[gone!]!.merged_into).toBe(stays);
        expect(after.clusters[stays]!.face_count).toBe(all);
      }),
    ],
    not_same: [
      way(
        'r',
        both(
          nothing,
          apart((asked) => shown(asked).clusters[0].face_ids),
        ),
      ),
    ],
    dismiss,
  },
  split_suggestion: {
    split: [
      way('a', ({ asked, after }) => {
        const stays = asked.subject.cluster_id;
        const [group] = shown(asked).groups;
        const to = after.faces[group!.face_ids[0]!]!.cluster_id;
        expect(to).not.toBe(stays);
        for (const id of group!.face_ids) expect(after.faces[id]!.cluster_id).toBe(to);
        expect(after.clusters[to!]!.face_count).toBe(group!.face_ids.length);
        for (const id of shown(asked).stays.face_ids) expect(after.faces[id]!.cluster_id).toBe(stays);
      }),
    ],
    keep: [way('r', nothing)],
    dismiss,
  },
  same_image_conflict: {
    keep_one: [way('1', keepsOne(0)), way('2', keepsOne(1))],
    both: [
      way(
        'b',
        moved((asked) => asked.subject.cluster_id!, theTwo),
      ),
    ],
    neither: [
      way(
        'r',
        both(apart(theTwo), ({ asked, after }) => {
          for (const id of theTwo(asked))
            expect(after.faces[id]!.cluster_id).not.toBe(asked.subject.cluster_id);
        }),
      ),
    ],
    dismiss,
  },
  suspect_face: {
    is_face: [
      way('a', ({ asked, before, after }) => {
        expect(before.faces[shown(asked).face_id]).toMatchObject({ state: 'unclustered', cluster_id: null });
        expect(after.faces[shown(asked).face_id]).toMatchObject({ state: 'active', locked: false });
      }),
    ],
    not_a_face: [way('x', noFaces(theFace))],
    dismiss,
  },
  duplicate_image: {
    same: [way('1', holdsFor(0)), way('2', holdsFor(1))],
    different: [way('r', nothing)],
    dismiss,
  },
  constraint_conflict: {
    keep_human: [way('r', nothing)],
    take_proposal: [
      way('a', ({ asked, after }) => {
        const { face_ids, label } = shown(asked).proposal;
        const { cluster_id } = after.faces[face_ids[0]!]!;
        expect(after.clusters[cluster_id!]).toMatchObject({ label, state: 'confirmed' });
      }),
    ],
    dismiss,
  },
};
