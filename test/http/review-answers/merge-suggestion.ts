// `merge_suggestion`: are these two one person?
import { expect } from 'vitest';
import { getCluster } from '../../../src/clusters/load-facts.js';
import type { FaceRecord } from '../../../src/database/records.js';
import { suggestMerge } from '../../../src/domain/review/merge-suggestion.js';
import { clear } from '../../clusters/gallery.js';
import type { TestApp } from '../../harness/app.js';
import { Desk } from './desk.js';
import { nothingChanged, type Row, when } from './row.js';

/** Clearly fits the two below, which do not clearly fit each other. */
const BETWEEN = { of: { 4: 0.75, 6: 0.45 } };

/** Two clusters that humans hold, the second the larger by the face that raises the question. */
async function bridged(app: TestApp, label: string | null = null) {
  const at = await Desk.open(app);
  const { gallery } = at;
  const [a, b] = [
    await gallery.one({ of: { 4: 0.75, 5: 0.6 } }),
    await gallery.one({ of: { 4: 0.45, 6: 0.85 } }),
  ];
  await at.done('PATCH', `clusters/${a.clusterId}`, { state: 'confirmed', label });
  await at.done('PATCH', `clusters/${b.clusterId}`, { state: 'confirmed' });
  const between = await gallery.one(BETWEEN);
  expect(between.clusterId).toBe(b.clusterId);
  return { at, item: await at.question('merge_suggestion'), a, b };
}

/** A confirmed cluster of one face and a provisional one of two, as if consolidation had found that they resemble each other. */
async function unequal(app: TestApp) {
  const at = await Desk.open(app);
  const { gallery } = at;
  const a = await gallery.one(clear(1));
  const b = await gallery.one(clear(2));
  await gallery.one(clear(2));
  await at.done('PATCH', `clusters/${a.clusterId}`, { state: 'confirmed' });
  const clusters = await gallery.read(
    async (repositories) =>
      [await getCluster(repositories, a.clusterId!), await getCluster(repositories, b.clusterId!)] as const,
  );
  const verdict = suggestMerge(
    { clusters, constraints: [], dismissedAt: null, similarity: 0.3, probability: 0.5 },
    { facesShown: 12, askAgainGrowth: 1.5 },
  );
  if (verdict.kind !== 'ask') throw new Error(verdict.why);
  await gallery.apply(verdict.question);
  return { at, item: await at.question('merge_suggestion'), a, b };
}
type Pair = Awaited<ReturnType<typeof bridged>>;
const given = when((app) => bridged(app));

/** All faces are with the one; the other says where it went. */
async function becameOne({ at }: Pair, stays: FaceRecord, goes: FaceRecord): Promise<void> {
  expect(await at.home(stays)).toBe(stays.clusterId);
  expect(await at.home(goes)).toBe(stays.clusterId);
  expect(await at.between(goes, stays)).toEqual(['must_link']);
  expect(await at.cluster(stays.clusterId!)).toMatchObject({ state: 'confirmed', face_count: 3 });
  const gone = { state: 'merged', merged_into: stays.clusterId, face_count: 0 };
  expect(await at.cluster(goes.clusterId!)).toMatchObject(gone);
}

async function keptApart({ at, a, b }: Pair): Promise<void> {
  expect([await at.home(a), await at.home(b)]).toEqual([a.clusterId, b.clusterId]);
  expect(await at.between(a, b)).toEqual(['cannot_link']);
}

const notSuggested = async ({ at }: Pair): Promise<void> =>
  expect(await at.questions('merge_suggestion')).toEqual([]);

export const MERGE_SUGGESTION: Readonly<Record<string, Row>> = {
  merge: {
    says: 'The faces move. Without `into` the confirmed cluster stays, then the labelled, then the larger.',
    cases: [
      when(unequal)('a confirmed one and a larger one', {
        holds: (asked) => becameOne(asked, asked.a, asked.b),
      }),
      when((app) => bridged(app, 'Ann'))('a labelled one and a larger one', {
        async holds(asked) {
          await becameOne(asked, asked.a, asked.b);
          expect(await asked.at.cluster(asked.a.clusterId!)).toMatchObject({ label: 'Ann' });
        },
      }),
      given('two of which one is larger', { holds: (asked) => becameOne(asked, asked.b, asked.a) }),
      when((app) => bridged(app, 'Ann'))('into the one that is named', {
        body: ({ b }) => ({ into: b.clusterId, keep_label: true, override: true }),
        async holds(asked) {
          await becameOne(asked, asked.b, asked.a);
          expect(await asked.at.cluster(asked.b.clusterId!)).toMatchObject({ label: 'Ann' });
        },
        later: notSuggested,
      }),
    ],
  },
  not_same: {
    says: 'Every face that was shown is kept apart from one of the other side. Never suggested again while that stands.',
    cases: [
      given('two people', {
        holds: keptApart,
        async later(asked) {
          const { at, a, b } = asked;
          for (let i = 0; i < 3; i++) await at.gallery.one(BETWEEN);
          await notSuggested(asked);
          const merge = { source_cluster_id: a.clusterId };
          const { status, json } = await at.call('POST', `clusters/${b.clusterId}/merge`, merge);
          expect([status, json.code]).toEqual([409, 'constraint.conflict']);
        },
      }),
      given('against a human who has tied the two', {
        first: ({ at, a, b }) => at.gallery.say('must_link', a, b),
        body: () => ({ override: true }),
        refused: 'constraint.conflict',
        holds: keptApart,
      }),
    ],
  },
  dismiss: {
    says: 'Asked again when the two together are half as large again.',
    cases: [
      given('three faces; with five it is asked again', {
        holds: nothingChanged,
        async later(asked) {
          for (let i = 0; i < 2; i++) await asked.at.gallery.one(BETWEEN);
          await notSuggested(asked);
          // The five are in; the next photo finds them.
          await asked.at.gallery.one(BETWEEN);
          expect((await asked.at.question('merge_suggestion')).id).not.toBe(asked.item.id);
        },
      }),
    ],
  },
};
