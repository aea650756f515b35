// `duplicate_image`: are these one photo?
import { expect } from 'vitest';
import type { FaceRecord } from '../../../src/database/records.js';
import { clear } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { expectNoFace } from './no-face.js';
import { nothingChanged, type Row, when } from './row.js';

/** Two hashes, four bits apart. */
const [HASH, NEAR] = ['0f0f0f0f0f0f0f0f', '0f0f0f0f0f0f0f00'];

/** A photo, and a copy at half the size in which the same face looks like somebody else. Eve is in neither. */
async function copied(app: TestApp) {
  const at = await Desk.open(app, { review: { kinds: { duplicate_image: true } } });
  const { gallery } = at;
  const eve = await gallery.one(clear(3));
  const face = (await gallery.picture({ phash: HASH }, clear(1))).faces[0]!;
  const copy = (await gallery.picture({ phash: NEAR, width: 500, height: 50 }, clear(2))).faces[0]!;
  const item = await at.question('duplicate_image');
  expect(item.evidence).toMatchObject({ distance: 4, matching_faces: [[face.id, copy.id]] });
  return { at, item, eve, face, copy };
}
type Copied = Awaited<ReturnType<typeof copied>>;
const given = when(copied);

/** A human names the person whom this face is of. */
const name = ({ at }: Copied, { clusterId }: FaceRecord, label: string) =>
  at
    .question('new_cluster', clusterId!)
    .then((item) => at.done('POST', `review-pending/${item.id}/decision`, { decision: 'confirm', label }));

async function copyFollowed({ at, face, copy }: Copied): Promise<void> {
  const there = { cluster_id: face.clusterId, locked: true, assigned_by: 'human' };
  expect(await at.face(copy)).toMatchObject(there);
  expect(await at.between(copy, face)).toEqual(['must_link']);
  for (const { imageId } of [face, copy]) await at.done('GET', `images/${imageId}`);
}

const keepFirst = ({ face }: Copied) => ({ keep: face.imageId });

export const DUPLICATE_IMAGE: Readonly<Record<string, Row>> = {
  same: {
    says: 'What humans decided about the faces of the image `keep` holds for the faces at the same place (overlap of .5 or more) in the other: place, lock, constraints, "not a face". Where nobody decided nothing changes; no image is deleted.',
    cases: [
      given('a place and a lock', {
        first: (asked) => name(asked, asked.face, 'Ann'),
        body: keepFirst,
        holds: copyFollowed,
      }),
      given('a constraint', {
        async first(asked) {
          await name(asked, asked.face, 'Ann');
          await asked.at.gallery.say('cannot_link', asked.face, asked.eve);
        },
        body: keepFirst,
        async holds(asked) {
          await copyFollowed(asked);
          expect(await asked.at.between(asked.copy, asked.eve)).toEqual(['cannot_link']);
        },
      }),
      given('"not a face"', {
        first: ({ at, face }) => at.done('PATCH', `faces/${face.id}`, { state: 'dismissed' }),
        body: keepFirst,
        holds: ({ at, copy }) => expectNoFace(at, copy),
      }),
      given('nothing, where nobody decided', { body: keepFirst, holds: nothingChanged }),
      given('against a human who has placed the copy', {
        async first(asked) {
          await name(asked, asked.face, 'Ann');
          await name(asked, asked.copy, 'Bea');
        },
        body: (asked) => ({ ...keepFirst(asked), override: true }),
        refused: 'constraint.conflict',
        holds: copyFollowed,
      }),
    ],
  },
  different: {
    says: 'Remembered for this pair.',
    cases: [
      given('two photos', {
        holds: nothingChanged,
        async later({ at, item }) {
          expect(await at.item(item.id)).toMatchObject({
            state: 'resolved',
            subject: item.subject,
            outcome: { decision: 'different' },
          });
        },
      }),
    ],
  },
  dismiss: {
    says: 'Closes the question.',
    cases: [given('two photos', { holds: nothingChanged })],
  },
};
