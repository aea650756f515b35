// `same_image_conflict`: which of these two is it?
import { expect } from 'vitest';
import type { FaceRecord } from '../../../src/database/records.js';
import { clear, leaning } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { type Row, when } from './row.js';

/** Ann is known; two faces of one photo are clearly her, of which the closer one has the place. */
async function two(app: TestApp) {
  const at = await Desk.open(app);
  const { gallery } = at;
  const ann = await gallery.one(clear(1));
  const { faces } = await gallery.photo(leaning(1, 0.7), clear(1));
  const [other, holder] = faces as [FaceRecord, FaceRecord];
  const item = await at.question('same_image_conflict', ann.clusterId!);
  expect([holder.clusterId, item.subject['face_id']]).toEqual([ann.clusterId, other.id]);
  return { at, item, ann, holder, other, home: ann.clusterId! };
}
type Two = Awaited<ReturnType<typeof two>>;
const given = when(two);

const isAsked = ({ at }: Two, cluster: string | null) => at.question('new_cluster', cluster ?? 'nobody');

/** Kept apart from Ann, in a cluster that is a question of its own. */
async function isKeptOut(asked: Two, face: FaceRecord, from: FaceRecord): Promise<void> {
  const { at, home } = asked;
  const away = await at.home(face);
  expect(away).not.toBe(home);
  expect(await at.between(face, from)).toEqual(['cannot_link']);
  await isAsked(asked, away);
  const { status, json } = await at.call('PATCH', `faces/${face.id}`, { cluster_id: home });
  expect([status, json.code]).toEqual([409, 'constraint.conflict']);
}

const isLockedThere = async ({ at, home }: Two, face: FaceRecord): Promise<void> =>
  expect(await at.face(face)).toMatchObject({ cluster_id: home, locked: true });

async function bothAreThere(asked: Two): Promise<void> {
  const { at, holder, other } = asked;
  for (const face of [holder, other]) await isLockedThere(asked, face);
  expect(await at.between(holder, other)).toContain('same_image_ok');
  expect(await at.questions('same_image_conflict')).toEqual([]);
}

export const SAME_IMAGE_CONFLICT: Readonly<Record<string, Row>> = {
  keep_one: {
    says: 'That face is locked there; the other is kept apart and becomes a question of its own.',
    cases: [
      given('the one that has the place', {
        body: ({ holder }) => ({ face_id: holder.id }),
        async holds(asked) {
          await isLockedThere(asked, asked.holder);
          await isKeptOut(asked, asked.other, asked.holder);
        },
      }),
      given('the other one', {
        body: ({ other }) => ({ face_id: other.id }),
        async holds(asked) {
          await isLockedThere(asked, asked.other);
          await isKeptOut(asked, asked.holder, asked.other);
        },
      }),
      given('the other one, whom a human has kept apart', {
        first: ({ at, ann, other }) => at.gallery.say('cannot_link', ann, other),
        body: ({ other }) => ({ face_id: other.id, override: true }),
        refused: 'constraint.conflict',
        holds: (asked) => isLockedThere(asked, asked.other),
      }),
    ],
  },
  both: {
    says: 'A collage, a mirror: both are locked there, and the photo may show this person more than once. It holds wherever the two faces go, also through merges.',
    cases: [
      given('a mirror', {
        holds: bothAreThere,
        async later({ at, holder, other, home }) {
          const { clusterId } = await at.gallery.one(clear(2));
          await at.done('POST', `clusters/${clusterId}/merge`, { source_cluster_id: home });
          for (const face of [holder, other]) expect(await at.home(face)).toBe(clusterId);
          expect(await at.between(holder, other)).toContain('same_image_ok');
          expect(await at.questions('same_image_conflict')).toEqual([]);
        },
      }),
      given('a mirror, though a human has kept the other one apart', {
        first: ({ at, ann, other }) => at.gallery.say('cannot_link', ann, other),
        body: () => ({ override: true }),
        refused: 'constraint.conflict',
        holds: bothAreThere,
      }),
    ],
  },
  neither: {
    says: 'Both are kept apart from this person and become questions of their own.',
    cases: [
      given('two others', {
        async holds(asked) {
          await isKeptOut(asked, asked.holder, asked.ann);
          await isKeptOut(asked, asked.other, asked.ann);
          expect(await asked.at.home(asked.holder)).not.toBe(await asked.at.home(asked.other));
        },
      }),
      given('two others, though a human has tied one to this person', {
        first: ({ at, ann, other }) => at.gallery.say('must_link', ann, other),
        body: () => ({ override: true }),
        refused: 'constraint.conflict',
        holds: (asked) => isKeptOut(asked, asked.other, asked.ann),
      }),
    ],
  },
  dismiss: {
    says: 'Nothing changes; the other face becomes a question of its own.',
    cases: [
      given('two faces', {
        async holds(asked) {
          const { at, holder, other, home } = asked;
          expect(await at.face(holder)).toMatchObject({ cluster_id: home, locked: false });
          expect(await at.face(other)).toMatchObject({ cluster_id: other.clusterId, locked: false });
          for (const face of [holder, other]) expect(await at.words(face)).toEqual([]);
          await isAsked(asked, other.clusterId);
        },
      }),
    ],
  },
};
