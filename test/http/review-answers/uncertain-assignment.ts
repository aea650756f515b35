// `uncertain_assignment`: is this face one of these people?
import { expect } from 'vitest';
import { type FaceSpec } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { expectNoFace } from './no-face.js';
import { nothingChanged, type Row, when } from './row.js';

/** Resembles Ann clearly and Bea clearly, and Ann too little more. Who comes later may resemble this face only. */
const TORN: FaceSpec = { of: { 1: 0.52, 2: 0.48, 3: 0.7 } };
/** Resembles Ann a little, and Bea less. */
const VAGUE: FaceSpec = { of: { 1: 0.36, 2: 0.33, 3: 0.7 } };
const FRIEND: FaceSpec = { of: { 3: 0.95 } };

const doubtAbout = (spec: FaceSpec) => async (app: TestApp) => {
  const at = await Desk.open(app, { clustering: { margin_logit: 4 } });
  const { gallery } = at;
  const [ann, bea] = [await gallery.one({ of: { 1: 1 } }), await gallery.one({ of: { 2: 1 } })];
  const face = await gallery.one(spec);
  const item = await at.question('uncertain_assignment', face.id);
  const offered = (item.evidence['candidates'] as { cluster_id: string }[]).map(
    ({ cluster_id }) => cluster_id,
  );
  expect(offered).toEqual([ann.clusterId, bea.clusterId]);
  return { at, item, ann, bea, face, own: face.clusterId! };
};
type Doubt = Awaited<ReturnType<ReturnType<typeof doubtAbout>>>;
const given = when(doubtAbout(TORN));
const givenVague = when(doubtAbout(VAGUE));

const nobody = { cluster_id: null, state: 'unclustered', locked: false };

async function joined({ at, face, own }: Doubt, known: Doubt['ann']): Promise<void> {
  const { clusterId } = known;
  expect(await at.face(face)).toMatchObject({ cluster_id: clusterId, locked: true, assigned_by: 'human' });
  expect(await at.between(face, known)).toEqual(['must_link']);
  expect(await at.cluster(own)).toMatchObject({ state: 'merged', merged_into: clusterId });
}

async function keptApart({ at, face }: Doubt, ...people: Doubt['ann'][]): Promise<void> {
  for (const known of people) expect(await at.between(face, known)).toEqual(['cannot_link']);
  const { status, json } = await at.call('PATCH', `faces/${face.id}`, { cluster_id: people[0]!.clusterId });
  expect([status, json.code]).toEqual([409, 'constraint.conflict']);
}

/** Somebody joins the provisional cluster of the face before the answer. */
async function followed({ at, own }: Doubt) {
  const friend = await at.gallery.one(FRIEND);
  expect(friend.clusterId).toBe(own);
  return friend;
}

async function homesOf({ at, own }: Doubt): Promise<readonly string[]> {
  const { items } = await at.done<{ items: { id: string }[] }>('GET', `clusters/${own}/faces`);
  return items.map(({ id }) => id);
}

export const UNCERTAIN_ASSIGNMENT: Readonly<Record<string, Row>> = {
  accept: {
    says: 'The face moves there, is locked and tied to that person. Faces that joined its provisional cluster meanwhile follow where nothing forbids it.',
    cases: [
      given('the best', { holds: (asked) => joined(asked, asked.ann) }),
      given('another', {
        body: ({ bea }) => ({ cluster_id: bea.clusterId }),
        holds: (asked) => joined(asked, asked.bea),
      }),
      given('one from whom a human has kept the face apart', {
        first: ({ at, ann, face }) => at.gallery.say('cannot_link', ann, face),
        body: ({ ann }) => ({ cluster_id: ann.clusterId, override: true }),
        refused: 'constraint.conflict',
        holds: (asked) => joined(asked, asked.ann),
      }),
      given('one whom another face may follow', {
        first: followed,
        async holds(asked) {
          await joined(asked, asked.ann);
          expect((await asked.at.cluster(asked.ann.clusterId!)).face_count).toBe(3);
        },
      }),
      given('one whom another face may not follow', {
        async first(asked) {
          await asked.at.gallery.say('cannot_link', asked.ann, await followed(asked));
        },
        async holds(asked) {
          const { at, ann, face, own } = asked;
          expect(await at.face(face)).toMatchObject({ cluster_id: ann.clusterId, locked: true });
          expect(await at.cluster(own)).toMatchObject({ state: 'pending', face_count: 1 });
        },
      }),
    ],
  },
  reject: {
    says: 'It is none of these: kept apart from the examples that were shown. The next candidate takes it if it is clear enough; else it belongs to nobody.',
    cases: [
      given('all', {
        async holds(asked) {
          expect(await asked.at.face(asked.face)).toMatchObject(nobody);
          await keptApart(asked, asked.ann, asked.bea);
        },
      }),
      given('the best; the next is clear enough', {
        body: ({ ann }) => ({ cluster_ids: [ann.clusterId] }),
        async holds(asked) {
          const { at, ann, bea, face, own } = asked;
          const there = { cluster_id: bea.clusterId, locked: false, assigned_by: 'auto' };
          expect(await at.face(face)).toMatchObject(there);
          expect(await at.between(face, bea)).toEqual([]);
          expect(await at.cluster(own)).toMatchObject({ state: 'merged', merged_into: bea.clusterId });
          await keptApart(asked, ann);
        },
      }),
      givenVague('the best; the next is not clear enough', {
        body: ({ ann }) => ({ cluster_ids: [ann.clusterId] }),
        async holds(asked) {
          expect(await asked.at.face(asked.face)).toMatchObject(nobody);
          await keptApart(asked, asked.ann);
          expect(await asked.at.between(asked.face, asked.bea)).toEqual([]);
        },
      }),
      given('one to whom a human has tied the face', {
        first: ({ at, ann, face }) => at.gallery.say('must_link', ann, face),
        body: ({ ann }) => ({ cluster_ids: [ann.clusterId], override: true }),
        refused: 'constraint.conflict',
        holds: (asked) => keptApart(asked, asked.ann),
      }),
      given('all, where others have joined it', {
        first: followed,
        async holds(asked) {
          expect(await homesOf(asked)).toHaveLength(2);
          await asked.at.question('new_cluster', asked.own);
          await keptApart(asked, asked.ann, asked.bea);
        },
      }),
    ],
  },
  new_cluster: {
    says: 'It is somebody else: its own cluster is confirmed, the face locked and kept apart from the candidates.',
    cases: [
      given('with a name and a reference', {
        body: () => ({ label: 'Cleo', external_ref: 'crm/9' }),
        async holds(asked) {
          const { at, own, ann, bea, face } = asked;
          const person = { state: 'confirmed', label: 'Cleo', external_ref: 'crm/9' };
          expect(await at.cluster(own)).toMatchObject(person);
          expect(await at.face(face)).toMatchObject({ cluster_id: own, locked: true, assigned_by: 'human' });
          await keptApart(asked, ann, bea);
        },
      }),
      given('against a human who has tied the face to a candidate', {
        first: ({ at, bea, face }) => at.gallery.say('must_link', bea, face),
        body: () => ({ override: true }),
        refused: 'constraint.conflict',
        async holds(asked) {
          expect(await asked.at.cluster(asked.own)).toMatchObject({ state: 'confirmed', label: null });
          await keptApart(asked, asked.bea);
        },
      }),
    ],
  },
  not_a_face: {
    says: 'As above.',
    cases: [
      given('the face', { holds: ({ at, face }) => expectNoFace(at, face) }),
      given('the face, by its id', {
        body: ({ face }) => ({ face_ids: [face.id] }),
        holds: ({ at, face }) => expectNoFace(at, face),
      }),
    ],
  },
  dismiss: {
    says: 'Closes the question; the face stays where it is.',
    cases: [given('the face', { holds: nothingChanged })],
  },
};
