// `kindred calibrate --answers` through the HTTP API of a whole application: people answer, the tenant's log odds are fitted to
// their answers, become its setting, hold for what comes next, and are taken back.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrateOnAnswers, renderAnswers, undoCalibration } from '../../src/cli/calibrate-answers.js';
import { KindredClient } from '../../src/cli/kindred-client.js';
import { AssignFaces } from '../../src/clusters/assignment/assign-faces.js';
import { AssignmentPolicies } from '../../src/clusters/assignment/assignment-policies.js';
import type { FaceRecord } from '../../src/database/records.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { linkageLogit, logitOf, sigmoid } from '../../src/domain/cluster/calibration.js';
import { Embedding } from '../../src/domain/face/embedding.js';
import { startApp, type TestApp } from '../harness/app.js';
import { repositoryRoot } from '../harness/shared-data.js';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly evidence: {
    readonly candidates: readonly { readonly cluster_id: string; readonly logit: number }[];
  };
}

const TENANT = 'answers';
const PEOPLE = 90;
/** Values of an embedding: person p leans on axis p, every other face on an axis behind. */
const OWN_AXES = 128;

describe('kindred calibrate --answers', () => {
  let running: TestApp;
  let client: KindredClient;
  let photos = 0;
  beforeAll(async () => {
    // A space in which linkage decides: cosines for given log odds are easily found.
    const modelsDir = join(repositoryRoot, 'onnx-models');
    running = await startApp({
      env: { KINDRED_MODELS_DIR: modelsDir, KINDRED_MODEL_PACK: 'compact' },
    });
    client = new KindredClient(running.admin.url, running.admin.token!);
    await running.admin.post('/v1/tenants', { id: TENANT });
  });
  afterAll(() => running.close());

  /** A photo with one face at this cosine from its person. */
  async function face(person: number, lean: number): Promise<FaceRecord> {
    const { space } = running.app.get(AssignmentPolicies).base;
    const vector = new Float32Array(512);
    vector[person] = lean;
    vector[OWN_AXES + (photos % 384)] = Math.sqrt(1 - lean * lean);
    const image = {
      id: uuidv7(),
      externalId: null,
      sha256: createHash('sha256').update(String(photos++)).digest('hex'),
      phash: '0123456789abcdef',
      contentType: 'image/jpeg',
      width: 100,
      height: 100,
      byteSize: 1000,
      capturedAt: null,
      label: null,
      notes: [],
      turn: 0 as const,
      createdAt: new Date(),
    };
    const point = { x: 40, y: 40 };
    const found = {
      detection: {
        box: { x1: 10, y1: 10, x2: 90, y2: 90 },
        landmarks: [point, point, point, point, point] as const,
        score: 0.99,
      },
      embedding: Embedding.fromRaw(space, vector),
      quality: 0.9,
      reasons: [],
    };
    const report = await running.app
      .get(TenantStore)
      .forTenant(TENANT)
      .transaction(async (repositories) => {
        await repositories.images.insert(image);
        return running.app.get(AssignFaces).assign(repositories, { image, faces: [found], actor: 'test' });
      });
    return report.faces[0]!;
  }

  /** The cosine of two faces at which linkage gives these log odds. */
  function leanFor(logit: number): number {
    const { linkage } = running.app.get(AssignmentPolicies).base.calibration;
    let [low, high] = [0, 1];
    for (let i = 0; i < 50; i++) {
      const s = (low + high) / 2;
      if (linkageLogit(linkage, { best: s, topMean: s, centroid: s, faceCount: 1 }) < logit) low = s;
      else high = s;
    }
    return low;
  }

  it(
    'fits, applies only what is better, holds from then on, and can be taken back',
    { timeout: 180_000 },
    async () => {
      expect(await calibrateOnAnswers(client, { tenant: TENANT, apply: true })).toEqual({
        kind: null,
        fit: { kind: 'too_few', same: 0, other: 0 },
        applied: false,
      });
      // The pack holds both answers equally likely; in this tenant one question in three is answered "the same".
      for (let person = 0; person < PEOPLE; person++) await face(person, 1);
      for (let person = 0; person < PEOPLE; person++) await face(person, leanFor(((person % 9) - 4) / 4));
      const items = await running.admin.all<Item>(
        `/v1/tenants/${TENANT}/review-pending?kind=uncertain_assignment&sort=oldest`,
      );
      expect(items).toHaveLength(PEOPLE);
      for (const [i, { id, evidence }] of items.entries()) {
        const body =
          i % 3 === 0
            ? { decision: 'accept', cluster_id: evidence.candidates[0]!.cluster_id }
            : { decision: 'new_cluster' };
        const answer = await running.admin.post(`/v1/tenants/${TENANT}/review-pending/${id}/decision`, body);
        expect(answer.status, answer.text).toBe(200);
      }

      const tried = await calibrateOnAnswers(client, { tenant: TENANT, apply: false });
      expect(tried).toMatchObject({ kind: { by: 'linkage' }, applied: false, fit: { same: 30, other: 60 } });
      expect((await client.tenant(TENANT)).settings).toEqual({});
      if (tried.fit.kind !== 'fitted') throw new Error(renderAnswers(TENANT, tried));
      const { offset, slope } = tried.fit;
      expect(offset).toBeLessThan(-0.3);
      expect(renderAnswers(TENANT, tried)).toContain('--apply');

      // Somebody else changes another setting between the look and the write: neither change is lost.
      const { version } = await client.tenant(TENANT);
      const look = client.tenant.bind(client);
      let meanwhile = 0;
      client.tenant = async (id) => {
        const seen = await look(id);
        if (meanwhile++ === 0)
          await client.changeSettings(id, { clustering: { accept: 0.93 } }, seen.version);
        return seen;
      };
      const applied = await calibrateOnAnswers(client, { tenant: TENANT, apply: true });
      client.tenant = look;
      expect(meanwhile).toBe(2);
      await expect(client.changeSettings(TENANT, {}, version)).rejects.toThrow(/412 tenant\.changed/);
      expect(applied.applied).toBe(true);
      const { settings } = await client.tenant(TENANT);
      expect(settings).toMatchObject({
        clustering: { accept: 0.93 },
        calibration: { offset, slope, answers: 90 },
      });

      // What comes next is judged by it, told by it, and teaches the pack's own figures all the same.
      const before = 0.8;
      await face(100, 1);
      const asked = await face(100, leanFor(before));
      expect(logitOf(asked.probability!)).toBeCloseTo(offset + slope * before, 2);
      const search = await running.admin.post<{ matches: { cluster_id: string; probability: number }[] }>(
        `/v1/tenants/${TENANT}/search`,
        { face_id: asked.id, limit: 10 },
      );
      const logits = search.json.matches.map(({ probability }) => logitOf(probability));
      expect(Math.min(...logits.map((logit) => Math.abs(logit - offset - slope * before)))).toBeLessThan(
        0.05,
      );
      const again = await calibrateOnAnswers(client, { tenant: TENANT, apply: false });
      expect(again.fit).toMatchObject({ offset, slope });

      expect(await undoCalibration(client, TENANT)).toBeNull();
      expect((await client.tenant(TENANT)).settings).toEqual({ clustering: { accept: 0.93 } });
      await face(101, 1);
      expect((await face(101, leanFor(before))).probability).toBeCloseTo(sigmoid(before), 2);
      await expect(undoCalibration(client, TENANT)).rejects.toThrow(/figures of the pack/);
    },
  );

  it('refuses a setting that no fit would have made, naming its fault', async () => {
    const answer = await running.admin.call<{ code: string; errors: { pointer: string }[] }>(
      'PATCH',
      `/v1/tenants/${TENANT}`,
      { settings: { calibration: { space: 'x', by: 'linkage', offset: 0, slope: 100, answers: 1 } } },
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('#/settings/calibration/slope');
    expect(answer.text).toContain('#/settings/calibration/fitted_at');
  });
});
