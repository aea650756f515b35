// `suspect_face`: is this a face?
import { expect } from 'vitest';
import { clear, type FaceSpec, leaning } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { expectNoFace } from './no-face.js';
import { nothingChanged, type Row, when } from './row.js';

/** Ann is known; a detection of this kind was nearly good enough. */
const doubted = (spec: FaceSpec) => async (app: TestApp) => {
  const at = await Desk.open(app, { review: { kinds: { suspect_face: true } } });
  const ann = await at.gallery.one(clear(1));
  const face = await at.gallery.one({ ...spec, quality: 0.3, reasons: ['detection_weak'] });
  const item = await at.question('suspect_face', face.id);
  expect(await at.face(face)).toMatchObject({ state: 'unclustered', cluster_id: null });
  return { at, item, ann, face };
};
const given = when(doubted(clear(1)));

const movable = { state: 'active', locked: false, assigned_by: 'auto' };

export const SUSPECT_FACE: Readonly<Record<string, Row>> = {
  is_face: {
    says: 'The face is matched now, as a new one would be: it joins, is asked about, or founds a cluster. The machine may move it.',
    cases: [
      given('clearly of somebody known', {
        async holds({ at, ann, face }) {
          expect(await at.face(face)).toMatchObject({ cluster_id: ann.clusterId, ...movable });
        },
      }),
      when(doubted(leaning(1, 0.36)))('perhaps of somebody known', {
        async holds({ at, ann, face }) {
          expect(await at.face(face)).toMatchObject(movable);
          expect(await at.home(face)).not.toBe(ann.clusterId);
          await at.question('uncertain_assignment', face.id);
        },
      }),
      when(doubted(clear(2)))('of a stranger', {
        async holds({ at, face }) {
          expect(await at.face(face)).toMatchObject(movable);
          await at.question('new_cluster', (await at.home(face))!);
        },
      }),
    ],
  },
  not_a_face: {
    says: 'As above.',
    cases: [
      given('a poster', {
        body: ({ face }) => ({ face_ids: [face.id] }),
        holds: ({ at, face }) => expectNoFace(at, face),
      }),
    ],
  },
  dismiss: {
    says: 'It stays what it is: stored, in no cluster.',
    cases: [given('a detection', { holds: nothingChanged })],
  },
};
