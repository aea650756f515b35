// kill -9 in the middle of ingest, again and again: what was answered is there, nothing is half-written, and the rest can
// be sent again.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, type FaceJson, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { twoHundredPhotos } from '../harness/people.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { testModels, type TestModels } from '../harness/test-models.js';

/** KINDRED_TEST_KILLS makes it longer, up to ten. */
const KILLS = Number(process.env['KINDRED_TEST_KILLS'] ?? 5);
const PHOTOS = 20 * KILLS;
const PARALLEL = 4;

interface Stored {
  readonly imageId: string;
  readonly faces: readonly FaceJson[];
}

/** Every file of kept photos in a data folder. */
async function keptFiles(dataDir: string): Promise<number> {
  const entries = await readdir(join(dataDir, 'blobs/kept'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

describe.each(['embedded', 'PostgreSQL'] as const)('kill -9 during ingest, %s', (kind) => {
  let models: TestModels;
  let own: OwnDatabase | undefined;
  let dataDir: string;
  let photos: Uint8Array[];
  /** What was answered 201 or 200, by position of the photo. */
  const answered = new Map<number, Stored>();

  beforeAll(async () => {
    models = await testModels();
    dataDir = await mkdtemp(join(tmpdir(), 'kindred-crash-'));
    own = kind === 'PostgreSQL' ? await createTestDatabase('empty') : undefined;
    photos = (await twoHundredPhotos()).slice(0, PHOTOS);
    expect(photos).toHaveLength(PHOTOS);
  });
  afterAll(async () => {
    await own?.drop();
    await models.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = (): Promise<KindredProcess> =>
    KindredProcess.start({
      dataDir,
      databaseUrl: own?.url,
      modelsDir: models.dir,
      modelPack: models.pack,
      // It starts again and again, and each thread loads the models.
      env: { KINDRED_INFERENCE_WORKERS: '1' },
    });

  /** Sends what was not answered yet; stops when the server dies or `until` photos are in. */
  async function sendRest(api: Api, until: number, onAnswered: () => void): Promise<void> {
    const rest = photos.map((_, i) => i).filter((i) => !answered.has(i));
    const sender = async (): Promise<void> => {
      for (let i = rest.shift(); i !== undefined && answered.size < until; i = rest.shift()) {
        const answer = await api.sendImage<ImageJson>('t', photos[i]!).catch(() => undefined);
        if (!answer) return;
        expect([200, 201], answer.text).toContain(answer.status);
        answered.set(i, { imageId: answer.json.id, faces: answer.json.faces });
        onAnswered();
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, sender));
  }

  /** Everything that was answered is there with the same faces, and nothing is there in part. */
  async function expectWhole(api: Api): Promise<void> {
    const images = new Map(
      (await api.all<ImageJson>('/v1/tenants/t/images')).map((image) => [image.id, image]),
    );
    for (const { imageId, faces } of answered.values()) {
      const found = images.get(imageId);
      expect(found?.faces.map(({ id }) => id).sort()).toEqual(faces.map(({ id }) => id).sort());
    }
    const clusters = await api.all<{ id: string; face_count: number }>('/v1/tenants/t/clusters');
    const standing = new Set(clusters.map(({ id }) => id));
    const members = [...images.values()].flatMap(({ faces }) => faces);
    for (const { state, cluster_id } of members) {
      // A face is either in a cluster that stands or told to be apart; it never hangs between.
      expect(state === 'active').toBe(cluster_id !== null);
      if (cluster_id !== null) expect(standing).toContain(cluster_id);
    }
    for (const { id, face_count } of clusters) {
      expect(members.filter(({ cluster_id }) => cluster_id === id)).toHaveLength(face_count);
    }
  }

  it(`loses nothing that was answered over ${KILLS} kills, and sending the rest again completes the set`, async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const kindred = await start();
      const api = new Api(kindred.url, ADMIN_TOKEN);
      if (kill === 0) expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
      else await expectWhole(api);
      // Kill while uploads are under way, a little later into the work each time.
      const target = Math.min(PHOTOS, answered.size + 12 + kill);
      let crash: Promise<void> | undefined;
      await sendRest(api, PHOTOS, () => {
        if (answered.size >= target) crash ??= kindred.crash();
      });
      expect(crash, 'the process was killed while photos were on their way').toBeDefined();
      await crash;
    }
    expect(answered.size).toBeLessThan(PHOTOS);

    const kindred = await start();
    const api = new Api(kindred.url, ADMIN_TOKEN);
    await expectWhole(api);
    await sendRest(api, PHOTOS + 1, () => undefined);
    expect(answered.size).toBe(PHOTOS);
    await expectWhole(api);
    const { json } = await api.get<{ image_count: number }>('/v1/tenants/t');
    expect(json.image_count).toBe(PHOTOS);
    // No photo's bytes are missing; what a crash left without a row is at most what was on its way at the kills.
    expect(await keptFiles(dataDir)).toBeGreaterThanOrEqual(PHOTOS);
    expect(await keptFiles(dataDir)).toBeLessThanOrEqual(PHOTOS + KILLS * PARALLEL);
    expect(await kindred.stop()).toBe(0);
  }, 600_000);
});
