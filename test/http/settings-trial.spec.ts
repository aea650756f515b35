// What settings would do is said before they are made, and nothing is changed by asking.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';

interface Trial {
  readonly faces: number;
  readonly settled_by_humans: number;
  readonly changes: { from: string; to: string; count: number; face_ids: string[] }[];
  readonly questions: { readonly now: number; readonly then: number };
}

describe('evaluate-settings', () => {
  let app: TestApp;
  let api: Api;
  const images: ImageJson[] = [];
  const attempt = (clustering: object, tenant = 'trial') =>
    api.post<Trial>(`/v1/tenants/${tenant}/evaluate-settings`, { settings: { clustering } });
  const countBy = (assignment: string): number =>
    images.flatMap(({ faces }) => faces).filter((face) => face.assignment === assignment).length;

  beforeAll(async () => {
    app = await startApp({ database: 'postgres' });
    api = app.admin;
    expect((await api.post('/v1/tenants', { id: 'trial' })).status).toBe(201);
    for (const photo of (await fiftyPhotosOfFivePeople()).slice(0, 20))
      images.push((await api.sendImage('trial', photo.bytes)).json);
  });
  afterAll(() => app.close());

  it('the settings in force change nothing', async () => {
    const { status, json } = await attempt({});
    expect(status).toBe(200);
    expect(json).toEqual({
      faces: images.flatMap(({ faces }) => faces).length,
      settled_by_humans: 0,
      changes: [],
      questions: { now: countBy('asked'), then: countBy('asked') },
    });
  });

  it('says which faces would be asked about, and the settings then do exactly that', async () => {
    const joined = countBy('assigned');
    expect(joined).toBeGreaterThan(0);
    const { json } = await attempt({ accept: 1, ask: 0 });
    const asked = json.changes.find(({ from, to }) => from === 'assigned' && to === 'asked')!;
    expect(asked.count).toBe(joined);
    const ids = images.flatMap(({ faces }) => faces).filter((face) => face.assignment === 'assigned');
    expect(ids.map(({ id }) => id)).toEqual(expect.arrayContaining(asked.face_ids));
    expect(json.questions.then).toBeGreaterThanOrEqual(json.questions.now + joined);

    // In a tenant that has these settings, a second photo of a person is asked about.
    const settings = { clustering: { accept: 1, ask: 0 } };
    expect((await api.post('/v1/tenants', { id: 'after', settings })).status).toBe(201);
    const outcomes: string[][] = [];
    for (const photo of (await fiftyPhotosOfFivePeople()).slice(0, 2)) {
      const { json: image } = await api.sendImage('after', photo.bytes);
      outcomes.push(
        image.faces.map(({ assignment }) => assignment).filter((assignment) => assignment !== 'unclustered'),
      );
    }
    expect(outcomes).toEqual([['created'], ['asked']]);
  });

  it('leaves out what a human has settled, and changes nothing itself', async () => {
    const [cluster] = await api.all<{ id: string; face_count: number }>('/v1/tenants/trial/clusters');
    const face = images.flatMap(({ faces }) => faces).find(({ cluster_id }) => cluster_id === cluster!.id)!;
    const moved = await api.call('PATCH', `/v1/tenants/trial/faces/${face.id}`, { cluster_id: cluster!.id });
    expect(moved.status).toBe(200);
    const before = await api.all<ImageJson>('/v1/tenants/trial/images');
    const { json } = await attempt({ accept: 1, ask: 0 });
    expect(json.settled_by_humans).toBe(1);
    expect(json.changes.flatMap(({ face_ids }) => face_ids)).not.toContain(face.id);
    expect(await api.all<ImageJson>('/v1/tenants/trial/images')).toEqual(before);
  });

  it('refuses settings that could not be made, and an unknown tenant', async () => {
    const wrong = await attempt({ accept: 2, colour: 1 });
    expect(wrong.status).toBe(400);
    expect((await attempt({}, 'nobody')).status).toBe(404);
  });
});
