// `split_suggestion`: is this more than one person?
import { expect } from 'vitest';
import type { FaceRecord } from '../../../src/database/records.js';
import { clear } from '../../clusters/gallery.js';
import { consolidateGallery } from '../../clusters/consolidate-gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { nothingChanged, type Row, when } from './row.js';

/** Ann's cluster of seven faces, into which the machine has put four of somebody else; consolidation finds them. */
async function mixed(app: TestApp) {
  const at = await Desk.open(app);
  const { gallery } = at;
  const stay: FaceRecord[] = [];
  const leave: FaceRecord[] = [];
  for (let i = 0; i < 7; i++) stay.push(await gallery.one(clear(1)));
  for (let i = 0; i < 4; i++) leave.push(await gallery.one(clear(2)));
  const home = stay[0]!.clusterId!;
  for (const { id } of leave) await gallery.apply({ do: 'move_face', faceId: id, toClusterId: home });
  await at.done('PATCH', `clusters/${home}`, { label: 'Ann' });
  await consolidateGallery(gallery);
  const item = await at.question('split_suggestion', home);
  const [group] = item.evidence['groups'] as { face_ids: string[] }[];
  expect([...group!.face_ids].sort()).toEqual(leave.map(({ id }) => id).sort());
  return { at, item, stay, leave, home };
}
type Mixed = Awaited<ReturnType<typeof mixed>>;
const given = when(mixed);

/** These are together in a cluster of their own, provisional and locked. @returns Its id. */
async function expectOwn({ at, home }: Mixed, faces: readonly FaceRecord[]): Promise<string> {
  const own = (await at.home(faces[0]!))!;
  expect(own).not.toBe(home);
  for (const face of faces) expect(await at.face(face)).toMatchObject({ cluster_id: own, locked: true });
  expect(await at.cluster(own)).toMatchObject({ state: 'pending', label: null, face_count: faces.length });
  return own;
}

async function expectStayed({ at, home }: Mixed, faces: readonly FaceRecord[]): Promise<void> {
  for (const face of faces) expect(await at.home(face)).toBe(home);
  expect(await at.cluster(home)).toMatchObject({ label: 'Ann', face_count: faces.length });
}

async function expectNoMerge({ at }: Mixed, ids: readonly string[]): Promise<void> {
  for (const [i, into] of ids.entries())
    for (const from of ids.slice(i + 1)) {
      const merge = { source_cluster_id: from, keep_label: true };
      const { status, json } = await at.call('POST', `clusters/${into}/merge`, merge);
      expect([status, json.code]).toEqual([409, 'constraint.conflict']);
    }
}

/** Closed at eleven faces: not asked again with as many, asked again with seventeen. */
async function askedAgainLater({ at, home, item }: Mixed): Promise<void> {
  const { gallery } = at;
  await consolidateGallery(gallery);
  expect(await at.questions('split_suggestion')).toEqual([]);
  for (let i = 0; i < 6; i++) await gallery.one(clear(1));
  expect(await at.cluster(home)).toMatchObject({ face_count: 17 });
  await consolidateGallery(gallery);
  expect((await at.question('split_suggestion', home)).id).not.toBe(item.id);
}

export const SPLIT_SUGGESTION: Readonly<Record<string, Row>> = {
  split: {
    says: 'Each group (default: those proposed) becomes a cluster of its own; no part joins another again. The faces of no group stay; of groups that name every face the first does.',
    cases: [
      given('as proposed', {
        async holds(asked) {
          await expectStayed(asked, asked.stay);
          await expectNoMerge(asked, [asked.home, await expectOwn(asked, asked.leave)]);
        },
        async later({ at, stay, leave, home }) {
          await consolidateGallery(at.gallery);
          for (const face of stay) expect(await at.home(face)).toBe(home);
          for (const face of leave) expect(await at.home(face)).not.toBe(home);
        },
      }),
      given('into other groups', {
        body: ({ stay, leave }) => ({
          groups: [leave.map(({ id }) => id), stay.slice(5).map(({ id }) => id)],
        }),
        async holds(asked) {
          const { stay, leave, home } = asked;
          await expectStayed(asked, stay.slice(0, 5));
          const made = [await expectOwn(asked, leave), await expectOwn(asked, stay.slice(5))];
          await expectNoMerge(asked, [home, ...made]);
        },
      }),
      given('into groups that name every face', {
        body: ({ stay, leave }) => ({ groups: [leave, stay].map((faces) => faces.map(({ id }) => id)) }),
        async holds(asked) {
          await expectStayed(asked, asked.leave);
          await expectOwn(asked, asked.stay);
        },
      }),
      given('against a human who has tied two parts', {
        first: ({ at, stay, leave }) => at.gallery.say('must_link', stay[0]!, leave[0]!),
        body: ({ leave }) => ({ groups: [leave.map(({ id }) => id)], override: true }),
        refused: 'constraint.conflict',
        async holds(asked) {
          await expectStayed(asked, asked.stay);
          await expectOwn(asked, asked.leave);
          expect(await asked.at.between(asked.stay[0]!, asked.leave[0]!)).not.toContain('must_link');
        },
      }),
    ],
  },
  keep: {
    says: 'It is one person. Not asked again until the cluster is half as large again.',
    cases: [given('eleven faces', { holds: nothingChanged, later: askedAgainLater })],
  },
  dismiss: {
    says: 'The same, without an answer.',
    cases: [given('eleven faces', { holds: nothingChanged, later: askedAgainLater })],
  },
};
