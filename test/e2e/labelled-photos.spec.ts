// Real photos of known people, ingested over HTTP: the groups are right, and the same on both databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, renderEvaluation, type Evaluation } from '../../src/cli/evaluate.js';
import { KindredClient } from '../../src/cli/kindred-client.js';
import { findLabelledPhotos } from '../../src/cli/labelled-photos.js';
import { samePartition } from '../../src/domain/evaluation/partition-metrics.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { sharedData } from '../harness/shared-data.js';
import { testModels, type TestModels } from '../harness/test-models.js';

const SETS = ['lfw_colour10', 'deepface', 'azure_families'];

describe.skipIf(!sharedData)('179 photos of 31 people', () => {
  let models: TestModels;
  let own: OwnDatabase;
  const evaluations: Evaluation[] = [];

  beforeAll(async () => {
    models = await testModels();
    own = await createTestDatabase('empty');
    const photos = await findLabelledPhotos(sharedData!.photos, SETS);
    for (const databaseUrl of [undefined, own.url]) {
      const kindred = await KindredProcess.start({
        databaseUrl,
        modelsDir: models.dir,
        modelPack: models.pack,
      });
      try {
        // One at a time: whether the order of arrival matters is another question than whether the database does.
        const client = new KindredClient(kindred.url, ADMIN_TOKEN);
        evaluations.push(await evaluate(client, 'labelled', photos, { parallel: 1 }));
      } finally {
        await kindred.stop();
      }
    }
    console.log(evaluations.map(renderEvaluation).join('\n\n'));
  }, 600_000);
  afterAll(async () => {
    await own.drop();
    await models.remove();
  });

  it('are grouped with BCubed precision of at least .99 and recall of at least .95, on both databases', () => {
    expect(evaluations).toHaveLength(2);
    for (const { bcubed, missed } of evaluations) {
      expect(missed).toEqual([]);
      expect(bcubed.precision).toBeGreaterThanOrEqual(0.99);
      expect(bcubed.recall).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('are grouped alike on the embedded database and on PostgreSQL', () => {
    const [embedded, postgres] = evaluations.map(({ partition }) => partition);
    const photos = Object.keys(embedded!);
    expect(
      samePartition(
        photos.map((photo) => embedded![photo]!),
        photos.map((photo) => postgres![photo]!),
      ),
    ).toBe(true);
  });
});
