// `constraint_conflict`: who is right?
import { expect } from 'vitest';
import { consolidateGallery } from '../../clusters/consolidate-gallery.js';
import { clear } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { nothingChanged, type Row, when } from './row.js';

/** Ann and Eve were named by a human, their faces are locked; an import calls Ann's face Eve. */
async function renamed(app: TestApp) {
  const named = await annAndEve(app);
  const { at, ann } = named;
  const propose = () => at.gallery.name(ann, 'Eve');
  await propose();
  return { ...named, face: ann, propose, item: await at.question('constraint_conflict', ann.id) };
}

/** A stranger is kept apart from Ann; an import calls the stranger Ann. */
async function keptApart(app: TestApp) {
  const named = await annAndEve(app);
  const { at, ann } = named;
  const face = await at.gallery.one(clear(3));
  const said = await at.gallery.say('cannot_link', ann, face);
  const propose = () => at.gallery.name(face, 'Ann');
  await propose();
  const item = await at.question('constraint_conflict', face.id);
  return { ...named, face, said: said.operationId, propose, item };
}

/** A stranger is tied to Eve, of whom there are more faces, and kept apart from her; a regrouping asks what was meant. */
async function contradicted(app: TestApp) {
  const named = await annAndEve(app);
  const { at, eve } = named;
  await at.gallery.one(clear(2));
  const face = await at.gallery.one(clear(3));
  const said = await at.gallery.say('cannot_link', eve, face);
  await at.gallery.say('must_link', eve, face);
  const propose = () => consolidateGallery(at.gallery);
  await propose();
  const item = await at.question('constraint_conflict');
  return { ...named, face, said: said.operationId, propose, item };
}

async function annAndEve(app: TestApp) {
  const at = await Desk.open(app);
  const [ann, eve] = [await at.gallery.one(clear(1)), await at.gallery.one(clear(2))];
  for (const [face, label] of [
    [ann, 'Ann'],
    [eve, 'Eve'],
  ] as const) {
    const item = await at.question('new_cluster', face.clusterId!);
    await at.done('POST', `review-pending/${item.id}/decision`, { decision: 'confirm', label });
  }
  return { at, ann, eve };
}
type Conflict = Pick<Awaited<ReturnType<typeof renamed>>, 'at' | 'item' | 'ann' | 'eve' | 'face'> & {
  readonly propose: () => Promise<unknown>;
};

const RAISED = [
  ['a locked face', renamed],
  ['a cannot-link', keptApart],
  ['words that contradict each other', contradicted],
] as const;

/** The same is proposed once more, and nobody is asked. */
async function notAskedAgain({ at, propose, face }: Conflict): Promise<void> {
  const before = await at.home(face);
  await propose();
  expect(await at.questions('constraint_conflict')).toEqual([]);
  expect(await at.home(face)).toBe(before);
}

const closedSilently = RAISED.map(([title, ask]) =>
  when<Conflict>(ask)(title, { holds: nothingChanged, later: notAskedAgain }),
);

const placedByHuman = { locked: true, assigned_by: 'human' };

/** The word that stood in the way is retired, and told in the history of the face. */
async function retired(asked: Conflict & { readonly said: string }, other: Conflict['ann']): Promise<void> {
  const { at, face, said } = asked;
  expect(await at.face(face)).toMatchObject({ cluster_id: other.clusterId, ...placedByHuman });
  expect(await at.between(face, other)).toEqual(['must_link']);
  const history = await at.done<{ items: { operation: { id: string } }[] }>(
    'GET',
    `faces/${face.id}/history`,
  );
  expect(history.items.map(({ operation }) => operation.id)).toContain(said);
}

export const CONSTRAINT_CONFLICT: Readonly<Record<string, Row>> = {
  keep_human: {
    says: 'Nothing changes. The same proposal is not asked about again while the decision stands.',
    cases: [
      ...closedSilently,
      when(keptApart)('a cannot-link that is taken back later: then the proposal is applied', {
        holds: nothingChanged,
        async later({ at, ann, face, said, propose }) {
          expect((await at.undo(said)).status).toBe(200);
          await propose();
          expect(await at.questions('constraint_conflict')).toEqual([]);
          expect(await at.face(face)).toMatchObject({ cluster_id: ann.clusterId, assigned_by: 'import' });
        },
      }),
    ],
  },
  take_proposal: {
    says: "The old constraints are retired (they stay in the history) and the proposal is applied, now as a human's own decision.",
    cases: [
      when(renamed)('a locked face', {
        async holds({ at, ann, eve }) {
          expect(await at.face(ann)).toMatchObject({ cluster_id: eve.clusterId, ...placedByHuman });
          expect(await at.between(ann, eve)).toEqual(['must_link']);
        },
      }),
      when(keptApart)('a cannot-link', { holds: (asked) => retired(asked, asked.ann) }),
      when(contradicted)('words that contradict each other', { holds: (asked) => retired(asked, asked.eve) }),
    ],
  },
  dismiss: {
    says: 'Closes the question; it is not asked again either.',
    cases: closedSilently,
  },
};
