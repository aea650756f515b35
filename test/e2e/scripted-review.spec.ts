// A reviewer who answers from the labels, over HTTP: every answer counts, and nothing is asked twice.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../src/cli/evaluate.js';
import { KindredClient, type ReviewItemAnswer } from '../../src/cli/kindred-client.js';
import { findLabelledPhotos } from '../../src/cli/labelled-photos.js';
import {
  questionsTo,
  renderCurves,
  type ReviewCurve,
  reviewByLabels,
  type QuestionOrder,
} from '../../src/cli/scripted-reviewer.js';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { sharedData } from '../harness/shared-data.js';

const SETS = ['lfw_colour10'];

describe.skipIf(!sharedData)('a reviewer who knows the people of 100 photos', () => {
  let kindred: KindredProcess;
  let client: KindredClient;
  const asked: ReviewItemAnswer[] = [];

  beforeAll(async () => {
    // The compact models: they ask most.
    kindred = await KindredProcess.start({ modelPack: 'compact' });
    client = new KindredClient(kindred.url, ADMIN_TOKEN);
    const ask = client.reviewPage.bind(client);
    client.reviewPage = async (...page) => {
      const items = await ask(...page);
      asked.push(...items);
      return items;
    };
  });
  afterAll(() => kindred.stop());

  async function review(tenant: string, order: QuestionOrder, wrong: number): Promise<ReviewCurve> {
    asked.length = 0;
    const photos = await findLabelledPhotos(sharedData!.photos, SETS);
    const { faceIds } = await evaluate(client, tenant, photos);
    return reviewByLabels(client, tenant, {
      people: new Map(Object.entries(faceIds)),
      order,
      wrong,
      questionsMax: 300,
      random: seededRandom(7).uniform,
    });
  }

  it('makes the groups right with fewer answers than there are photos, and is asked no question twice', async () => {
    const curve = await review('right', 'impact', 0);
    console.log(renderCurves([curve]));
    expect(curve.finished).toBe(true);
    expect(curve.f.at(-1)).toBeGreaterThanOrEqual(0.995);
    expect(curve.f.at(-1)).toBeGreaterThan(curve.f[0]!);
    // A right answer never makes it worse.
    for (let i = 1; i < curve.f.length; i++)
      expect(curve.f[i]).toBeGreaterThanOrEqual(curve.f[i - 1]! - 1e-12);
    expect(questionsTo(curve, 0.99)).not.toBeNull();
    expect(curve.f.length - 1).toBeLessThan(100);
    const subjects = asked.map(({ kind, subject }) => `${kind} ${subject.face_id ?? subject.cluster_id}`);
    expect(new Set(subjects).size).toBe(subjects.length);
  }, 300_000);

  it('leaves the groups better than before with three wrong answers in a hundred', async () => {
    const curve = await review('slips', 'impact', 0.03);
    console.log(renderCurves([curve]));
    expect(curve.finished).toBe(true);
    expect(curve.f.at(-1)).toBeGreaterThan(curve.f[0]!);
  }, 300_000);

  it('with one wrong answer in five the queue still comes to an end', async () => {
    const curve = await review('wrong', 'impact', 0.2);
    console.log(renderCurves([curve]));
    expect(curve.finished).toBe(true);
    expect(curve.f.at(-1)).toBeLessThan(1);
  }, 300_000);
});
