// Two processes over one PostgreSQL make exactly what one process makes, however the uploads fall.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samePartition } from '../../src/domain/evaluation/partition-metrics.js';
import { Api, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { fiftyPhotosOfFivePeople, type NamedPhoto } from '../harness/people.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { testModels, type TestModels } from '../harness/test-models.js';

interface Counts {
  readonly image_count: number;
  readonly face_count: number;
  readonly cluster_count: number;
}

describe('two processes on one PostgreSQL', () => {
  let models: TestModels;
  let database: OwnDatabase;
  let processes: KindredProcess[] = [];
  let apis: Api[] = [];
  let photos: NamedPhoto[];

  beforeAll(async () => {
    models = await testModels();
    photos = await fiftyPhotosOfFivePeople();
    database = await createTestDatabase('empty');
    // Both start at once on an empty database: they must agree on who makes the tables.
    processes = await Promise.all(
      [1, 2].map(() =>
        KindredProcess.start({ databaseUrl: database.url, modelsDir: models.dir, modelPack: models.pack }),
      ),
    );
    apis = processes.map(({ url }) => new Api(url, ADMIN_TOKEN));
    for (const id of ['parallel', 'serial'])
      expect((await apis[0]!.post('/v1/tenants', { id })).status).toBe(201);
  });
  afterAll(async () => {
    await Promise.all(processes.map((kindred) => kindred.stop()));
    await database.drop();
    await models.remove();
  });

  /** Cluster of the largest face of each photo, by photo; a face without a cluster is alone. */
  async function partition(tenant: string, ids: readonly string[]): Promise<string[]> {
    const images = await apis[0]!.all<ImageJson>(`/v1/tenants/${tenant}/images`);
    const byId = new Map(images.map((image) => [image.id, image]));
    return ids.map((id) => {
      const [face] = [...byId.get(id)!.faces].sort((a, b) => b.box.width - a.box.width);
      return face?.cluster_id ?? `alone:${face?.id}`;
    });
  }

  it('groups 50 parallel uploads of 5 people exactly as one process does one after the other', async () => {
    const serial: string[] = [];
    for (const photo of photos) {
      const answer = await apis[0]!.sendImage('serial', photo.bytes);
      expect(answer.status).toBe(201);
      serial.push(answer.json.id);
    }
    const answers = await Promise.all(
      photos.map((photo, i) => apis[i % 2]!.sendImage('parallel', photo.bytes)),
    );
    expect(answers.map(({ status }) => status)).toEqual(photos.map(() => 201));

    const together = await partition(
      'parallel',
      answers.map(({ json }) => json.id),
    );
    const alone = await partition('serial', serial);
    expect(samePartition(alone, together)).toBe(true);
    expect(
      samePartition(
        photos.map(({ person }) => person),
        together,
      ),
    ).toBe(true);
    const [a, b] = await Promise.all(
      ['serial', 'parallel'].map((tenant) => apis[1]!.get<Counts>(`/v1/tenants/${tenant}`)),
    );
    expect(b!.json).toMatchObject({
      image_count: 50,
      face_count: a!.json.face_count,
      cluster_count: a!.json.cluster_count,
    });
  });

  it('stores the same bytes once, when both processes get them at the same moment, many times', async () => {
    await apis[0]!.post('/v1/tenants', { id: 'twice' });
    const some = photos.slice(0, 3);
    const answers = await Promise.all(
      Array.from({ length: 18 }, (_, i) => apis[i % 2]!.sendImage('twice', some[i % 3]!.bytes)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(15);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(3);
    const { json } = await apis[1]!.get<Counts>('/v1/tenants/twice');
    const faces = new Map(answers.map(({ json: image }) => [image.id, image.faces.length]));
    expect(json).toMatchObject({
      image_count: 3,
      face_count: [...faces.values()].reduce((sum, n) => sum + n, 0),
    });
  });

  it('revokes and rotates a key in both processes at once, whichever was told', async () => {
    await apis[0]!.post('/v1/tenants', { id: 'keys' });
    interface Minted {
      readonly id: string;
      readonly key: string;
    }
    const path = '/v1/tenants/keys/api-keys';
    const minted = (await apis[0]!.post<Minted>(path, { name: 'x', scopes: ['read'] })).json;
    const statuses = (key: string) =>
      Promise.all(apis.map(async (api) => (await api.as(key).get('/v1/tenants/keys')).status));
    expect(await statuses(minted.key)).toEqual([200, 200]);
    const next = (await apis[1]!.post<Minted>(`${path}/${minted.id}/rotate`, { overlap_s: 0 })).json;
    expect(await statuses(minted.key)).toEqual([401, 401]);
    expect(await statuses(next.key)).toEqual([200, 200]);
    expect((await apis[0]!.call('DELETE', `${path}/${next.id}`)).status).toBe(204);
    expect(await statuses(next.key)).toEqual([401, 401]);
  });
});
