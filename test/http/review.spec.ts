// From a photo to a human's decision and its effect, over HTTP, with real models and a real database.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople, type NamedPhoto } from '../harness/people.js';

interface Cluster {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly face_count: number;
  readonly merged_into: string | null;
  readonly version: number;
}
interface Item {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly subject: { readonly face_id: string | null; readonly cluster_id: string | null };
  readonly evidence: {
    readonly candidates: { readonly cluster_id: string; readonly probability: number }[];
    readonly face_ids: readonly string[];
  };
}
interface Operation {
  readonly id: string;
  readonly affected_face_ids: readonly string[];
  readonly superseded_item_ids: readonly string[];
}
interface Decision {
  readonly item: Item & { readonly operation_id: string };
  readonly operation: Operation;
  readonly code?: string;
}

/** No probability reaches 1: whatever could be accepted is asked about, and strangers are not. */
const ASKING = { clustering: { accept: 1, ask: 0.5 } };

describe.each(['postgres', 'embedded'] as const)('review-pending, %s', (database) => {
  let app: TestApp;
  let api: Api;
  let photos: Map<string, NamedPhoto[]>;
  let tenant: string;
  let tenants = 0;

  beforeAll(async () => {
    app = await startApp({ database });
    api = app.admin;
    photos = new Map();
    for (const photo of await fiftyPhotosOfFivePeople()) {
      photos.set(photo.person, [...(photos.get(photo.person) ?? []), photo]);
    }
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    tenant = `review-${++tenants}`;
    expect((await api.post('/v1/tenants', { id: tenant, settings: ASKING })).status).toBe(201);
  });

  const at = (path: string): string => `/v1/tenants/${tenant}/${path}`;
  const mainFace = (image: ImageJson): FaceJson =>
    [...image.faces].sort((a, b) => b.box.width - a.box.width)[0]!;
  const send = async (person: number, photo: number): Promise<FaceJson> => {
    const answer = await api.sendImage(tenant, [...photos.values()][person]![photo]!.bytes);
    expect(answer.status, answer.text).toBe(201);
    return mainFace(answer.json);
  };
  const face = async (id: string): Promise<FaceJson> => (await api.get<FaceJson>(at(`faces/${id}`))).json;
  const cluster = async (id: string): Promise<Cluster> => (await api.get<Cluster>(at(`clusters/${id}`))).json;
  const items = (query = ''): Promise<Item[]> => api.all<Item>(at(`review-pending${query}`));
  const decide = (id: string, body: unknown) => api.post<Decision>(at(`review-pending/${id}/decision`), body);
  const itemAbout = async (subject: { face?: string; cluster?: string }): Promise<Item> => {
    const found = (await items()).find(
      (item) =>
        (subject.face !== undefined &&
          item.kind === 'uncertain_assignment' &&
          item.subject.face_id === subject.face) ||
        (subject.cluster !== undefined &&
          item.kind === 'new_cluster' &&
          item.subject.cluster_id === subject.cluster),
    );
    expect(found).toBeDefined();
    return found!;
  };
  /** A person with one face, and a second photo of them that is asked about. */
  const doubt = async (): Promise<{ first: FaceJson; second: FaceJson; item: Item }> => {
    const first = await send(0, 0);
    const second = await send(0, 1);
    expect(second.assignment).toBe('asked');
    return { first, second, item: await itemAbout({ face: second.id }) };
  };

  it('confirms a new person: the shown faces are locked, the cluster carries the name', async () => {
    const first = await send(0, 0);
    const item = await itemAbout({ cluster: first.cluster_id! });
    const answer = await decide(item.id, { decision: 'confirm', label: 'Ada', external_ref: 'p-1' });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.item).toMatchObject({ state: 'resolved', operation_id: answer.json.operation.id });
    expect(await cluster(first.cluster_id!)).toMatchObject({
      state: 'confirmed',
      label: 'Ada',
      external_ref: 'p-1',
    });
    expect(await face(first.id)).toMatchObject({ locked: true, assigned_by: 'human' });
  });

  it('accepts a candidate: the face joins it, locked, and its own cluster says where it went', async () => {
    const { first, second, item } = await doubt();
    const answer = await decide(item.id, { decision: 'accept' });
    expect(answer.status, answer.text).toBe(200);
    expect(await face(second.id)).toMatchObject({
      cluster_id: first.cluster_id,
      locked: true,
      assigned_by: 'human',
    });
    expect(await cluster(second.cluster_id!)).toMatchObject({
      state: 'merged',
      merged_into: first.cluster_id,
    });
    expect((await cluster(first.cluster_id!)).face_count).toBe(2);
  });

  it('rejects a candidate for ever: a later merge of the two is refused with the decision that stands', async () => {
    const { first, second, item } = await doubt();
    expect((await decide(item.id, { decision: 'reject' })).status).toBe(200);
    expect((await face(second.id)).cluster_id).not.toBe(first.cluster_id);
    const moved = await api.call<{ code: string }>('PATCH', at(`faces/${second.id}`), {
      cluster_id: first.cluster_id,
    });
    expect(moved.status, moved.text).toBe(409);
    expect(moved.json.code).toBe('constraint.conflict');
    const forced = await api.call('PATCH', at(`faces/${second.id}`), {
      cluster_id: first.cluster_id,
      override: true,
    });
    expect(forced.status, forced.text).toBe(200);
  });

  it('says that the doubtful face is somebody new: confirmed, and kept apart from whom it was compared with', async () => {
    const { first, second, item } = await doubt();
    const answer = await decide(item.id, { decision: 'new_cluster', label: 'Grace' });
    expect(answer.status, answer.text).toBe(200);
    const now = await face(second.id);
    expect(now).toMatchObject({ locked: true });
    expect(await cluster(now.cluster_id!)).toMatchObject({ state: 'confirmed', label: 'Grace' });
    const merge = await api.post<{ code: string }>(at(`clusters/${first.cluster_id}/merge`), {
      source_cluster_id: now.cluster_id,
    });
    expect([merge.status, merge.json.code]).toEqual([409, 'constraint.conflict']);
  });

  it('holds a merge against everybody whom the two bring along, and names the decision in the way', async () => {
    const { first, second, item } = await doubt();
    const said = await decide(item.id, { decision: 'new_cluster' });
    const grace = (await face(second.id)).cluster_id!;
    // Somebody of whom nothing was said joins the one of the two.
    const third = await send(1, 0);
    const joined = await api.post(at(`clusters/${third.cluster_id}/merge`), { source_cluster_id: grace });
    expect(joined.status, joined.text).toBe(200);
    const merge = (body: object) =>
      api.post<{ code: string; constraints: { kind: string; operation_id: string }[] }>(
        at(`clusters/${first.cluster_id}/merge`),
        { source_cluster_id: third.cluster_id, ...body },
      );
    const refused = await merge({});
    expect([refused.status, refused.json.code]).toEqual([409, 'constraint.conflict']);
    expect(refused.json.constraints).toMatchObject([
      { kind: 'cannot_link', operation_id: said.json.operation.id },
    ]);
    expect((await face(third.id)).cluster_id).toBe(third.cluster_id);
    expect((await merge({ override: true })).status).toBe(200);
    // Both decisions stay in the history of the face.
    const history = await api.get<{ items: { id: string }[] }>(at(`faces/${second.id}/history`));
    expect(history.text).toContain(said.json.operation.id);
  });

  it('takes "not a face": the face is dismissed, its crop is gone, its box stays', async () => {
    const { second, item } = await doubt();
    expect((await decide(item.id, { decision: 'not_a_face' })).status).toBe(200);
    expect(await face(second.id)).toMatchObject({ state: 'dismissed', cluster_id: null, box: second.box });
    expect((await api.get(at(`faces/${second.id}/crop`))).status).toBe(404);
    expect((await api.post(at('search'), { face_id: second.id })).status).toBe(409);
  });

  it('assigns a new person to a known one, and ignores a stranger', async () => {
    const ada = await send(0, 0);
    const stranger = await send(1, 0);
    const item = await itemAbout({ cluster: stranger.cluster_id! });
    expect((await decide(item.id, { decision: 'assign_to', cluster_id: ada.cluster_id })).status).toBe(200);
    expect(await face(stranger.id)).toMatchObject({ cluster_id: ada.cluster_id });
    expect(await cluster(stranger.cluster_id!)).toMatchObject({ merged_into: ada.cluster_id });

    const other = await send(2, 0);
    const hidden = await itemAbout({ cluster: other.cluster_id! });
    expect((await decide(hidden.id, { decision: 'ignore' })).status).toBe(200);
    expect(await cluster(other.cluster_id!)).toMatchObject({ state: 'ignored' });
  });

  it('closes without an answer, and answers a closed item with its outcome', async () => {
    const { item } = await doubt();
    const dismissed = await api.call<Decision>('DELETE', at(`review-pending/${item.id}`));
    expect([dismissed.status, dismissed.json.item.state]).toEqual([200, 'dismissed']);
    const again = await decide(item.id, { decision: 'accept' });
    expect([again.status, again.json.code]).toEqual([409, 'review_item.closed']);
    expect((await items()).map(({ id }) => id)).not.toContain(item.id);
    expect((await items('?state=dismissed')).map(({ id }) => id)).toContain(item.id);
  });

  it('takes one of two decisions made at the same moment, and tells the other what was decided', async () => {
    const { item } = await doubt();
    const answers = await Promise.all([
      decide(item.id, { decision: 'accept' }),
      decide(item.id, { decision: 'reject' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('refuses a decision that the kind does not know, and names every fault', async () => {
    const { item } = await doubt();
    const unknown = await decide(item.id, { decision: 'confirm' });
    expect([unknown.status, unknown.json.code]).toEqual([422, 'review_item.decision_invalid']);
    const faulty = await api.post<{ errors: { pointer: string }[] }>(
      at(`review-pending/${item.id}/decision`),
      {
        decision: 'reject',
        cluster_ids: ['x'],
        colour: 'blue',
      },
    );
    expect(faulty.json.errors.map(({ pointer }) => pointer).sort()).toEqual(['#/cluster_ids/0', '#/colour']);
  });

  it('answers with a strong ETag, and refuses a decision meant for another version with the item as it is', async () => {
    const { item } = await doubt();
    const path = at(`review-pending/${item.id}`);
    const seen = await api.get<Item>(path);
    const etag = seen.headers.get('etag')!;
    expect(etag).toMatch(/^"\d+"$/);
    const accept = (ifMatch: string) =>
      api.post<Decision>(`${path}/decision`, { decision: 'accept' }, { 'if-match': ifMatch });
    for (const other of ['"999"', `W/${etag}`, '"x"']) {
      const refused = await accept(other);
      expect([refused.status, refused.json.code], other).toEqual([412, 'review_item.changed']);
      expect(refused.json.item).toEqual(seen.json);
    }
    expect((await accept('nonsense')).status).toBe(400);
    expect((await accept(`"999", ${etag}`)).status).toBe(200);
    expect((await accept(etag)).json.code).toBe('review_item.closed');
  });

  it('changes a cluster only in the version that was looked at', async () => {
    const first = await send(0, 0);
    const path = at(`clusters/${first.cluster_id}`);
    const etag = (await api.get(path)).headers.get('etag')!;
    const name = (label: string, ifMatch: string) =>
      api.call<{ code: string; cluster: Cluster }>('PATCH', path, { label }, { 'if-match': ifMatch });
    expect((await name('Ada', etag)).status).toBe(200);
    const late = await name('Grace', etag);
    expect([late.status, late.json.code, late.json.cluster.label]).toEqual([412, 'cluster.changed', 'Ada']);
  });

  it('keeps what a human decided when more photos come', async () => {
    const { first, second, item } = await doubt();
    await decide(item.id, { decision: 'reject' });
    const named = await api.call('PATCH', at(`clusters/${first.cluster_id}`), { label: 'Ada' });
    expect(named.status).toBe(200);
    for (let photo = 2; photo < 6; photo++) await send(0, photo);
    expect((await face(second.id)).cluster_id).not.toBe(first.cluster_id);
    expect(await cluster(first.cluster_id!)).toMatchObject({ label: 'Ada', state: 'confirmed' });
  });

  it('keeps what a human decided when a photo comes again with another name, and asks who is right', async () => {
    const [alone] = [...photos.values()].flat();
    const first = await api.sendImage(tenant, alone!.bytes);
    expect(first.status, first.text).toBe(201);
    const found = first.json.faces.filter(({ reasons }) => reasons.length === 0);
    expect(found).toHaveLength(1);
    const home = found[0]!.cluster_id!;
    const question = await itemAbout({ cluster: home });
    await decide(question.id, { decision: 'confirm', label: 'Ada' });
    const again = await api.sendImage(tenant, alone!.bytes, { label: 'Grace' });
    expect([again.status, again.json.id]).toEqual([200, first.json.id]);
    expect((await face(found[0]!.id)).cluster_id).toBe(home);
    const [conflict, ...others] = await items('?kind=constraint_conflict');
    expect(others).toEqual([]);
    expect(conflict!.subject.face_id).toBe(found[0]!.id);
    const taken = await decide(conflict!.id, { decision: 'take_proposal' });
    expect(taken.status, taken.text).toBe(200);
    expect(await cluster((await face(found[0]!.id)).cluster_id!)).toMatchObject({ label: 'Grace' });
  });

  it('takes the settings of the queue, and names every one that means nothing', async () => {
    const settings = {
      review: { kinds: { suspect_face: true, portrait: true, new_cluster: 1 }, duplicate_distance_max: 99 },
    };
    const path = `/v1/tenants/${tenant}`;
    const refused = await api.call<{ errors: { pointer: string }[] }>('PATCH', path, { settings });
    expect(refused.status).toBe(400);
    expect(refused.json.errors.map(({ pointer }) => pointer).sort()).toEqual([
      '#/settings/review/duplicate_distance_max',
      '#/settings/review/kinds/new_cluster',
      '#/settings/review/kinds/portrait',
    ]);
    const review = { kinds: { suspect_face: true }, duplicate_distance_max: 6 };
    const taken = await api.call<{ settings: unknown }>('PATCH', path, { settings: { review } });
    expect([taken.status, taken.json.settings]).toEqual([200, { review }]);
  });

  it('merges, splits and moves by hand, and supersedes the questions that became moot', async () => {
    const ada = await send(0, 0);
    const grace = await send(1, 0);
    const question = await itemAbout({ cluster: grace.cluster_id! });
    const merged = await api.post<{ operation: Operation }>(at(`clusters/${ada.cluster_id}/merge`), {
      source_cluster_id: grace.cluster_id,
    });
    expect(merged.status, merged.text).toBe(200);
    expect(merged.json.operation.superseded_item_ids).toContain(question.id);
    // The merge was a human's word: taking it back is one too, and must be meant.
    const groups = { groups: [[grace.id]] };
    expect((await api.post(at(`clusters/${ada.cluster_id}/split`), groups)).status).toBe(409);
    const split = await api.post<{ clusters: Cluster[] }>(at(`clusters/${ada.cluster_id}/split`), {
      ...groups,
      override: true,
    });
    expect(split.status, split.text).toBe(200);
    expect((await face(grace.id)).cluster_id).toBe(split.json.clusters[1]!.id);
    const apart = await api.post(at(`clusters/${ada.cluster_id}/merge`), {
      source_cluster_id: split.json.clusters[1]!.id,
    });
    expect(apart.status).toBe(409);
  });
});
