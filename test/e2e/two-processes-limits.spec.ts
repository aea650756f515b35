// Limits of a tenant over two processes that know of each other only through the database.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Api, type ImageJson } from '../harness/api.js';
import { ADMIN_TOKEN, KindredProcess } from '../harness/kindred-process.js';
import { createTestDatabase, type OwnDatabase } from '../harness/postgres.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Usage {
  readonly image_count: number;
  readonly face_count: number;
}
interface Stored extends ImageJson {
  readonly code?: string;
}

describe('limits of a tenant over two processes', () => {
  let database: OwnDatabase;
  let processes: KindredProcess[] = [];
  let admins: Api[] = [];
  /** Twelve photos of different bytes: the samples, and each with a byte behind its end. */
  let photos: Uint8Array[];
  beforeAll(async () => {
    const samples = await Promise.all(samplePhotos.map((path) => readFile(path)));
    photos = [...samples, ...samples.map((bytes) => Buffer.concat([bytes, Buffer.from([0])]))].slice(0, 12);
    database = await createTestDatabase('empty');
    const first = await KindredProcess.start({ databaseUrl: database.url });
    // One folder of photos for both, as in an installation.
    const blobs = { KINDRED_STORAGE_BLOBS_DIR: `${first.dataDir}/blobs` };
    processes = [first, await KindredProcess.start({ databaseUrl: database.url, env: blobs })];
    admins = processes.map(({ url }) => new Api(url, ADMIN_TOKEN));
  });
  afterAll(async () => {
    await Promise.all(processes.reverse().map((kindred) => kindred.stop()));
    await database.drop();
  });

  /** A new tenant with these limits: one of its keys, in both processes. */
  async function tenant(id: string, limits: Record<string, number>): Promise<Api[]> {
    const [admin] = admins;
    expect((await admin!.post('/v1/tenants', { id, settings: { limits } })).status).toBe(201);
    const minted = await admin!.post<{ key: string }>(`/v1/tenants/${id}/api-keys`, {
      name: 'all',
      scopes: ['ingest', 'read', 'admin', 'erase'],
    });
    return admins.map((api) => api.as(minted.json.key));
  }

  const usage = async (id: string): Promise<Usage> => (await admins[0]!.get<Usage>(`/v1/tenants/${id}`)).json;

  const statuses = (answers: readonly Answer[], status: number): number =>
    answers.filter((answer) => answer.status === status).length;

  it('requests of a minute are those of both together, to the last of a small rate', async () => {
    const apis = await tenant('slow', { requests_per_minute: 5 });
    const answers: Answer[] = [];
    for (let i = 0; i < 12; i++) answers.push(await apis[i % 2]!.get('/v1/tenants/slow'));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array<number>(5).fill(200),
      ...Array<number>(7).fill(429),
    ]);
    const remaining = answers.map(({ headers }) => Number(/r=(\d+)/.exec(headers.get('ratelimit')!)![1]));
    expect(remaining.slice(0, 5)).toEqual([4, 3, 2, 1, 0]);
  });

  it('of a large rate at most a slice of one process stays unused, and it is never passed', async () => {
    const quota = 200;
    const apis = await tenant('fast', { requests_per_minute: quota });
    const answers = await Promise.all(
      Array.from({ length: 260 }, (_, i) => apis[i % 2]!.get('/v1/tenants/fast')),
    );
    expect(statuses(answers, 200) + statuses(answers, 429)).toBe(260);
    expect(statuses(answers, 200)).toBeLessThanOrEqual(quota);
    expect(statuses(answers, 200)).toBeGreaterThan(quota - quota / 20);
    // Told in one process, a higher rate counts there at once, with what both have taken.
    const more = { settings: { limits: { requests_per_minute: quota + 3 } } };
    expect((await admins[1]!.call('PATCH', '/v1/tenants/fast', more)).status).toBe(200);
    const later = [];
    for (let i = 0; i < 6; i++) later.push((await apis[1]!.get('/v1/tenants/fast')).status);
    expect(later).toEqual([200, 200, 200, 429, 429, 429]);
  });

  it('a tenant that is erased leaves no count behind', async () => {
    const apis = await tenant('gone', { requests_per_minute: 2 });
    for (const api of apis) expect((await api.get('/v1/tenants/gone')).status).toBe(200);
    const erased = await admins[0]!.call<{ phase: string; erased: Record<string, number> }>(
      'DELETE',
      '/v1/tenants/gone',
      undefined,
      { prefer: 'wait=60' },
    );
    expect(erased.json).toMatchObject({ phase: 'done', erased: { request_windows: 1 } });
  });

  it('images are exact when both processes get them at the same moment', async () => {
    const apis = await tenant('images', { images: 4 });
    const answers = await Promise.all(photos.map((bytes, i) => apis[i % 2]!.sendImage('images', bytes)));
    expect([statuses(answers, 201), statuses(answers, 429)]).toEqual([4, photos.length - 4]);
    expect(await usage('images')).toMatchObject({ image_count: 4 });
  });

  it('so they are when the photos wait as jobs in both', async () => {
    const apis = await tenant('jobs', { images: 3 });
    const answers = await Promise.all(
      photos.map((bytes, i) =>
        apis[i % 2]!.sendImage<{ id: string }>('jobs', bytes, {}, { prefer: 'respond-async' }),
      ),
    );
    const jobs = answers.filter(({ status }) => status === 202).map(({ json }) => json.id);
    expect(jobs.length + statuses(answers, 429)).toBe(photos.length);
    const ended = async (): Promise<string[]> => {
      const all = await Promise.all(
        jobs.map((id) => apis[0]!.get<{ state: string; problem: { code: string } | null }>(`/v1/jobs/${id}`)),
      );
      return all.map(({ json }) => json.problem?.code ?? json.state).sort();
    };
    await expect
      .poll(ended, { timeout: 120_000 })
      .toEqual(
        [
          ...Array<string>(3).fill('succeeded'),
          ...Array<string>(jobs.length - 3).fill('tenant.quota_exceeded'),
        ].sort(),
      );
    expect(await usage('jobs')).toMatchObject({ image_count: 3 });
  });

  it('faces and bytes are never passed, and what was refused would have passed them', async () => {
    const free = await tenant('free', {});
    const facesOf: number[] = [];
    for (const bytes of photos) facesOf.push((await free[0]!.sendImage('free', bytes)).json.faces.length);
    const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
    const cases = [
      ['faces', facesOf],
      ['bytes', photos.map(({ length }) => length)],
    ] as const;
    for (const [limit, sizes] of cases) {
      const max = Math.floor(sum(sizes) / 2);
      const apis = await tenant(limit, { [limit]: max });
      const answers = await Promise.all(
        photos.map((bytes, i) => apis[i % 2]!.sendImage<Stored>(limit, bytes)),
      );
      const stored = sum(sizes.filter((_, i) => answers[i]!.status === 201));
      const refused = sizes.filter((_, i) => answers[i]!.status === 429);
      expect(refused.length + statuses(answers, 201), limit).toBe(photos.length);
      expect(stored, limit).toBeLessThanOrEqual(max);
      for (const size of refused) expect(stored + size, limit).toBeGreaterThan(max);
      if (limit === 'faces') expect(await usage(limit)).toMatchObject({ face_count: stored });
    }
  });
});
