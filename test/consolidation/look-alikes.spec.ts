// Among people seen once or twice, consolidation joins no look-alikes unasked: it joins from the log odds that the calibration names.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCensus, type TenantCensus } from '../../src/clusters/regrouping/read-census.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { groupFaces } from '../../src/domain/cluster/consolidation/group-faces.js';
import { parseEvidenceCalibration } from '../../src/domain/cluster/qel/calibration-file.js';
import type { EvidenceCalibration } from '../../src/domain/cluster/qel/evidence-calibration.js';
import type { ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { committedPacks } from '../harness/model-packs.js';
import { samplePhotos } from '../harness/shared-data.js';

const TENANT = 'few';
/** Two women in two photos each who are not the same, by sample photo and a point in their faces (px). */
const LOOK_ALIKES = [
  [
    { sample: 1, x: 974, y: 335 },
    { sample: 3, x: 336, y: 307 },
  ],
  [
    { sample: 3, x: 756, y: 181 },
    { sample: 5, x: 1273, y: 447 },
  ],
] as const;

describe('the six sample photos with the compact pack', () => {
  let app: TestApp;
  let evidence: EvidenceCalibration;
  let census: TenantCensus;
  const imageIds: string[] = [];
  beforeAll(async () => {
    app = await startApp({ env: { KINDRED_MODELS_DIR: committedPacks, KINDRED_MODEL_PACK: 'compact' } });
    await app.admin.post('/v1/tenants', { id: TENANT });
    for (const path of samplePhotos) {
      const sent = await app.admin.sendImage(TENANT, await readFile(path));
      expect(sent.status, sent.text).toBe(201);
      imageIds.push(sent.json.id);
    }
    const file = join(committedPacks, 'compact/evidence.json');
    evidence = parseEvidenceCalibration(JSON.parse(await readFile(file, 'utf8')));
    census = await readCensus(app.app.get(TenantStore).forTenant(TENANT), evidence);
  });
  afterAll(() => app.close());

  /** Whether the two of each pair are in one group. */
  async function together(figures: Partial<EvidenceCalibration>): Promise<boolean[]> {
    const { groupOf } = groupFaces({ ...census.task, evidence: { ...evidence, ...figures } });
    const images = await Promise.all(
      imageIds.map(
        async (id) => (await app.admin.get<ImageJson>(`/v1/tenants/${TENANT}/images/${id}`)).json.faces,
      ),
    );
    const groupAt = ({ sample, x, y }: (typeof LOOK_ALIKES)[number][number]): number => {
      const [face, ...others] = images[sample]!.filter(
        ({ box }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height,
      );
      expect([face?.id, others]).toEqual([expect.any(String), []]);
      return groupOf[census.compared.indexOf(face!.id)]!;
    };
    return LOOK_ALIKES.map(([one, other]) => groupAt(one) === groupAt(other));
  }

  it('look-alikes would be joined at even odds, and lie apart as the service joins', async () => {
    expect(await together({ joinLogOddsMin: 0, joinLogOddsMinOfFew: 0 })).toContain(true);
    expect(await together({})).toEqual([false, false]);
  });
});
