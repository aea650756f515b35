// Every kind of question with each of its answers, over HTTP, held to what docs/review-queue.md says of it: each row of the tables
// there is a row in review-answers/, in the same words. Faces are built vectors; the service, its database and its models are real.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECISION_MEMBERS, DECISIONS_BY_KIND, type DecisionName } from '../../src/domain/review/decision.js';
import { REVIEW_KINDS } from '../../src/domain/review/review-item.js';
import { galleryPack } from '../clusters/gallery-pack.js';
import { startApp, type TestApp } from '../harness/app.js';
import type { TestModels } from '../harness/test-models.js';
import type { Desk, Everything } from './review-answers/desk.js';
import { documentedKinds, type DocumentedKinds } from './review-answers/documented.js';
import { EVERY_ROW } from './review-answers/every-row.js';
import type { Posed } from './review-answers/row.js';

const ANSWERS = REVIEW_KINDS.flatMap((kind) =>
  DECISIONS_BY_KIND[kind].map((answer) => [kind, answer, EVERY_ROW[kind][answer]] as const),
);
const CASES = ANSWERS.flatMap(([kind, answer, row]) =>
  (row?.cases ?? []).map(({ title, pose }) => [kind, answer, title, pose] as const),
);

/** Gives the answer, after it was refused without `override` where it must be. @returns What was decided. */
async function give({ at, item, body, refused }: Posed, decision: string, before: Everything) {
  if (refused !== undefined) {
    const { override: _, ...members } = body;
    const { status, json } = await at.answer(item, { decision, ...members });
    expect([status, json.code]).toEqual([409, refused]);
    expect(json.constraints.length + json.locked_face_ids.length).toBeGreaterThan(0);
    expect(await at.everything()).toEqual(before);
  }
  const { status, json, text } = await at.answer(item, { decision, ...body });
  expect(status, text).toBe(200);
  expect(await at.item(item.id)).toMatchObject({
    state: decision === 'dismiss' ? 'dismissed' : 'resolved',
    outcome: { decision },
    operation_id: json.operation.id,
  });
  return json;
}

const dismissedCount = ({ faces }: Everything): number =>
  faces.filter(({ state }) => state === 'dismissed').length;

/** One undo puts all back and opens the question again; what was computed of a face does not come back. @returns Whether it did. */
async function takeBack(at: Desk, operationId: string, before: Everything): Promise<boolean> {
  const { status, json } = await at.undo(operationId);
  const now = await at.everything();
  if (status === 200) {
    expect(now).toEqual(before);
    return true;
  }
  expect([status, json.code, json.reason]).toEqual([409, 'operation.not_undoable', 'embedding_erased']);
  expect(dismissedCount(now)).toBeGreaterThan(dismissedCount(before));
  return false;
}

describe('answers to the review queue, over HTTP', () => {
  let app: TestApp;
  let models: TestModels;
  let documented: DocumentedKinds;
  /** Members that were sent with each answer to each kind. */
  const sent = new Map<string, Set<string>>();

  beforeAll(async () => {
    documented = await documentedKinds();
    models = await galleryPack();
    app = await startApp({ env: { KINDRED_MODELS_DIR: models.dir, KINDRED_MODEL_PACK: models.pack } });
  });
  afterAll(async () => {
    await app.close();
    await models.remove();
  });

  it('docs/review-queue.md has a table for every kind, and no other', () => {
    expect([...documented.keys()].sort()).toEqual([...REVIEW_KINDS].sort());
  });

  it.each(REVIEW_KINDS)('%s: the table lists every answer that is taken, and no other', (kind) => {
    const taken = [...DECISIONS_BY_KIND[kind]].sort();
    expect([...documented.get(kind)!.keys()].sort()).toEqual(taken);
    expect(Object.keys(EVERY_ROW[kind]).sort()).toEqual(taken);
  });

  it.each(ANSWERS)(
    '%s, %s: the table lists its members, and what it does as it is tested',
    (kind, answer, row) => {
      const { members, says } = documented.get(kind)!.get(answer)!;
      expect(members).toEqual([...DECISION_MEMBERS[answer]].sort());
      expect(says).toBe(row!.says);
      expect(row!.cases.length).toBeGreaterThan(0);
    },
  );

  it('the API document lists every answer and every member', async () => {
    const { json } = await app.admin.get<{
      components: { schemas: { DecisionBody: { properties: Record<string, { enum?: string[] }> } } };
    }>('/openapi.json');
    const { decision, ...members } = json.components.schemas.DecisionBody.properties;
    expect([...decision!.enum!].sort()).toEqual(Object.keys(DECISION_MEMBERS).sort());
    expect(Object.keys(members).sort()).toEqual([...new Set(Object.values(DECISION_MEMBERS).flat())].sort());
  });

  // Several at once: each is in a tenant of its own.
  it.concurrent.each(CASES)('%s, %s: %s', async (kind, answer, _, pose) => {
    const posed = await pose(app);
    const { at, item, body } = posed;
    expect(item).toMatchObject({ kind, state: 'open' });
    sent.set(`${kind} ${answer}`, new Set([...(sent.get(`${kind} ${answer}`) ?? []), ...Object.keys(body)]));
    const before = await at.everything();
    let decided = await give(posed, answer, before);
    await posed.holds(decided, before);
    const isBack = await takeBack(at, decided.operation.id, before);
    if (posed.later === undefined) return;
    if (isBack) {
      // The question that was opened again is the one that was asked, and takes the same answer.
      decided = await give(posed, answer, before);
      await posed.holds(decided, before);
    }
    await posed.later(decided);
  });

  it.each(ANSWERS)('%s, %s: some case sends each of its members', (kind, answer) => {
    expect([...(sent.get(`${kind} ${answer}`) ?? [])].sort()).toEqual([...DECISION_MEMBERS[answer]].sort());
  });

  it.each(REVIEW_KINDS)(
    '%s: refuses other answers, other members and wrong values, and says where',
    async (kind) => {
      const first = Object.values(EVERY_ROW[kind])[0]!.cases[0]!;
      const { at, item } = await first.pose(app);
      const before = await at.everything();
      const refused = async (body: object): Promise<string[]> => {
        const { status, json } = await at.answer(item, body);
        expect([status, json.code], JSON.stringify(body)).toEqual([422, 'review_item.decision_invalid']);
        return json.errors.map(({ pointer }) => pointer).sort();
      };
      const taken = DECISIONS_BY_KIND[kind];
      for (const other of Object.keys(DECISION_MEMBERS) as DecisionName[])
        if (!taken.includes(other)) expect(await refused({ decision: other })).toEqual(['#/decision']);
      for (const decision of taken) {
        const members = DECISION_MEMBERS[decision];
        const wrong = Object.fromEntries(members.map((member) => [member, 7]));
        const pointers = [...members, 'colour'].map((member) => `#/${member}`).sort();
        expect(await refused({ decision, ...wrong, colour: 'blue' })).toEqual(pointers);
      }
      expect(await at.everything()).toEqual(before);
    },
  );
});
