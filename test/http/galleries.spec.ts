// What a page that shows a gallery reads: lists in every order, pictures in bounded sizes, people who resemble each other.
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Cluster {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly face_count: number;
}
interface GalleryMap {
  readonly face_count: number;
  readonly sampled: boolean;
  readonly points: {
    readonly face_id: string;
    readonly cluster_id: string | null;
    readonly x: number;
    readonly y: number;
    readonly doubtful: boolean;
  }[];
}
interface Similar {
  readonly items: {
    readonly cluster: Cluster;
    readonly similarity: number;
    readonly probability: number;
    readonly kept_apart: boolean;
    readonly labels_differ: boolean;
    readonly shared_image_count: number;
  }[];
}

/** People in the gallery, and photos of the first, the second …: all sizes differ. */
const PHOTOS = [4, 3, 2, 1];
const at = (path: string): string => `/v1/tenants/t/${path}`;

describe('galleries', () => {
  let app: TestApp;
  let api: Api;
  /** Faces of each person, in the order in which they came. */
  const people: FaceJson[][] = [];
  /** The cluster of each person. */
  const clusters: string[] = [];

  beforeAll(async () => {
    app = await startApp();
    api = app.admin;
    expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
    const photos = await fiftyPhotosOfFivePeople();
    const names = [...new Set(photos.map(({ person }) => person))];
    for (const [person, count] of PHOTOS.entries()) {
      const faces: FaceJson[] = [];
      for (const { bytes } of photos.filter((one) => one.person === names[person]).slice(0, count)) {
        const { json } = await api.sendImage<ImageJson>('t', bytes);
        faces.push([...json.faces].sort((a, b) => b.box.width - a.box.width)[0]!);
      }
      people.push(faces);
      // Whatever the machine thought: a person says whose faces these are.
      const made = await api.post<{ cluster: Cluster }>(at('clusters'), {
        face_ids: faces.map(({ id }) => id),
        override: true,
      });
      expect(made.status, made.text).toBe(201);
      clusters.push(made.json.cluster.id);
    }
    for (const [i, label] of ['zoë Adams', 'Bea Carter', 'adam Zett'].entries())
      expect((await api.call('PATCH', at(`clusters/${clusters[i]}`), { label })).status).toBe(200);
  });
  afterAll(() => app.close());

  const listed = async (query: string): Promise<Cluster[]> => {
    const whole = (await api.get<{ items: Cluster[] }>(at(`clusters?${query}`))).json.items;
    const one = (cursor: string | null) =>
      api.get<{ items: Cluster[]; next_cursor: string | null }>(
        at(`clusters?${query}&limit=1${cursor === null ? '' : `&cursor=${cursor}`}`),
      );
    const paged: Cluster[] = [];
    for (let cursor: string | null = null, n = 0; n === 0 || cursor !== null; n++) {
      const { json } = await one(cursor);
      paged.push(...json.items);
      cursor = json.next_cursor;
    }
    expect(paged, `${query}: page by page as at once`).toEqual(whole);
    return whole;
  };

  it('lists clusters by size, by change and by name, page by page without a gap', async () => {
    const bySize = await listed('sort=size&state=confirmed');
    expect(bySize.map(({ face_count }) => face_count)).toEqual(PHOTOS);
    const byLabel = await listed('sort=label');
    expect(byLabel.slice(0, 3).map(({ label }) => label)).toEqual(['adam Zett', 'Bea Carter', 'zoë Adams']);
    expect(byLabel.slice(3).every(({ label }) => label === null)).toBe(true);
    expect(byLabel.map(({ id }) => id)).toContain(clusters[3]);
    await api.call('PATCH', at(`clusters/${clusters[1]}`), { external_ref: 'changed last' });
    expect((await listed('sort=recent'))[0]!.id).toBe(clusters[1]);
    const newest = await listed('sort=newest');
    expect(newest.map(({ id }) => id)).toEqual([...newest.map(({ id }) => id)].sort().reverse());
  });

  it('lists clusters of several states', async () => {
    await api.call('PATCH', at(`clusters/${clusters[3]}`), { state: 'ignored' });
    const states = async (query: string) => new Set((await listed(query)).map(({ state }) => state));
    expect(await states('state=ignored&state=confirmed')).toEqual(new Set(['ignored', 'confirmed']));
    expect(await states('state=ignored')).toEqual(new Set(['ignored']));
    await api.call('PATCH', at(`clusters/${clusters[3]}`), { state: 'confirmed' });
  });

  it.each([
    ['ad', ['adam Zett', 'zoë Adams']],
    ['AD', ['adam Zett', 'zoë Adams']],
    ['bea c', ['Bea Carter']],
    ['art', []],
    ['%', []],
  ])('completes the name %j', async (prefix, labels) => {
    const found = await listed(`sort=label&label_prefix=${encodeURIComponent(prefix)}`);
    expect(found.map(({ label }) => label)).toEqual(labels);
  });

  it.each([
    ['clusters?sort=beauty', '#/query/sort'],
    ['clusters?state=gone', '#/query/state'],
    [
      `clusters?sort=size&cursor=${Buffer.from(JSON.stringify(['x', clusterId()])).toString('base64url')}`,
      '#/query/cursor',
    ],
    [
      `clusters?sort=size&cursor=${Buffer.from(JSON.stringify([1e20, clusterId()])).toString('base64url')}`,
      '#/query/cursor',
    ],
    [
      `clusters?sort=recent&cursor=${Buffer.from(JSON.stringify([1e20, clusterId()])).toString('base64url')}`,
      '#/query/cursor',
    ],
    [`clusters/${clusterId()}/similar?limit=51`, '#/query/limit'],
    [`clusters/${clusterId()}/faces?sort=beauty`, '#/query/sort'],
    ['gallery-map?faces_max=5001', '#/query/faces_max'],
    [`faces/${clusterId()}/crop?size=100`, '#/query/size'],
    [`images/${clusterId()}/preview?size=5000`, '#/query/size'],
  ])('refuses %s and says where', async (path, pointer) => {
    const answer = await api.get<{ code: string; errors: { pointer: string }[] }>(at(path));
    expect([answer.status, answer.json.code]).toEqual([400, 'request.invalid']);
    expect(answer.json.errors.map((fault) => fault.pointer)).toContain(pointer);
  });

  it("lists a person's faces from the surest to the most doubtful, and back", async () => {
    // One more face, placed by the machine or by nobody: not as sure as what a person decided.
    const photos = await fiftyPhotosOfFivePeople();
    const more = await api.sendImage<ImageJson>('t', photos[PHOTOS[0]!]!.bytes);
    const auto = more.json.faces.find(({ cluster_id }) => cluster_id !== null)!;
    const page = (cluster: string, sort: string, cursor = '') =>
      api.get<{ items: FaceJson[]; next_cursor: string | null }>(
        at(`clusters/${cluster}/faces?sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`),
      );
    const all = async (cluster: string, sort: string): Promise<FaceJson[]> => {
      const faces: FaceJson[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { json }: { json: { items: FaceJson[]; next_cursor: string | null } } = await page(
          cluster,
          sort,
          cursor,
        );
        faces.push(...json.items);
        cursor = json.next_cursor;
      }
      return faces;
    };
    const certainty = ({ locked, probability }: FaceJson): number => (locked ? 2 : (probability ?? -1));
    for (const cluster of new Set([clusters[0]!, auto.cluster_id!])) {
      const surest = await all(cluster, 'certainty');
      const scores = surest.map(certainty);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect((await all(cluster, 'doubt')).map(({ id }) => id)).toEqual(surest.map(({ id }) => id).reverse());
      expect(new Set(surest.map(({ id }) => id)).size).toBe(surest.length);
    }
    expect((await all(clusters[0]!, 'certainty')).slice(0, 4).every(({ locked }) => locked)).toBe(true);
  });

  it('cuts faces out in four sizes and shows photos in three, never enlarged and never to be kept', async () => {
    const { json: photo } = await api.sendImage<ImageJson>('t', samplePhotos[0]!);
    const face = photo.faces[0]!;
    const picture = async (path: string) => {
      const response = await fetch(`${api.url}${at(path)}`, {
        headers: { authorization: `Bearer ${api.token}` },
      });
      expect([response.status, response.headers.get('cache-control')], path).toEqual([
        200,
        'private, no-store',
      ]);
      const { width, height, format } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect(format).toBe('jpeg');
      return { width, height };
    };
    for (const size of [96, 192, 320]) {
      const { width, height } = await picture(`faces/${face.id}/crop?size=${size}`);
      // The picture is scaled first and cut then: an edge may be rounded away.
      expect(Math.abs(Math.max(width, height) - size)).toBeLessThanOrEqual(2);
    }
    expect(await picture(`faces/${face.id}/crop`)).toEqual(await picture(`faces/${face.id}/crop?size=320`));
    const whole = { width: photo.width, height: photo.height };
    for (const size of [480, 640, 960, 1600]) {
      const { width, height } = await picture(`images/${photo.id}/preview?size=${size}`);
      expect(Math.max(width, height)).toBe(size);
      expect(width / height).toBeCloseTo(whole.width / whole.height, 1);
    }
    const small = await sharp(samplePhotos[0]).resize({ width: 300 }).jpeg().toBuffer();
    const { json: little } = await api.sendImage<ImageJson>('t', small);
    expect((await picture(`images/${little.id}/preview`)).width).toBe(300);
  });

  it('names the people who resemble a person, and what speaks against a merge', async () => {
    const similar = async (id: string) => {
      const answer = await api.get<Similar>(at(`clusters/${id}/similar?limit=50`));
      expect(answer.status, answer.text).toBe(200);
      return answer.json.items;
    };
    // Part one person in two: nobody resembles one half more than the other half does.
    const [first] = people[0]!;
    const split = await api.post<{ clusters: Cluster[]; operation: { id: string } }>(
      at(`clusters/${clusters[0]}/split`),
      { groups: [[first!.id]], override: true },
    );
    expect(split.status, split.text).toBe(200);
    const half = split.json.clusters[1]!.id;
    const found = await similar(half);
    expect(found[0]).toMatchObject({
      cluster: split.json.clusters[0],
      kept_apart: true,
      labels_differ: false,
      shared_image_count: 0,
    });
    expect(found.map(({ cluster }) => cluster.id)).not.toContain(half);
    expect(found.map(({ similarity }) => similarity)).toEqual(
      found.map(({ similarity }) => similarity).sort((a, b) => b - a),
    );
    for (const { probability } of found) expect(probability >= 0 && probability <= 1).toBe(true);
    expect((await api.post(at(`operations/${split.json.operation.id}/undo`))).status).toBe(200);
    expect((await api.get<{ code: string }>(at(`clusters/${clusterId()}/similar`))).json.code).toBe(
      'cluster.not_found',
    );
  });

  it('draws the gallery with every face once, and tells ids and places only', async () => {
    const { json: map, headers } = await api.get<GalleryMap>(at('gallery-map'));
    expect(headers.get('cache-control')).toBe('private, no-store');
    const images = await api.all<ImageJson>(at('images'));
    const faces = new Map(images.flatMap((image) => image.faces).map((face) => [face.id, face]));
    expect([map.face_count, map.sampled]).toEqual([faces.size, false]);
    expect(new Set(map.points.map(({ face_id }) => face_id))).toEqual(new Set(faces.keys()));
    for (const point of map.points) {
      expect(Object.keys(point).sort()).toEqual(['cluster_id', 'doubtful', 'face_id', 'x', 'y']);
      expect(point.cluster_id).toBe(faces.get(point.face_id)!.cluster_id);
      expect(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1).toBe(true);
      if (faces.get(point.face_id)!.locked) expect(point.doubtful).toBe(false);
    }
  });

  it('draws a face under question as doubtful, moved faces as moved, and everything where it was', async () => {
    const draw = async (): Promise<GalleryMap> => (await api.get<GalleryMap>(at('gallery-map'))).json;
    const asking = await api.call('PATCH', '/v1/tenants/t', {
      settings: { clustering: { accept: 1, ask: 0.05 } },
    });
    expect(asking.status, asking.text).toBe(200);
    const photos = await fiftyPhotosOfFivePeople();
    const { json: asked } = await api.sendImage<ImageJson>('t', photos[PHOTOS[0]! + 1]!.bytes);
    const open = await api.all<{ subject: { face_id: string | null } }>(
      at('review-pending?kind=uncertain_assignment'),
    );
    const subject = asked.faces.find(({ id }) => open.some((item) => item.subject.face_id === id))!;
    expect(subject, 'a question about the new face').toBeDefined();
    const before = await draw();
    expect(before.points.find(({ face_id }) => face_id === subject.id)!.doubtful).toBe(true);
    const moved = await api.call('PATCH', at(`faces/${subject.id}`), { cluster_id: clusters[0] });
    expect(moved.status, moved.text).toBe(200);
    const after = await draw();
    expect(after.points.find(({ face_id }) => face_id === subject.id)).toMatchObject({
      cluster_id: clusters[0],
      doubtful: false,
    });
    const places = ({ points }: GalleryMap) => points.map(({ face_id, x, y }) => [face_id, x, y]);
    expect(places(after)).toEqual(places(before));
  });

  it('shows a sample of a larger gallery, the same each time, and says so', async () => {
    const sample = () => api.get<GalleryMap>(at('gallery-map?faces_max=5'));
    const { json: map } = await sample();
    expect([map.points.length, map.sampled]).toEqual([5, true]);
    expect(map.face_count).toBeGreaterThan(5);
    expect((await sample()).json).toEqual(map);
  });

  it('draws for who may review, not for who may only read', async () => {
    const minted = await api.post<{ key: string }>('/v1/tenants/t/api-keys', { name: 'r', scopes: ['read'] });
    const answer = await api.as(minted.json.key).get<{ code: string }>(at('gallery-map'));
    expect([answer.status, answer.json.code]).toEqual([403, 'auth.scope_insufficient']);
  });
});

/** The id of nothing. */
function clusterId(): string {
  return '01a00000-0000-7000-8000-000000000000';
}
