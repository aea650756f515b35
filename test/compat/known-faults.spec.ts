// The sixteen faults of the first earlier API, each shown not to happen here: eleven that its users met, four things that it meant to
// do and never did, and its one token for everybody.
import { readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KINDRED_CONFIG, type KindredConfig } from '../../src/config/config.js';
import { startApp, type TestApp } from '../harness/app.js';
import { EarlierClient, type Members } from '../harness/earlier-client.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Inserted {
  readonly image_id: string;
  readonly face_ids: Readonly<Record<string, string>>;
}
interface Review {
  readonly id: number;
  readonly cluster_id: string;
  readonly image_id: string;
}
interface Area {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Where three different people are in the first sample photo, px. */
const PEOPLE = [
  { left: 1330, top: 80, width: 490, height: 480 },
  { left: 290, top: 220, width: 430, height: 500 },
  { left: 700, top: 290, width: 460, height: 500 },
];
/** Nobody is that certain: every photo of a known person is a question. */
const DOUBTFUL = { accept: 1, ask: 0.01 };

describe('known faults of the first earlier API', () => {
  let app: TestApp;
  let client: EarlierClient;
  let tenants = 0;

  beforeAll(async () => {
    app = await startApp();
    client = new EarlierClient(app.admin.url, app.admin.token);
  });
  afterAll(() => app.close());

  /** A portrait of one of three people; the same person again under slightly other light. */
  const portrait = async (person: number, light = 0): Promise<Buffer> =>
    sharp(await sharp(samplePhotos[0]).extract(PEOPLE[person]!).toBuffer())
      .modulate({ brightness: 1 + light / 200 })
      .resize({ width: 400 })
      .jpeg({ quality: 90 })
      .toBuffer();
  const newTenant = async (settings = {}): Promise<string> => {
    const id = `fault-${++tenants}`;
    expect((await app.admin.post('/v1/tenants', { id, settings })).status).toBe(201);
    return id;
  };
  const insert = async (tenant: string, bytes: Uint8Array): Promise<Inserted> => {
    const files = { image: { name: 'photo.jpg', bytes } };
    const answer = await client.call<Inserted>('POST', '/insert-image', {
      members: { tenant_id: tenant },
      files,
    });
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    return answer.json;
  };
  const get = async <T>(path: string, members: Members): Promise<T> => {
    const answer = await client.call<T>('GET', path, { members });
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    return answer.json;
  };
  const clusterOf = ({ face_ids }: Inserted): string => {
    expect(Object.keys(face_ids)).toHaveLength(1);
    return Object.values(face_ids)[0]!;
  };

  it('1: a similarity threshold used as a distance — different people do not join the first cluster', async () => {
    const tenant = await newTenant();
    const clusters = [];
    for (const person of [0, 1, 2]) clusters.push(clusterOf(await insert(tenant, await portrait(person))));
    expect(new Set(clusters).size).toBe(3);
    for (const person of [0, 1, 2])
      expect(clusterOf(await insert(tenant, await portrait(person, 1)))).toBe(clusters[person]);
  });

  it('2: single linkage on one nearest face — a cluster is met as a whole, and one stray face draws nobody in', async () => {
    const tenant = await newTenant();
    const ann = clusterOf(await insert(tenant, await portrait(0)));
    for (const light of [1, 2, 3])
      expect(clusterOf(await insert(tenant, await portrait(0, light)))).toBe(ann);
    const stray = await insert(tenant, await portrait(1));
    for (const light of [4, 5, 6, 7])
      expect(clusterOf(await insert(tenant, await portrait(1, light)))).toBe(clusterOf(stray));
    const members = { tenant_id: tenant, face_id: Object.keys(stray.face_ids)[0]!, to_cluster_id: ann };
    expect((await client.call('POST', '/update-face-cluster', { members })).status).toBe(200);
    // Of all faces the stray one is nearest: other bytes, hardly another picture.
    expect(clusterOf(await insert(tenant, await portrait(1, 0.4)))).not.toBe(ann);
  });

  it('3: no same-photo rule — two faces of one photo are two people', async () => {
    const tenant = await newTenant();
    const one = await portrait(0);
    const { width = 0, height = 0 } = await sharp(one).metadata();
    const twice = await sharp(one)
      .extend({ right: width, background: 'white' })
      .composite([{ input: one, left: width, top: 0 }])
      .jpeg()
      .toBuffer();
    expect((await sharp(twice).metadata()).height).toBe(height);
    const clusters = Object.values((await insert(tenant, twice)).face_ids);
    expect(clusters.length).toBe(2);
    expect(new Set(clusters).size).toBe(2);
  });

  it('4: uploads never deleted — an erased image leaves no file', async () => {
    const { storage } = app.app.get<KindredConfig>(KINDRED_CONFIG);
    const files = async (): Promise<string[]> =>
      (await readdir(storage.blobsDir, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);
    const tenant = await newTenant();
    const before = await files();
    const { image_id } = await insert(tenant, await portrait(2, 5));
    expect(await files()).toHaveLength(before.length + 1);
    await client.call('DELETE', '/image', { members: { tenant_id: tenant, image_id } });
    expect((await files()).sort()).toEqual(before.sort());
  });

  it('5: review rows dangling — questions go with the image, the cluster or the face they are about', async () => {
    const tenant = await newTenant();
    const list = () => get<Review[]>('/review-pending-list', { tenant_id: tenant, limit: 100 });
    for (const [path, members] of [
      ['/image', ({ image_id }: Inserted) => ({ image_id })],
      ['/cluster', (inserted: Inserted) => ({ cluster_id: clusterOf(inserted) })],
      ['/face', ({ face_ids }: Inserted) => ({ face_id: Object.keys(face_ids)[0]! })],
    ] as const) {
      const inserted = await insert(tenant, await portrait(0));
      expect(await list()).toHaveLength(1);
      const answer = await client.call('DELETE', path, {
        members: { tenant_id: tenant, ...members(inserted) },
      });
      expect(answer.status).toBe(200);
      expect(await list()).toEqual([]);
      if (path !== '/image')
        await client.call('DELETE', '/image', {
          members: { tenant_id: tenant, image_id: inserted.image_id },
        });
    }
  });

  it('6: no 404s — what is not there is said to be not there', async () => {
    const tenant_id = await newTenant();
    const id = '01a00000-0000-7000-8000-000000000000';
    for (const [path, member] of [
      ['/image', 'image_id'],
      ['/faces', 'image_id'],
      ['/face', 'face_id'],
      ['/cluster', 'cluster_id'],
    ] as const)
      expect((await client.call('GET', path, { members: { tenant_id, [member]: id } })).status).toBe(404);
    expect(
      (await client.call('GET', '/review-pending', { members: { tenant_id, review_id: 1 } })).status,
    ).toBe(404);
    const nowhere = { tenant_id: 'nowhere', image_id: id };
    expect((await client.call('GET', '/image', { members: nowhere })).status).toBe(404);
  });

  it('7: error text leaks internals — a refusal holds a code and words for people', async () => {
    const tenant_id = await newTenant();
    const file = {
      name: 'photo.jpg',
      bytes: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(999)]),
    };
    const broken = await client.call<{ code: string }>('POST', '/insert-image', {
      members: { tenant_id },
      files: { image: file },
    });
    expect([broken.status, broken.json.code]).toEqual([422, 'image.unreadable']);
    const odd = await client.call('GET', '/image', { members: { tenant_id, image_id: "' OR 1=1 --" } });
    for (const { text } of [broken, odd])
      expect(text).not.toMatch(/Error:|Exception|\bat \S+:\d|SELECT|prisma|sharp|vips|node_modules/i);
  });

  it('8: two concurrent inserts of one new person make two clusters — they make one', async () => {
    const tenant = await newTenant();
    const photos = await Promise.all([0, 1, 2, 3].map((light) => portrait(1, light)));
    const inserted = await Promise.all(photos.map((bytes) => insert(tenant, bytes)));
    expect(new Set(inserted.map(clusterOf)).size).toBe(1);
  });

  it('9: the same upload twice makes the faces twice — it answers what is there, also at the same time', async () => {
    const tenant = await newTenant();
    const bytes = await portrait(2);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => insert(tenant, bytes)));
    for (const again of [...others, await insert(tenant, bytes)]) expect(again).toEqual(first);
    const counts = { number_of_faces: 1, number_of_images: 1 };
    expect(await get('/cluster', { tenant_id: tenant, cluster_id: clusterOf(first!) })).toEqual(counts);
  });

  it('10: EXIF orientation ignored — a photo that is stored sideways is read upright', async () => {
    const area = async (bytes: Uint8Array): Promise<Area> => {
      const tenant_id = await newTenant();
      const { face_ids } = await insert(tenant_id, bytes);
      const face_id = Object.keys(face_ids)[0]!;
      return (await get<{ facial_area: Area }>('/face', { tenant_id, face_id })).facial_area;
    };
    const upright = await portrait(0);
    const sideways = await sharp(upright)
      .rotate(270)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toBuffer();
    const [a, b] = [await area(upright), await area(sideways)];
    for (const side of ['x', 'y', 'w', 'h'] as const) expect(Math.abs(a[side] - b[side])).toBeLessThan(12);
  });

  it('11: no isolation between tenants — a face of one tenant meets none of another', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const [mine, theirs] = [await insert(one, await portrait(0)), await insert(other, await portrait(0, 1))];
    expect(clusterOf(mine)).not.toBe(clusterOf(theirs));
    for (const [path, member] of [
      ['/image', { image_id: theirs.image_id }],
      ['/cluster', { cluster_id: clusterOf(theirs) }],
      ['/face', { face_id: Object.keys(theirs.face_ids)[0]! }],
    ] as const)
      expect((await client.call('GET', path, { members: { tenant_id: one, ...member } })).status).toBe(404);
    const foreign = {
      tenant_id: one,
      face_id: Object.keys(mine.face_ids)[0]!,
      to_cluster_id: clusterOf(theirs),
    };
    expect((await client.call('POST', '/update-face-cluster', { members: foreign })).status).toBe(404);
  });

  it('12: low-confidence faces never reach review — they are a question about the cluster they may belong to', async () => {
    const tenant = await newTenant({ clustering: DOUBTFUL });
    const ann = clusterOf(await insert(tenant, await portrait(0)));
    const doubtful = await insert(tenant, await portrait(0, 9));
    expect(clusterOf(doubtful)).not.toBe(ann);
    const list = await get<Review[]>('/review-pending-list', { tenant_id: tenant });
    expect(list).toContainEqual({
      id: expect.any(Number) as number,
      cluster_id: ann,
      image_id: doubtful.image_id,
    });
  });

  it('13: images of a person cannot be listed — they can, page by page', async () => {
    const tenant = await newTenant();
    const images = [];
    for (const light of [0, 1, 2]) images.push(await insert(tenant, await portrait(0, light)));
    await insert(tenant, await portrait(1));
    const path = `/v1/tenants/${tenant}/images?cluster_id=${clusterOf(images[0]!)}`;
    const page = await app.admin.get<{ items: { id: string }[]; next_cursor: string }>(`${path}&limit=2`);
    const rest = await app.admin.get<{ items: { id: string }[] }>(`${path}&cursor=${page.json.next_cursor}`);
    const ids = [...page.json.items, ...rest.json.items].map(({ id }) => id);
    expect(ids.sort()).toEqual(images.map(({ image_id }) => image_id).sort());
  });

  it('14: near-duplicate images are not found — their perceptual hashes are close, and the queue asks where it is told to', async () => {
    const tenant = await newTenant({ review: { kinds: { duplicate_image: true } } });
    const hash = async ({ image_id }: Inserted): Promise<bigint> =>
      BigInt(`0x${(await get<{ phash: string }>('/image', { tenant_id: tenant, image_id })).phash}`);
    const bits = (a: bigint, b: bigint): number => (a ^ b).toString(2).replace(/0/g, '').length;
    const original = await insert(tenant, await portrait(0));
    const smaller = await insert(
      tenant,
      await sharp(await portrait(0))
        .resize({ width: 320 })
        .jpeg({ quality: 80 })
        .toBuffer(),
    );
    const other = await insert(tenant, await portrait(1));
    expect(bits(await hash(original), await hash(smaller))).toBeLessThanOrEqual(6);
    expect(bits(await hash(original), await hash(other))).toBeGreaterThan(12);
    const items = await app.admin.all<{ kind: string }>(`/v1/tenants/${tenant}/review-pending`);
    expect(items.filter(({ kind }) => kind === 'duplicate_image')).toHaveLength(1);
  });

  it('15: people have no names — a cluster takes a label, which the next photo finds', async () => {
    const tenant = await newTenant();
    const cluster = clusterOf(await insert(tenant, await portrait(2)));
    const path = `/v1/tenants/${tenant}/clusters`;
    expect((await app.admin.call('PATCH', `${path}/${cluster}`, { label: 'Cleo' })).status).toBe(200);
    expect(clusterOf(await insert(tenant, await portrait(2, 1)))).toBe(cluster);
    const [found] = await app.admin.all<{ id: string; face_count: number }>(`${path}?label=Cleo`);
    expect(found).toMatchObject({ id: cluster, face_count: 2 });
  });

  it('16: one token opens every tenant — a key opens its own, and there no more than its scopes', async () => {
    const [one, other] = [await newTenant(), await newTenant()];
    const minted = await app.admin.post<{ key: string }>(`/v1/tenants/${one}/api-keys`, {
      name: 'k',
      scopes: ['read'],
    });
    const key = client.as(minted.json.key);
    const status = async (by: EarlierClient, method: string, tenant_id: string): Promise<number> =>
      (await by.call(method, '/review-pending-list', { members: { tenant_id } })).status;
    expect(await status(key, 'GET', one)).toBe(200);
    expect(await status(key, 'GET', other)).toBe(404);
    expect(await status(client.as(undefined), 'GET', one)).toBe(401);
    expect((await key.call('DELETE', '/tenant', { members: { tenant_id: one } })).status).toBe(403);
  });
});
