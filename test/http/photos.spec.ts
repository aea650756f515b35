// Sending, reading, searching and erasing photos over HTTP, with real models and a real database.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pictureForm, type Answer, type Api, type FaceJson, type ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople, type NamedPhoto } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
}
interface Job {
  readonly id: string;
  readonly state: string;
  readonly result: { readonly image_id: string } | null;
  readonly problem: { readonly code: string } | null;
}
interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

const mainFace = (image: ImageJson): FaceJson =>
  [...image.faces].sort((a, b) => b.box.width - a.box.width)[0]!;

describe('photos', () => {
  let app: TestApp;
  let api: Api;
  let people: NamedPhoto[][];

  beforeAll(async () => {
    app = await startApp();
    api = app.admin;
    const photos = await fiftyPhotosOfFivePeople();
    people = [...new Set(photos.map(({ person }) => person))].map((name) =>
      photos.filter(({ person }) => person === name),
    );
    expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
  });
  afterAll(() => app.close());

  const ended = async (location: string): Promise<Job> => {
    for (let i = 0; i < 600; i++) {
      const { json } = await api.get<Job>(location);
      if (json.state === 'succeeded' || json.state === 'failed') return json;
      await wait(100);
    }
    throw new Error('the job did not end');
  };

  it('stores a photo with what was said about it, and answers the same bytes with the same image', async () => {
    const fields = { external_id: 'p/1', captured_at: '2026-01-02T03:04:05Z' };
    const first = await api.sendImage<ImageJson & { external_id: string; captured_at: string }>(
      't',
      samplePhotos[0]!,
      fields,
    );
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/v1/tenants/t/images/${first.json.id}`);
    expect(first.json).toMatchObject({
      external_id: 'p/1',
      captured_at: '2026-01-02T03:04:05.000Z',
      width: 1920,
      height: 1280,
    });
    expect(first.json.faces).toHaveLength(3);
    const again = await api.sendImage('t', samplePhotos[0]!);
    expect(again.status).toBe(200);
    expect(again.json).toEqual(first.json);
  });

  it('takes base64 in JSON, also as a data: URI, as the same photo', async () => {
    const base64 = (await readFile(samplePhotos[0]!)).toString('base64');
    for (const image of [base64, `data:image/jpeg;base64,${base64}`]) {
      expect((await api.post('/v1/tenants/t/images', { image })).status).toBe(200);
    }
    const faulty = await api.post<Problem>('/v1/tenants/t/images', { image: 'not base64!' });
    expect([faulty.status, faulty.json.errors[0]?.pointer]).toEqual([400, '#/image']);
  });

  it.each<[string, () => Promise<Answer<Problem>>, number, string, string | undefined]>([
    ['no file', () => api.post('/v1/tenants/t/images', new FormData()), 400, 'request.invalid', '#/image'],
    ['no body at all', () => api.post('/v1/tenants/t/images'), 400, 'request.invalid', '#/image'],
    ['an empty file', () => api.sendImage('t', new Uint8Array()), 400, 'request.invalid', '#/image'],
    [
      'a wrong field',
      async () => api.post('/v1/tenants/t/images', await pictureForm(samplePhotos[0]!, 'photo')),
      400,
      'request.invalid',
      '#/photo',
    ],
    [
      'an unknown member',
      () => api.sendImage('t', samplePhotos[0]!, { colour: 'blue' }),
      400,
      'request.invalid',
      '#/colour',
    ],
    [
      'a time that is none',
      () => api.sendImage('t', samplePhotos[0]!, { captured_at: 'yesterday' }),
      400,
      'request.invalid',
      '#/captured_at',
    ],
    [
      'text',
      () => api.sendImage('t', Buffer.from('hello, this is text')),
      422,
      'image.unreadable',
      undefined,
    ],
    [
      'an SVG',
      () => api.sendImage('t', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')),
      415,
      'image.unsupported',
      undefined,
    ],
    [
      'an unknown tenant',
      () => api.sendImage('nobody', samplePhotos[0]!),
      404,
      'tenant.not_found',
      undefined,
    ],
    ['a malformed id', () => api.get('/v1/tenants/t/images/7'), 400, 'request.invalid', '#/path/image_id'],
    ['a limit of 0', () => api.get('/v1/tenants/t/images?limit=0'), 400, 'request.invalid', '#/query/limit'],
    [
      'a made-up cursor',
      () => api.get('/v1/tenants/t/images?cursor=abc'),
      400,
      'request.invalid',
      '#/query/cursor',
    ],
  ])('answers %s as a coded problem', async (_, ask, status, code, pointer) => {
    const answer = await ask();
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
    if (pointer !== undefined) expect(answer.json.errors.map((fault) => fault.pointer)).toContain(pointer);
  });

  it('works later when the client prefers so, and tells how it went', async () => {
    const prefer = { prefer: 'respond-async' };
    const accepted = await api.sendImage<Job>('t', samplePhotos[1]!, { external_id: 'later' }, prefer);
    expect(accepted.status).toBe(202);
    const job = await ended(accepted.headers.get('location')!);
    expect(job.state).toBe('succeeded');
    const image = await api.get<ImageJson>(`/v1/tenants/t/images/${job.result!.image_id}`);
    expect(image.json).toMatchObject({ external_id: 'later' });
    expect(image.json.faces.length).toBeGreaterThan(0);

    const broken = await api.sendImage<Job>('t', Buffer.from('no picture'), {}, prefer);
    expect(broken.status).toBe(202);
    expect(await ended(broken.headers.get('location')!)).toMatchObject({
      state: 'failed',
      problem: { code: 'image.unreadable' },
    });
  });

  it('lists in pages that neither miss nor repeat an image', async () => {
    await api.post('/v1/tenants', { id: 'pages' });
    const sent: string[] = [];
    for (let i = 0; i < 7; i++) {
      const plain = await sharp({ create: { width: 40 + i, height: 30, channels: 3, background: '#888' } })
        .png()
        .toBuffer();
      const { json, status } = await api.sendImage('pages', plain);
      expect([status, json.faces]).toEqual([201, []]);
      sent.push(json.id);
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor && `&cursor=${cursor}`;
      const page: Answer<Page<ImageJson>> = await api.get(`/v1/tenants/pages/images?limit=3${query}`);
      seen.push(...page.json.items.map(({ id }) => id));
      cursor = page.json.next_cursor;
    }
    expect(seen).toEqual([...sent].reverse());
  });

  describe('of known people', () => {
    let ada: FaceJson;
    let grace: FaceJson;

    beforeAll(async () => {
      await api.post('/v1/tenants', { id: 'people' });
      for (const person of people.slice(0, 2)) {
        for (const photo of person.slice(0, 4))
          expect((await api.sendImage('people', photo.bytes)).status).toBe(201);
      }
      const images = await api.all<ImageJson>('/v1/tenants/people/images');
      const faces = images
        .map((image) => [...image.faces].sort((a, b) => b.box.width - a.box.width)[0]!)
        .reverse();
      [ada, grace] = [faces[0]!, faces[4]!];
      expect(ada.cluster_id).not.toBe(grace.cluster_id);
    });

    it('finds the person in a new photo of them, most probable first, and stores nothing', async () => {
      const before = (await api.get('/v1/tenants/people')).text;
      const found = await api.post<{ matches: { cluster_id: string; probability: number }[] }>(
        '/v1/tenants/people/search',
        await pictureForm(people[0]![5]!.bytes),
      );
      expect(found.status, found.text).toBe(200);
      expect(found.json.matches[0]).toMatchObject({ cluster_id: ada.cluster_id });
      expect(found.json.matches[0]!.probability).toBeGreaterThan(0.9);
      expect((await api.get('/v1/tenants/people')).text).toBe(before);
    });

    it('verifies a person, and refuses another', async () => {
      const verify = async (photo: NamedPhoto): Promise<boolean> => {
        const path = `/v1/tenants/people/clusters/${ada.cluster_id}/verify`;
        return (await api.post<{ match: boolean }>(path, await pictureForm(photo.bytes))).json.match;
      };
      expect(await verify(people[0]![5]!)).toBe(true);
      expect(await verify(people[1]![5]!)).toBe(false);
    });

    it('compares two photos', async () => {
      const compare = async (
        a: NamedPhoto,
        b: NamedPhoto,
      ): Promise<{ match: boolean; probability: number }> => {
        const form = await pictureForm(a.bytes, 'image_a');
        form.append('image_b', new Blob([Uint8Array.from(b.bytes)]), 'b.jpg');
        return (await api.post<{ match: boolean; probability: number }>('/v1/compare', form)).json;
      };
      const same = await compare(people[0]![4]!, people[0]![5]!);
      const different = await compare(people[0]![4]!, people[1]![5]!);
      expect([same.match, different.match]).toEqual([true, false]);
      expect(same.probability).toBeGreaterThan(different.probability);
    });

    it('says that a picture without a face cannot be searched for', async () => {
      const grey = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#888' } })
        .png()
        .toBuffer();
      const answer = await api.post<Problem>('/v1/tenants/people/search', await pictureForm(grey));
      expect([answer.status, answer.json.code]).toEqual([422, 'image.no_face']);
    });

    it('lists the images of a person, and of two together', async () => {
      const of = (...clusters: (string | null)[]): Promise<ImageJson[]> =>
        api.all(`/v1/tenants/people/images?${clusters.map((id) => `cluster_id=${id}`).join('&')}`);
      expect((await of(ada.cluster_id)).length).toBeGreaterThanOrEqual(2);
      expect(await of(ada.cluster_id, grace.cluster_id)).toEqual([]);
    });

    it('cuts out a face as a JPEG that nobody may keep', async () => {
      const response = await fetch(`${api.url}/v1/tenants/people/faces/${ada.id}/crop`, {
        headers: { authorization: `Bearer ${api.token}` },
      });
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      const {
        format,
        width = 0,
        height = 0,
      } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect(format).toBe('jpeg');
      expect(Math.min(width, height)).toBeGreaterThan(Math.min(ada.box.width, ada.box.height));
    });

    it('erases an image with its faces and its bytes', async () => {
      expect((await api.call('DELETE', `/v1/tenants/people/images/${ada.image_id}`)).status).toBe(204);
      for (const path of [`images/${ada.image_id}`, `faces/${ada.id}`, `faces/${ada.id}/crop`]) {
        expect((await api.get(`/v1/tenants/people/${path}`)).status, path).toBe(404);
      }
      const sentAgain = await api.sendImage('people', people[0]![0]!.bytes);
      expect(sentAgain.status).toBe(201);
      expect(sentAgain.json.id).not.toBe(ada.image_id);
    });

    it('says what erasing a tenant would take, and takes exactly that', async () => {
      type Plan = { dry_run: boolean; inventory: Record<string, number> };
      const plan = await api.call<Plan>('DELETE', '/v1/tenants/people?dry_run=true');
      expect([plan.status, plan.json.dry_run]).toEqual([200, true]);
      const { blobs, ...rows } = plan.json.inventory;
      expect([rows['images'], blobs]).toEqual([8, 8]);
      type Done = { phase: string; erased: Record<string, number> };
      const done = await api.call<Done>('DELETE', '/v1/tenants/people', undefined, { prefer: 'wait=60' });
      expect([done.status, done.json.phase], done.text).toEqual([200, 'done']);
      const { files, queue_messages: _, ...erased } = done.json.erased;
      expect(files).toBe(8);
      expect(erased).toEqual(
        Object.fromEntries(Object.entries(rows).filter(([name, count]) => count > 0 || name === 'api_keys')),
      );
      expect((await api.get('/v1/tenants/people')).status).toBe(404);
      expect((await api.post('/v1/tenants', { id: 'people' })).status).toBe(201);
      expect((await api.get<{ image_count: number }>('/v1/tenants/people')).json.image_count).toBe(0);
    });
  });

  it('takes a name that comes with a photo of one person, and never renames anybody by it', async () => {
    await api.post('/v1/tenants', { id: 'enrol' });
    const enrol = async (photo: NamedPhoto, label?: string): Promise<FaceJson> => {
      const answer = await api.sendImage('enrol', photo.bytes, label === undefined ? {} : { label });
      expect([answer.status, answer.json.notes]).toEqual([201, []]);
      return mainFace(answer.json);
    };
    const labelOf = async (id: string | null): Promise<string | null> =>
      (await api.get<{ label: string | null }>(`/v1/tenants/enrol/clusters/${id}`)).json.label;

    const ada = await enrol(people[0]![0]!, 'Ada');
    expect([await labelOf(ada.cluster_id), ada.assigned_by]).toEqual(['Ada', 'import']);
    expect((await enrol(people[0]![1]!)).cluster_id).toBe(ada.cluster_id);
    const grace = await enrol(people[1]![0]!, 'Grace');
    // The caller's word stands above the machine's: it would have said Ada.
    expect((await enrol(people[0]![2]!, 'Grace')).cluster_id).toBe(grace.cluster_id);
    expect([await labelOf(ada.cluster_id), await labelOf(grace.cluster_id)]).toEqual(['Ada', 'Grace']);

    const group = await api.sendImage('enrol', samplePhotos[0]!, { label: 'Alan' });
    expect(group.json.notes).toContain('label_not_applied');
  });

  it('is ready only with database, migrations and models, and says which pack runs', async () => {
    const { status, json } = await api
      .as(undefined)
      .get<{ checks: object; model_pack: string }>('/health/ready');
    expect(status).toBe(200);
    expect(json.checks).toEqual({ database: true, migrations: true, models: true });
  });

  it('wrote no token, no embedding and no exception text into its log', () => {
    expect(app.log()).not.toContain(api.token);
    expect(app.log()).not.toMatch(/"level":"error"/);
    expect(app.log()).not.toMatch(/(?:-?0\.\d+,){20}/);
  });
});
