// The log of changes, histories, explanations and undo over HTTP, with real models and a real database.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api, FaceJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople, type NamedPhoto } from '../harness/people.js';

interface Logged {
  readonly id: string;
  readonly kind: string;
  readonly origin: string;
  readonly summary: string;
  readonly undoable: boolean;
  readonly not_undoable_reason: string | null;
  readonly undone_by: string | null;
  readonly undoes: string | null;
}
interface Entry {
  readonly sentence: string;
  readonly from_cluster_id: string | null;
  readonly to_cluster_id: string | null;
  readonly operation: Logged;
}
interface Explanation {
  readonly sentence: string;
  readonly decision: {
    readonly rule: string;
    readonly accept: number;
    readonly candidates: { readonly cluster_id: string; readonly probability: number }[];
  };
  readonly constraints: { readonly kind: string; readonly other_face_id: string }[];
  readonly since: Entry[];
}

describe('operations over HTTP', () => {
  let app: TestApp;
  let api: Api;
  let photos: NamedPhoto[][];
  let tenant: string;
  let tenants = 0;

  beforeAll(async () => {
    app = await startApp();
    api = app.admin;
    const byPerson = new Map<string, NamedPhoto[]>();
    for (const photo of await fiftyPhotosOfFivePeople()) {
      byPerson.set(photo.person, [...(byPerson.get(photo.person) ?? []), photo]);
    }
    photos = [...byPerson.values()];
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    tenant = `operations-${++tenants}`;
    // No probability reaches 1: whatever could be accepted is asked about.
    const settings = { clustering: { accept: 1, ask: 0.5 } };
    expect((await api.post('/v1/tenants', { id: tenant, settings })).status).toBe(201);
  });

  const at = (path: string): string => `/v1/tenants/${tenant}/${path}`;
  const send = async (person: number, photo: number): Promise<FaceJson> => {
    const answer = await api.sendImage(tenant, photos[person]![photo]!.bytes);
    expect(answer.status, answer.text).toBe(201);
    return [...answer.json.faces].sort((a, b) => b.box.width - a.box.width)[0]!;
  };
  const two = async (): Promise<[FaceJson, FaceJson]> => [await send(0, 0), await send(1, 0)];
  const merge = async (source: FaceJson, target: FaceJson): Promise<string> => {
    const body = { source_cluster_id: source.cluster_id };
    const answer = await api.post<{ operation: { id: string } }>(
      at(`clusters/${target.cluster_id}/merge`),
      body,
    );
    expect(answer.status, answer.text).toBe(200);
    return answer.json.operation.id;
  };
  const undo = (id: string) =>
    api.post<{
      operation: { id: string; kind: string };
      undoes: string;
      code: string;
      reason: string;
      operations: unknown[];
    }>(at(`operations/${id}/undo`));

  it('undo puts a merge back and the log says so; the second undo is refused', async () => {
    const [a, b] = await two();
    const merged = await merge(a, b);
    const answer = await undo(merged);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ undoes: merged, operation: { kind: 'undo' }, gone_face_ids: [] });
    expect((await api.get<FaceJson>(at(`faces/${a.id}`))).json).toEqual(a);
    const again = await undo(merged);
    expect([again.status, again.json.code, again.json.reason]).toEqual([
      409,
      'operation.not_undoable',
      'already_undone',
    ]);
    const log = await api.all<Logged>(at('operations'));
    expect(log.slice(0, 2)).toMatchObject([
      { kind: 'undo', origin: 'human', undoes: merged, undoable: true },
      { id: merged, kind: 'cluster_merge', undone_by: answer.json.operation.id, undoable: false },
    ]);
  });

  it('undoes once for one idempotency key', async () => {
    const [a, b] = await two();
    const path = at(`operations/${await merge(a, b)}/undo`);
    const keyed = { 'idempotency-key': 'undo-once' };
    const first = await api.post(path, undefined, keyed);
    const again = await api.post(path, undefined, keyed);
    expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
    expect(await api.all<Logged>(at('operations?kind=undo'))).toHaveLength(1);
  });

  it('names the decisions that stand on an operation, in the refusal and beforehand', async () => {
    const [a, b] = await two();
    const merged = await merge(a, b);
    const moved = await api.call<{ operation: { id: string } }>('PATCH', at(`faces/${a.id}`), {
      cluster_id: null,
      override: true,
    });
    expect(moved.status, moved.text).toBe(200);
    const refused = await undo(merged);
    expect([refused.status, refused.json.code]).toEqual([409, 'operation.has_dependents']);
    expect(refused.json.operations).toMatchObject([
      { id: moved.json.operation.id, kind: 'face_move', face_ids: [a.id] },
    ]);
    const seen = await api.get<Logged & { dependents: { id: string }[]; face_ids: string[] }>(
      at(`operations/${merged}`),
    );
    expect(seen.json).toMatchObject({ undoable: false, dependents: [{ id: moved.json.operation.id }] });
    expect(seen.json.face_ids).toContain(a.id);
  });

  it('pages and filters the log', async () => {
    const [a, b] = await two();
    const since = (await api.get<FaceJson & { created_at: string }>(at(`faces/${b.id}`))).json.created_at;
    const merged = await merge(a, b);
    const all = await api.all<Logged>(at('operations'));
    expect(all.map(({ kind }) => kind)).toEqual(['cluster_merge', 'assign', 'assign']);
    const paged: string[] = [];
    let cursor = '';
    do {
      const page = await api.get<{ items: Logged[]; next_cursor: string | null }>(
        at(`operations?limit=1${cursor}`),
      );
      paged.push(...page.json.items.map(({ id }) => id));
      cursor = page.json.next_cursor === null ? '' : `&cursor=${page.json.next_cursor}`;
    } while (cursor !== '');
    expect(paged).toEqual(all.map(({ id }) => id));
    const ids = async (query: string): Promise<string[]> =>
      (await api.all<Logged>(at(`operations?${query}`))).map(({ id }) => id);
    expect(await ids('kind=cluster_merge')).toEqual([merged]);
    expect(await ids(`face_id=${b.id}`)).toEqual([all[0]!.id, all[1]!.id]);
    expect(await ids(`cluster_id=${a.cluster_id}&kind=assign`)).toEqual([all[2]!.id]);
    expect(await ids('actor=nobody')).toEqual([]);
    expect(await ids(`since=${encodeURIComponent(since)}`)).toEqual([all[0]!.id, all[1]!.id]);
    expect((await api.get(at('operations?kind=magic'))).status).toBe(400);
  });

  it('tells a face what happened to it, also after it was erased', async () => {
    const [a, b] = await two();
    await merge(a, b);
    const history = await api.all<Entry>(at(`faces/${a.id}/history`));
    expect(history).toMatchObject([
      {
        sentence: 'A human moved it from an unnamed cluster to an unnamed cluster by a merge.',
        from_cluster_id: a.cluster_id,
        to_cluster_id: b.cluster_id,
      },
      { sentence: 'The machine found the face and founded a cluster with it.', to_cluster_id: a.cluster_id },
    ]);
    const clusters = await api.all<Entry & { faces_gained: number }>(at(`clusters/${b.cluster_id}/history`));
    expect(clusters[0]).toMatchObject({ faces_gained: 1, faces_lost: 0, sentence: 'It gained 1 face.' });
    expect((await api.call('DELETE', at(`faces/${a.id}`))).status).toBe(204);
    const after = await api.all<Entry>(at(`faces/${a.id}/history`));
    expect(after[0]).toMatchObject({
      sentence: 'A human erased the face.',
      operation: { kind: 'face_delete', undoable: false, not_undoable_reason: 'erased' },
    });
    expect((await undo(after[0]!.operation.id)).json.reason).toBe('erased');
  });

  it('explains a doubt with its candidates and thresholds, and an answer with its constraint', async () => {
    const first = await send(0, 0);
    const second = await send(0, 1);
    expect(second.assignment).toBe('asked');
    await api.call('PATCH', at(`clusters/${first.cluster_id}`), { label: 'Ada' });
    const explain = async (): Promise<Explanation> =>
      (await api.get<Explanation>(at(`faces/${second.id}/explanation`))).json;
    const doubt = await explain();
    expect(doubt.sentence).toMatch(
      /^The machine is not sure: “Ada” comes closest with .* %, which is less than the 100 % that are enough/,
    );
    expect(doubt.decision).toMatchObject({
      rule: 'ask_band',
      accept: 1,
      candidates: [{ cluster_id: first.cluster_id, name: '“Ada”' }],
    });
    const [item] = await api.all<{ id: string }>(at('review-pending?kind=uncertain_assignment'));
    expect((await api.post(at(`review-pending/${item!.id}/decision`), { decision: 'accept' })).status).toBe(
      200,
    );
    const answered = await explain();
    expect(answered.sentence).toBe('A human answered that it is “Ada”. The machine does not move it.');
    expect(answered.constraints).toMatchObject([{ kind: 'must_link', other_face_id: first.id }]);
    expect(answered.since.map(({ operation }) => operation.kind)).toEqual(['review_decision']);
    await undo(answered.since[0]!.operation.id);
    expect(await explain()).toMatchObject({ sentence: doubt.sentence, constraints: [] });
  });

  it('takes back a name that came with a photo, and before that is done not the photo', async () => {
    const sent = await api.sendImage(tenant, photos[0]![0]!.bytes, { label: 'Ada' });
    expect(sent.status, sent.text).toBe(201);
    const named = sent.json.faces.find(({ assigned_by }) => assigned_by === 'import')!;
    const label = async (): Promise<string | null> =>
      (await api.get<{ label: string | null }>(at(`clusters/${named.cluster_id}`))).json.label;
    expect(await label()).toBe('Ada');
    const [imported, assigned] = await api.all<Logged>(at('operations'));
    expect([imported, assigned]).toMatchObject([
      { kind: 'import_label', origin: 'import' },
      { kind: 'assign', origin: 'automatic' },
    ]);
    expect((await undo(assigned!.id)).json.code).toBe('operation.has_dependents');
    expect((await undo(imported!.id)).status).toBe(200);
    expect(await label()).toBeNull();
    expect((await api.get<FaceJson>(at(`faces/${named.id}`))).json).toMatchObject({ assigned_by: 'auto' });
    const items = await api.all<{ kind: string }>(at('review-pending'));
    expect(items.map(({ kind }) => kind)).toContain('new_cluster');
    expect((await undo(assigned!.id)).status).toBe(200);
    expect((await api.get<FaceJson>(at(`faces/${named.id}`))).json).toMatchObject({
      cluster_id: null,
      locked: true,
    });
    expect(await api.all(at('review-pending'))).toEqual([]);
  });

  it('lets a key with read look, and only one with review undo', async () => {
    const [a, b] = await two();
    const merged = await merge(a, b);
    const mint = async (scopes: string[]): Promise<Api> => {
      const minted = await api.post<{ key: string }>(at('api-keys'), { name: 'k', scopes });
      return api.as(minted.json.key);
    };
    const reader = await mint(['read']);
    for (const path of [
      'operations',
      `operations/${merged}`,
      `faces/${a.id}/history`,
      `faces/${a.id}/explanation`,
    ]) {
      expect((await reader.get(at(path))).status, path).toBe(200);
    }
    expect((await reader.post(at(`operations/${merged}/undo`))).status).toBe(403);
    const reviewer = await mint(['review']);
    expect((await reviewer.get(at('operations'))).status).toBe(403);
    expect((await reviewer.post(at(`operations/${merged}/undo`))).status).toBe(200);
  });
});
