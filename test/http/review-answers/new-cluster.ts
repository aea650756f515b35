// `new_cluster`: who is this?
import { expect } from 'vitest';
import type { FaceRecord } from '../../../src/database/records.js';
import { clear } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { expectNoFace } from './no-face.js';
import { nothingChanged, type Row, when } from './row.js';

/** Ann is known; a stranger has three faces, of which the two clearest are shown. */
async function stranger(app: TestApp) {
  const at = await Desk.open(app, { clustering: { faces_shown: 2 } });
  const { gallery } = at;
  const ann = await gallery.one(clear(2));
  const shown = [await gallery.one(clear(1)), await gallery.one(clear(1))] as const;
  const unseen = await gallery.one({ ...clear(1), quality: 0.5 });
  const home = shown[0].clusterId!;
  const item = await at.question('new_cluster', home);
  expect(item.evidence['face_ids']).toEqual(shown.map(({ id }) => id));
  return { at, item, ann, shown, unseen, home };
}
type Stranger = Awaited<ReturnType<typeof stranger>>;
const given = when(stranger);

const byHuman = { locked: true, assigned_by: 'human' };
const byMachine = { locked: false, assigned_by: 'auto' };

/** The faces that were shown are locked there, the one that was not is the machine's. */
async function shownAreLocked({ at, shown, unseen }: Stranger, cluster_id: string): Promise<void> {
  for (const face of shown) expect(await at.face(face)).toMatchObject({ cluster_id, ...byHuman });
  expect(await at.face(unseen)).toMatchObject({ cluster_id, ...byMachine });
}

async function wentToAnn(asked: Stranger): Promise<void> {
  const { at, ann, shown, unseen, home } = asked;
  await shownAreLocked(asked, ann.clusterId!);
  for (const face of shown) expect(await at.between(face, ann)).toEqual(['must_link']);
  expect(await at.words(unseen)).toEqual([]);
  expect(await at.cluster(home)).toMatchObject({
    state: 'merged',
    merged_into: ann.clusterId,
    face_count: 0,
  });
}

const joinsUnlocked = async ({ at, home }: Stranger): Promise<void> => {
  const joined = await at.gallery.one(clear(1));
  expect(await at.face(joined)).toMatchObject({ cluster_id: home, ...byMachine });
};

export const NEW_CLUSTER: Readonly<Record<string, Row>> = {
  confirm: {
    says: "The cluster is confirmed and named. The faces that were shown are locked; those that join later are the machine's.",
    cases: [
      given('with a name and a reference', {
        body: () => ({ label: 'Noor', external_ref: 'crm/7' }),
        async holds(asked) {
          const named = { state: 'confirmed', label: 'Noor', external_ref: 'crm/7', face_count: 3 };
          expect(await asked.at.cluster(asked.home)).toMatchObject(named);
          await shownAreLocked(asked, asked.home);
        },
        async later(asked) {
          await joinsUnlocked(asked);
          expect(await asked.at.questions('new_cluster')).toHaveLength(1);
        },
      }),
      given('without a name', {
        async holds(asked) {
          expect(await asked.at.cluster(asked.home)).toMatchObject({ state: 'confirmed', label: null });
          await shownAreLocked(asked, asked.home);
        },
      }),
    ],
  },
  assign_to: {
    says: 'It is somebody known: the faces move there, the shown ones are locked and tied to them; this cluster answers `merged_into`.',
    cases: [
      given('somebody known', {
        body: ({ ann }) => ({ cluster_id: ann.clusterId }),
        holds: wentToAnn,
        async later({ at, ann, home }) {
          const asked = await at.question('new_cluster', ann.clusterId!);
          const { status, json } = await at.answer(asked, { decision: 'assign_to', cluster_id: home });
          expect([status, json.code, json.merged_into]).toEqual([409, 'cluster.merged', ann.clusterId]);
        },
      }),
      given('somebody from whom a human has kept a face apart', {
        first: ({ at, ann, shown }) => at.gallery.say('cannot_link', ann, shown[0]),
        body: ({ ann }) => ({ cluster_id: ann.clusterId, keep_label: true, override: true }),
        refused: 'constraint.conflict',
        async holds(asked, { operation }) {
          await wentToAnn(asked);
          expect(operation.constraints_retired).toBe(1);
        },
      }),
    ],
  },
  ignore: {
    says: 'The cluster is hidden, takes the faces that are clearly its own, and raises no more questions.',
    cases: [
      given('a stranger', {
        async holds({ at, home }) {
          expect(await at.cluster(home)).toMatchObject({ state: 'ignored', face_count: 3 });
        },
        async later(asked) {
          for (let i = 0; i < 3; i++) await joinsUnlocked(asked);
          const about = (await asked.at.questions()).map(({ subject }) => subject['cluster_id']);
          expect(about).toEqual([asked.ann.clusterId]);
        },
      }),
    ],
  },
  not_a_face: {
    says: 'These detections are no faces: their embeddings are erased, their boxes stay.',
    cases: [
      given('one of the shown', {
        body: ({ shown }) => ({ face_ids: [shown[0].id] }),
        async holds({ at, shown, unseen, home }) {
          await expectNoFace(at, shown[0]);
          for (const face of [shown[1], unseen]) expect(await at.home(face)).toBe(home);
        },
      }),
      given('all of them', {
        body: ({ shown, unseen }) => ({ face_ids: [...shown, unseen].map(({ id }) => id) }),
        async holds({ at, shown, unseen, home }) {
          for (const face of [...shown, unseen]) await expectNoFace(at, face);
          const { status, json } = await at.call('GET', `clusters/${home}`);
          expect([status, json.code]).toEqual([404, 'cluster.not_found']);
        },
        async later({ at }) {
          const again: FaceRecord = await at.gallery.one(clear(1));
          expect(again.assignment).toBe('created');
        },
      }),
    ],
  },
  dismiss: {
    says: 'Closes the question without an answer. It is asked again when the cluster is half as large again.',
    cases: [
      given('three faces; with five it is asked again', {
        holds: nothingChanged,
        async later(asked) {
          const { at, item, home } = asked;
          await joinsUnlocked(asked);
          expect((await at.questions()).map(({ subject }) => subject['cluster_id'])).not.toContain(home);
          await joinsUnlocked(asked);
          expect((await at.question('new_cluster', home)).id).not.toBe(item.id);
        },
      }),
    ],
  },
};
