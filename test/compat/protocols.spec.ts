// The contracts of the second to the fifth earlier API, each in its own tenants, against real photos and models.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../harness/app.js';
import { EarlierClient, type EarlierAnswer, type Members } from '../harness/earlier-client.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}
type Json = Record<string, unknown>;

const ALL = 'clusters,user_check,enrol,compare,events';

describe('the other earlier APIs', () => {
  let app: TestApp;
  let client: EarlierClient;
  /** Two photos of Ann, one of Ben, one of a stranger, one with several faces, one with none. */
  let ann: [File, File];
  let ben: File;
  let stranger: File;
  let flat: File;
  const group = samplePhotos[1]!;

  beforeAll(async () => {
    app = await startApp({
      env: {
        KINDRED_COMPAT_PROTOCOLS: ALL,
        KINDRED_COMPAT_OPEN: 'compare',
        KINDRED_COMPAT_EVENTS_DELETE_BY_GET: 'on',
      },
    });
    client = new EarlierClient(app.admin.url, app.admin.token);
    const photos = await fiftyPhotosOfFivePeople();
    const names = [...new Set(photos.map(({ person }) => person))];
    const photo = (person: number, i: number): File => ({
      name: 'photo.jpg',
      bytes: photos.filter((p) => p.person === names[person])[i]!.bytes,
    });
    ann = [photo(3, 0), photo(3, 1)];
    ben = photo(4, 0);
    stranger = photo(2, 0);
    const background = { r: 90, g: 120, b: 150 };
    flat = {
      name: 'flat.png',
      bytes: await sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .png()
        .toBuffer(),
    };
  });
  afterAll(() => app.close());

  const send = (path: string, members: Members, file?: File | string): Promise<EarlierAnswer<Json>> =>
    client.call<Json>('POST', path, {
      members,
      place: 'multipart',
      ...(file === undefined ? {} : { files: { file } }),
    });

  describe('enrol', () => {
    const recognise = async (file: File | string): Promise<Json> => {
      const answer = await send('/api/face/recognition', {}, file);
      expect([answer.status, answer.text]).toEqual([200, answer.text]);
      return answer.json;
    };

    it('POST /api/face/register enrols by name, also from a photo of several faces', async () => {
      for (const [name, file] of [
        ['Ann', ann[0]],
        ['Ben', ben],
      ] as const) {
        const answer = await send('/api/face/register', { name }, file);
        expect([answer.status, answer.json]).toEqual([200, { message: 'Face registered successfully' }]);
      }
      const many = await send('/api/face/register', { name: 'Cleo' }, group);
      expect([many.status, many.json]).toEqual([200, { message: 'Face registered successfully' }]);
      expect(await recognise(group)).toMatchObject({ match: true, name: 'Cleo' });
      const none = await send('/api/face/register', { name: 'Nobody' }, flat);
      expect([none.status, none.json['code']]).toEqual([422, 'image.no_face']);
      expect((await send('/api/face/register', {}, ben)).status).toBe(400);
    });

    it('POST /api/face/recognition answers match, name, id_face and score', async () => {
      const answer = await recognise(ann[0]);
      expect(Object.keys(answer).sort()).toEqual(['id_face', 'match', 'name', 'score']);
      expect(answer).toMatchObject({ match: true, name: 'Ann' });
      expect(answer['score']).toBeGreaterThan(0.9);
      const other = await recognise(stranger);
      expect(other).toMatchObject({ match: false, name: null, id_face: null });
      expect((await send('/api/face/recognition', {}, flat)).status).toBe(422);
    });

    it('GET /api/face/ lists id_face, name and the picture in base64', async () => {
      const { status, json } = await client.call<{ id_face: string; name: string; image: string }[]>(
        'GET',
        '/api/face/',
      );
      expect(status).toBe(200);
      expect(json.map(({ name }) => name).sort()).toEqual(['Ann', 'Ben', 'Cleo']);
      for (const { image } of json) {
        const { format, width } = await sharp(Buffer.from(image, 'base64')).metadata();
        expect([format, width > 40]).toEqual(['jpeg', true]);
      }
      const page = await client.call('GET', '/api/face/', { members: { skip: 1, limit: 1 } });
      expect(page.json).toEqual([json[1]]);
    });

    it('DELETE /api/face/recognition/{id} erases the face and its photo', async () => {
      const images = async (): Promise<number> => (await app.admin.all('/v1/tenants/people/images')).length;
      const before = await images();
      const { id_face: id } = await recognise(ben);
      const answer = await client.call('DELETE', `/api/face/recognition/${String(id)}`);
      expect([answer.status, answer.json]).toEqual([
        200,
        { message: `Face with ID ${String(id)} has been deleted successfully` },
      ]);
      expect(await images()).toBe(before - 1);
      expect(await recognise(ben)).toMatchObject({ match: false });
      const again = await client.call<Json>('DELETE', `/api/face/recognition/${String(id)}`);
      expect([again.status, again.json['detail']]).toEqual([404, 'Face not found']);
    });
  });

  describe('user check', () => {
    const check = async (members: Members, file?: File | string): Promise<Json> => {
      const answer = await send('/', members, file);
      expect([answer.status, answer.text]).toEqual([200, answer.text]);
      expect(Object.keys(answer.json)).toEqual([
        'faceDetected',
        'confidence',
        'match-status',
        'error-status',
        'error-message',
      ]);
      return answer.json;
    };
    const failure = (text: string) => ({
      faceDetected: null,
      confidence: null,
      'match-status': false,
      'error-status': 1,
      'error-message': text,
    });

    it('POST / matches a user, and tells who else it is', async () => {
      const matched = await check({ user_id: 'Ann' }, ann[0]);
      expect(matched).toMatchObject({
        faceDetected: 'Ann',
        'match-status': true,
        'error-status': 0,
        'error-message': '',
      });
      expect(matched['confidence']).toMatch(/^[01]\.\d{4}$/);
      expect(await check({ user_id: 'Ben' }, ann[0])).toMatchObject({
        faceDetected: 'Ann',
        'match-status': false,
        'error-status': 0,
      });
    });

    it('POST / takes a file of the HEIF family, and several faces are a warning', async () => {
      const heif = {
        name: 'photo.heif',
        bytes: await sharp(await readFile(group))
          .resize(900)
          .avif()
          .toBuffer(),
      };
      expect(await check({ user_id: 'Cleo' }, group)).toMatchObject({
        'match-status': true,
        'error-status': 0,
        'error-message': 'Found more than 1 face, but one face matched',
      });
      const none = await check({ user_id: 'Ann' }, heif);
      expect(none).toMatchObject({
        'match-status': false,
        'error-status': 0,
        'error-message': 'Found more than 1 face, and none of the faces matched',
      });
      expect(none['faceDetected']).toEqual(expect.arrayContaining(['Cleo']));
    });

    it('POST / says what is missing in the words of the earlier API', async () => {
      expect(await check({}, ann[0])).toEqual(failure('No user id provided'));
      expect(await check({ user_id: 'Ann' })).toEqual(failure('Filename not supported'));
      const named = { ...ann[0], name: 'photo.txt' };
      expect(await check({ user_id: 'Ann' }, named)).toEqual(failure('Filename not supported'));
      expect(await check({ user_id: 'Ann' }, flat)).toEqual(failure('No face detected'));
      expect(await check({ user_id: 'Ann' }, stranger)).toEqual(failure('Face detected but not in dataset'));
      const broken = await send(
        '/',
        { user_id: 'Ann' },
        { name: 'photo.jpg', bytes: Buffer.from('no picture') },
      );
      expect(broken.status).toBe(422);
      expect(broken.json).toMatchObject({
        'error-status': 1,
        'match-status': false,
        code: 'image.unreadable',
      });
    });
  });

  describe('compare', () => {
    const uri = ({ bytes }: File): string =>
      `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`;
    const compare = (members: Members, headers?: Record<string, string>) =>
      client.call<Json>('POST', '/compare', {
        place: 'json',
        members,
        ...(headers === undefined ? {} : { headers }),
      });

    it('GET / says that the server is working', async () => {
      const answer = await client.as(undefined).call('GET', '/');
      expect([answer.status, answer.json]).toEqual([200, { success: true, message: 'Server is working' }]);
    });

    it('POST /compare compares two data URIs, times it, and stores nothing', async () => {
      const before = await app.admin.get<{ items: Json[] }>('/v1/tenants');
      const same = await compare({ passport: uri(ann[0]), face: uri(ann[0]) });
      expect(same.status).toBe(200);
      expect(Object.keys(same.json)).toEqual([
        'success',
        'match',
        'message',
        'image_save_time',
        'comparison_time',
      ]);
      expect(same.json).toMatchObject({ success: true, match: true });
      for (const time of ['image_save_time', 'comparison_time'])
        expect(same.json[time]).toBeGreaterThanOrEqual(0);
      expect((await compare({ passport: uri(ann[0]), face: uri(ben) })).json).toMatchObject({ match: false });
      expect((await app.admin.get('/v1/tenants')).json).toEqual(before.json);
    });

    it('POST /compare answers 400 for bad data', async () => {
      const good = uri(ann[0]);
      const text = `data:image/jpeg;base64,${Buffer.from('no picture').toString('base64')}`;
      for (const members of [
        {},
        { passport: good },
        { passport: good, face: '%%%' },
        { passport: good, face: text },
        { passport: good, face: uri(flat) },
      ] as Members[]) {
        const { status, json } = await compare(members);
        expect(status).toBe(400);
        expect(json).toMatchObject({ success: false, match: false });
        expect(json['message']).toBe(json['detail']);
      }
    });

    it('is open without a token to programs of this machine, not to web pages, and opens nothing else', async () => {
      const members = { passport: uri(ann[0]), face: uri(ann[0]) };
      expect((await compare(members, {})).status).toBe(200);
      for (const headers of [
        { origin: 'http://evil.example' },
        { host: 'evil.example' },
        { 'sec-fetch-site': 'cross-site' },
        { token: 'wrong' },
      ] as Record<string, string>[])
        expect((await compare(members, headers)).status, JSON.stringify(headers)).toBe(401);
      const nobody = client.as(undefined);
      for (const [method, path] of [
        ['POST', '/'],
        ['GET', '/api/face/'],
        ['GET', '/api/events'],
        ['GET', '/v1/tenants'],
        ['GET', '/image'],
      ] as const)
        expect((await nobody.call(method, path)).status, path).toBe(401);
    });
  });

  describe('events', () => {
    const event = { event_name: 'Été 2026' };
    const users = async (): Promise<{ user_id: string; username: string; embedding_count: number }[]> =>
      (await client.call<{ users: never[] }>('GET', '/api/all_user', { members: event })).json.users;

    it('POST /addUser/ makes the event and adds a user, twice the same one with two photos', async () => {
      const add = (username: string, file: File) => send('/addUser/', { ...event, username }, file);
      const first = await add('Ann', ann[0]);
      expect([first.status, first.json]).toEqual([
        200,
        { status: 'success', message: 'User Ann added to event Été 2026', embedding_count: 1 },
      ]);
      expect((await add('Ann', ann[1])).json).toMatchObject({ embedding_count: 2 });
      expect((await add('Ben', ben)).json).toMatchObject({ embedding_count: 1 });
      expect((await send('/addUser/', event, ben)).status).toBe(400);
    });

    it('POST /verify/ identifies within the event', async () => {
      const known = await send('/verify/', event, ann[0]);
      expect(Object.keys(known.json)).toEqual(['verified', 'username', 'message', 'confidence']);
      expect(known.json).toMatchObject({ verified: true, username: 'Ann' });
      const other = await send('/verify/', event, stranger);
      expect(other.json).toMatchObject({ verified: false, username: null, confidence: 0 });
      const elsewhere = await send('/verify/', { event_name: 'elsewhere' }, ann[0]);
      expect([elsewhere.status, elsewhere.json['code']]).toEqual([404, 'tenant.not_found']);
    });

    it('GET /api/events and GET /api/all_user list events and users', async () => {
      const { json } = await client.call('GET', '/api/events');
      expect(json).toEqual({ events: [{ event_name: 'Été 2026', user_count: 2 }] });
      expect(
        (await users()).map(({ username, embedding_count }) => [username, embedding_count]).sort(),
      ).toEqual([
        ['Ann', 2],
        ['Ben', 1],
      ]);
    });

    it('GET and DELETE /api/delete_user erase a user with the photos, by id or by name', async () => {
      const { user_id } = (await users()).find(({ username }) => username === 'Ann')!;
      for (const [method, user] of [
        ['GET', user_id],
        ['DELETE', 'Ben'],
      ] as const) {
        const answer = await client.call<Json>(method, '/api/delete_user', {
          members: { ...event, user_id: user },
        });
        expect([answer.status, answer.json['status']]).toEqual([200, 'success']);
        const again = await client.call(method, '/api/delete_user', { members: { ...event, user_id: user } });
        expect(again.status).toBe(404);
      }
      expect(await users()).toEqual([]);
      expect(await app.admin.all('/v1/tenants/event-_c3_89t_c3_a9_202026/images')).toEqual([]);
    });

    it('DELETE /api/events/{event_name} erases the event, and a key reaches its own event only', async () => {
      await app.admin.post('/v1/tenants', { id: 'event-mine' });
      const scopes = ['ingest', 'read', 'review', 'erase', 'admin'];
      const minted = await app.admin.post<{ key: string }>('/v1/tenants/event-mine/api-keys', {
        name: 'k',
        scopes,
      });
      const key = client.as(minted.json.key);
      expect((await key.call('GET', '/api/events')).json).toEqual({
        events: [{ event_name: 'mine', user_count: 0 }],
      });
      const path = `/api/events/${encodeURIComponent(event.event_name)}`;
      expect((await key.call('DELETE', path)).status).toBe(404);
      expect((await key.call('GET', '/api/face/')).status).toBe(404);
      const answer = await client.call<Json>('DELETE', path);
      expect([answer.status, answer.json['status']]).toEqual([200, 'success']);
      expect((await client.call('DELETE', path)).status).toBe(404);
    });
  });

  it('marks drop-in routes as deprecated, each under its own tag, and no other route', async () => {
    const { json } = await app.admin.get<{
      paths: Record<string, Record<string, { tags?: string[]; deprecated?: boolean }>>;
    }>('/openapi.json');
    const operations = Object.entries(json.paths).flatMap(([path, item]) =>
      Object.values(item).map((operation) => ({ path, ...operation })),
    );
    const earlier = operations.filter(({ tags }) => tags?.some((tag) => tag.startsWith('earlier API')));
    expect(new Set(earlier.flatMap(({ tags }) => tags)).size).toBe(5);
    // GET / is told as the root of the service, which it is without this protocol, too.
    expect(earlier.length).toBe(26);
    expect(operations.filter(({ deprecated }) => deprecated === true)).toEqual(earlier);
    expect((await client.call('GET', '/api/events')).headers['deprecation']).toMatch(/^@\d+$/);
    expect((await app.admin.get('/v1/tenants')).headers.get('deprecation')).toBeNull();
  });
});
