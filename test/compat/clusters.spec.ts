// The contract of the first earlier API: every route, with its parameters in every place, against real photos and models.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { EarlierClient, type EarlierAnswer, type Members, PLACES } from '../harness/earlier-client.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Inserted {
  readonly image_id: string;
  readonly face_ids: Readonly<Record<string, string | null>>;
}
interface Review {
  readonly id: number;
  readonly cluster_id: string;
  readonly image_id: string;
}
interface Face {
  readonly cluster_id: string;
  readonly image_id: string;
  readonly facial_area: Readonly<Record<string, number>>;
  readonly is_auto_matched: boolean;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOBODY = '01a00000-0000-7000-8000-000000000000';
const SUCCESS = { status: 'success' };

describe('the first earlier API', () => {
  let app: TestApp;
  let client: EarlierClient;
  let inserted: Inserted;
  /** Faces that are in a cluster, in order. */
  let grouped: [string, string][];

  const insert = async (photo: string, tenant = 't'): Promise<EarlierAnswer<Inserted>> =>
    client.call('POST', '/insert-image', { members: { tenant_id: tenant }, files: { image: photo } });

  /** The same answer, wherever the parameters stand. */
  const everywhere = async <T>(method: string, path: string, members: Members): Promise<T> => {
    const answers = [];
    for (const place of PLACES) {
      const answer = await client.call<T>(method, path, { place, members });
      expect([answer.status, answer.text], `${method} ${path} in ${place}`).toEqual([200, answer.text]);
      answers.push(answer);
    }
    expect(new Set(answers.map(({ text }) => text)).size, `${method} ${path}`).toBe(1);
    return answers[0]!.json;
  };

  const refused = async (method: string, path: string, members: Members): Promise<[number, unknown]> => {
    const answer = await client.call<{ detail: string }>(method, path, {
      members: { tenant_id: 't', ...members },
    });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    return [answer.status, answer.json.detail];
  };

  beforeAll(async () => {
    app = await startApp();
    client = new EarlierClient(app.admin.url, app.admin.token);
    const answer = await insert(samplePhotos[0]!);
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    inserted = answer.json;
    grouped = Object.entries(inserted.face_ids).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
  });
  afterAll(() => app.close());

  it('POST /insert-image makes the tenant and answers image_id and the cluster of each face', () => {
    expect(Object.keys(inserted).sort()).toEqual(['face_ids', 'image_id']);
    expect(inserted.image_id).toMatch(UUID);
    expect(grouped.length).toBeGreaterThan(2);
    for (const [face, cluster] of grouped) expect([face, cluster].every((id) => UUID.test(id))).toBe(true);
  });

  it('POST /insert-image takes the tenant from the query and a picture in JSON, and answers {} without a face', async () => {
    const { default: sharp } = await import('sharp');
    const background = { r: 90, g: 120, b: 150 };
    const flat = await sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer();
    const byQuery = await client.call<Inserted>('POST', '/insert-image?tenant_id=t', {
      files: { image: { name: 'flat.png', bytes: flat } },
    });
    expect(byQuery.status).toBe(200);
    expect(byQuery.json).toEqual({ image_id: byQuery.json.image_id, face_ids: {} });
    const asJson = await client.call<Inserted>('POST', '/insert-image', {
      place: 'json',
      members: { tenant_id: 't', image: flat.toString('base64') },
    });
    expect([asJson.status, asJson.json]).toEqual([200, byQuery.json]);
  });

  it('GET /image answers faces, clusters and the 16 hex digits of the perceptual hash', async () => {
    const image = await everywhere<{ face_ids: string[]; cluster_ids: string[]; phash: string }>(
      'GET',
      '/image',
      {
        tenant_id: 't',
        image_id: inserted.image_id,
      },
    );
    expect(Object.keys(image)).toEqual(['face_ids', 'cluster_ids', 'phash']);
    expect(image.face_ids.sort()).toEqual(Object.keys(inserted.face_ids).sort());
    expect(image.cluster_ids.sort()).toEqual([...new Set(grouped.map(([, cluster]) => cluster))].sort());
    expect(image.phash).toMatch(/^[0-9a-f]{16}$/);
    expect(await refused('GET', '/image', { image_id: NOBODY })).toEqual([404, 'Image not found']);
  });

  it('GET /faces answers a page of the faces of an image', async () => {
    const members = { tenant_id: 't', image_id: inserted.image_id };
    const all = await everywhere<(Face & { id: string })[]>('GET', '/faces', members);
    expect(all.map(({ id }) => id).sort()).toEqual(Object.keys(inserted.face_ids).sort());
    for (const face of all) {
      expect(Object.keys(face).sort()).toEqual([
        'cluster_id',
        'facial_area',
        'id',
        'image_id',
        'is_auto_matched',
      ]);
    }
    const second = await everywhere<{ id: string }[]>('GET', '/faces', { ...members, skip: 1, limit: 1 });
    expect(second).toEqual([all[1]]);
    expect(await refused('GET', '/faces', { image_id: NOBODY })).toEqual([404, 'Image not found']);
  });

  it('GET /face answers cluster, image, area and whether the machine matched it', async () => {
    const [id, cluster] = grouped[0]!;
    const face = await everywhere<Face>('GET', '/face', { tenant_id: 't', face_id: id });
    expect(Object.keys(face).sort()).toEqual(['cluster_id', 'facial_area', 'image_id', 'is_auto_matched']);
    expect(face).toMatchObject({ cluster_id: cluster, image_id: inserted.image_id, is_auto_matched: false });
    expect(Object.keys(face.facial_area).sort()).toEqual(['h', 'w', 'x', 'y']);
    for (const value of Object.values(face.facial_area)) expect(Number.isInteger(value)).toBe(true);
    expect(face.facial_area['w']).toBeGreaterThan(20);
    expect(await refused('GET', '/face', { face_id: NOBODY })).toEqual([404, 'Face not found']);
  });

  it('GET /cluster answers the numbers of faces and images', async () => {
    const members = { tenant_id: 't', cluster_id: grouped[0]![1] };
    const counts = { number_of_faces: 1, number_of_images: 1 };
    expect(await everywhere('GET', '/cluster', members)).toEqual(counts);
    expect(await refused('GET', '/cluster', { cluster_id: NOBODY })).toEqual([404, 'Cluster not found']);
  });

  it('GET /review-pending-list and GET /review-pending answer integer ids that do not change', async () => {
    const list = await everywhere<Review[]>('GET', '/review-pending-list', { tenant_id: 't' });
    expect(list.length).toBe(grouped.length);
    for (const review of list) {
      expect(Object.keys(review)).toEqual(['id', 'cluster_id', 'image_id']);
      expect(Number.isInteger(review.id)).toBe(true);
      expect(review.image_id).toBe(inserted.image_id);
      const alone = await everywhere('GET', '/review-pending', { tenant_id: 't', review_id: review.id });
      expect(alone).toEqual(review);
    }
    expect(list.map(({ cluster_id }) => cluster_id).sort()).toEqual(grouped.map(([, id]) => id).sort());
    expect(list.map(({ id }) => id)).toEqual([...new Set(list.map(({ id }) => id))].sort((a, b) => a - b));
    const page = await everywhere('GET', '/review-pending-list', { tenant_id: 't', skip: 1, limit: 1 });
    expect(page).toEqual([list[1]]);
    expect(await refused('GET', '/review-pending', { review_id: 1_000_000 })).toEqual([
      404,
      'Review not found',
    ]);
  });

  it('DELETE /review-pending closes the question, whose id then is unknown and never comes again', async () => {
    const [first, second] = (
      await client.call<Review[]>('GET', '/review-pending-list', { members: { tenant_id: 't' } })
    ).json;
    for (const [place, { id }] of [
      ['json', first!],
      ['form', second!],
    ] as const) {
      const members = { tenant_id: 't', review_id: id };
      const answer = await client.call('DELETE', '/review-pending', { place, members });
      expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
      expect(await refused('GET', '/review-pending', { review_id: id })).toEqual([404, 'Review not found']);
      expect(await refused('DELETE', '/review-pending', { review_id: id })).toEqual([
        404,
        'Review not found',
      ]);
    }
    const more = await insert(samplePhotos[3]!);
    expect(more.status).toBe(200);
    const list = await everywhere<Review[]>('GET', '/review-pending-list', { tenant_id: 't', limit: 1000 });
    expect(list.length).toBeGreaterThan(0);
    expect(list.filter(({ id }) => id === first!.id || id === second!.id)).toEqual([]);
  });

  it('POST /update-face-cluster moves a face, and back again: the later word counts', async () => {
    const [[face], [, second], [, third]] = grouped as [[string, string], [string, string], [string, string]];
    const targets = [
      ['query', second],
      ['json', third],
      ['multipart', second],
    ] as const;
    for (const [place, to_cluster_id] of targets) {
      const members = { tenant_id: 't', face_id: face, to_cluster_id };
      const answer = await client.call('POST', '/update-face-cluster', { place, members });
      expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
      const moved = await everywhere<Face>('GET', '/face', { tenant_id: 't', face_id: face });
      expect(moved).toMatchObject({ cluster_id: to_cluster_id, is_auto_matched: false });
    }
    const refusal = await refused('POST', '/update-face-cluster', { face_id: NOBODY, to_cluster_id: second });
    expect(refusal).toEqual([404, 'Face not found']);
    const nowhere = await refused('POST', '/update-face-cluster', { face_id: face, to_cluster_id: NOBODY });
    expect(nowhere).toEqual([404, 'Cluster not found']);
  });

  it('DELETE /face, /cluster and /image erase, and a second time there is nothing', async () => {
    const { json } = await insert(samplePhotos[5]!);
    const faces = Object.entries(json.face_ids).filter(([, cluster]) => cluster !== null);
    expect(faces.length).toBeGreaterThan(1);
    const gone = async (path: string, text: string, members: Members, place: 'query' | 'form' | 'json') => {
      const answer = await client.call('DELETE', path, { place, members: { tenant_id: 't', ...members } });
      expect([path, answer.status, answer.json]).toEqual([path, 200, SUCCESS]);
      expect(await refused('DELETE', path, members)).toEqual([404, text]);
      expect(await refused('GET', path, members)).toEqual([404, text]);
    };
    await gone('/face', 'Face not found', { face_id: faces[0]![0] }, 'query');
    await gone('/cluster', 'Cluster not found', { cluster_id: faces[1]![1]! }, 'form');
    expect(await refused('GET', '/face', { face_id: faces[1]![0] })).toEqual([404, 'Face not found']);
    await gone('/image', 'Image not found', { image_id: json.image_id }, 'json');
  });

  it('DELETE /tenant erases everything of a tenant and nothing of another', async () => {
    expect((await insert(samplePhotos[1]!, 'leaving')).status).toBe(200);
    const answer = await client.call('DELETE', '/tenant', {
      place: 'json',
      members: { tenant_id: 'leaving' },
    });
    expect([answer.status, answer.json]).toEqual([200, SUCCESS]);
    expect(await refused('DELETE', '/tenant', { tenant_id: 'leaving' })).toEqual([404, 'Tenant not found']);
    expect(await everywhere('GET', '/image', { tenant_id: 't', image_id: inserted.image_id })).toBeDefined();
  });

  it('takes the token as header `token` or as bearer token, says that it is deprecated, and lets nobody else in', async () => {
    const members = { tenant_id: 't', image_id: inserted.image_id };
    const bearer = { authorization: `Bearer ${app.admin.token}` };
    const answer = await client.call('GET', '/image', { members, headers: bearer });
    expect(answer.status).toBe(200);
    expect(answer.headers['deprecation']).toMatch(/^@\d+$/);
    expect(answer.headers['link']).toContain('rel="deprecation"');
    for (const [headers, status] of [
      [{}, 401],
      [{ token: 'wrong' }, 401],
      [{ token: '' }, 401],
    ] as const) {
      const refusal = await client.call('GET', '/image', { members, headers });
      expect([refusal.status, refusal.headers['deprecation']]).toEqual([
        status,
        answer.headers['deprecation'],
      ]);
    }
  });

  it('binds a key to its tenant and its scopes', async () => {
    await app.admin.post('/v1/tenants', { id: 'mine' });
    const mint = async (...scopes: string[]): Promise<EarlierClient> => {
      const minted = await app.admin.post<{ key: string }>('/v1/tenants/mine/api-keys', {
        name: 'k',
        scopes,
      });
      return client.as(minted.json.key);
    };
    const all = await mint('ingest', 'read', 'review', 'erase');
    const image = { image_id: inserted.image_id };
    const status = async (by: EarlierClient, method: string, path: string, members: Members) =>
      (await by.call(method, path, { members })).status;
    expect(await status(all, 'GET', '/image', { tenant_id: 't', ...image })).toBe(404);
    expect(await status(all, 'GET', '/image', { tenant_id: 'mine', ...image })).toBe(404);
    expect(await status(await mint('read'), 'DELETE', '/image', { tenant_id: 'mine', ...image })).toBe(403);
    // Erasing a tenant takes the scope admin as well, as on /v1.
    expect(await status(all, 'DELETE', '/tenant', { tenant_id: 'mine' })).toBe(403);
    expect(await status(await mint('erase', 'admin'), 'DELETE', '/tenant', { tenant_id: 't' })).toBe(404);
    const files = { image: samplePhotos[0]! };
    const foreign = await all.call('POST', '/insert-image', { members: { tenant_id: 'unheard-of' }, files });
    expect(foreign.status).toBe(404);
    expect((await app.admin.get('/v1/tenants/unheard-of')).status).toBe(404);
  });

  it('refuses what is missing, malformed or given twice in different words, and ignores what it does not know', async () => {
    expect((await refused('GET', '/image', {}))[0]).toBe(400);
    expect((await refused('GET', '/image', { image_id: 'nope' }))[0]).toBe(400);
    expect((await refused('GET', '/review-pending', { review_id: -1 }))[0]).toBe(400);
    expect((await refused('GET', '/review-pending-list', { limit: 0 }))[0]).toBe(400);
    expect((await refused('GET', '/review-pending-list', { tenant_id: 'a/b' }))[0]).toBe(400);
    const twice = await client.call('GET', '/image?tenant_id=mine', {
      place: 'json',
      members: { tenant_id: 't', image_id: inserted.image_id },
    });
    expect(twice.status).toBe(400);
    const more = { tenant_id: 't', image_id: inserted.image_id, colour: 'red' };
    expect(await everywhere('GET', '/image', more)).toBeDefined();
    const nothing = await client.call('POST', '/insert-image', {
      place: 'json',
      members: { tenant_id: 't' },
    });
    expect(nothing.status).toBe(400);
  });
});
