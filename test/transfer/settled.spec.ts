// What was settled stays so in another Kindred: neither its consolidation nor the same photos sent once more ask it again. The source is
// treated alike, and both queues must come out the same.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KindredClient } from '../../src/cli/kindred-client.js';
import { reviewByLabels } from '../../src/cli/scripted-reviewer.js';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { committedPacks } from '../harness/model-packs.js';
import { type NamedPhoto, unlikePhotosOfFivePeople } from '../harness/people.js';
import { kindred } from './commands.js';

/** The compact pack asks most. */
const MODELS = { KINDRED_MODELS_DIR: committedPacks, KINDRED_MODEL_PACK: 'compact' };
const TENANT = 'settled';

interface Item {
  readonly kind: string;
  readonly state: string;
  readonly subject: Readonly<Record<string, string | null>>;
  readonly evidence: { readonly candidates?: readonly { readonly cluster_id: string }[] };
}
interface Constraint {
  readonly kind: string;
  readonly face_a: string;
  readonly face_b: string;
}

// Transfers in either direction are held in transfer.spec.ts.
describe('what was settled on the embedded database, imported on PostgreSQL,', () => {
  let source: TestApp;
  let target: TestApp;
  let folder: string;
  let photos: NamedPhoto[];
  const base = `/v1/tenants/${TENANT}`;
  beforeAll(async () => {
    source = await startApp({ database: 'embedded', env: MODELS });
    target = await startApp({ database: 'postgres', env: MODELS });
    folder = await mkdtemp(join(tmpdir(), 'kindred-settled-'));
    photos = await unlikePhotosOfFivePeople();
    const settings = { clustering: { review_faces_min: 1 } };
    expect((await source.admin.post('/v1/tenants', { id: TENANT, settings })).status).toBe(201);
    const people = new Map<string, string>();
    for (const { person, bytes } of photos) {
      const { json } = await source.admin.sendImage(TENANT, bytes);
      if (json.faces.length === 1) people.set(json.faces[0]!.id, person);
    }
    // Some answers are wrong: the machine has reason to doubt them, and must not.
    const client = new KindredClient(source.admin.url, source.admin.token!);
    for (const wrong of [0.2, 0]) {
      await consolidate(source.admin);
      await reviewByLabels(client, TENANT, {
        people,
        order: 'impact',
        wrong,
        questionsMax: 200,
        random: seededRandom(5).uniform,
      });
    }
    const words = ['--tenant', TENANT, '--to', folder, '--embeddings', '--originals'];
    const exported = await kindred(source.admin, 'export', ...words);
    expect([exported.code, exported.err]).toEqual([0, '']);
    const imported = await kindred(target.admin, 'import', '--from', folder, '--tenant', TENANT);
    expect([imported.code, imported.err, imported.json['conflicts']]).toEqual([0, '', 0]);
  }, 600_000);
  afterAll(async () => {
    await source.close();
    await target.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function consolidate(api: Api): Promise<void> {
    const job = await api.post<{ id: string }>(`${base}/consolidate`, {});
    expect(job.status, job.text).toBe(202);
    for (;;) {
      const { json } = await api.get<{ state: string }>(`/v1/jobs/${job.json.id}`);
      if (json.state === 'succeeded') return;
      expect(['queued', 'running']).toContain(json.state);
      await sleep(50);
    }
  }

  const closedOn = async (api: Api, state: 'resolved' | 'dismissed'): Promise<Set<string>> =>
    new Set((await api.all<Item>(`${base}/review-pending?state=${state}`)).map(questionOf));
  const settledOn = async (api: Api): Promise<Set<string>> =>
    new Set([...(await closedOn(api, 'resolved')), ...(await closedOn(api, 'dismissed'))]);
  const openOn = (api: Api): Promise<Item[]> => api.all<Item>(`${base}/review-pending`);
  const facesOn = async (api: Api): Promise<FaceJson[]> =>
    (await api.all<ImageJson>(`${base}/images`)).flatMap(({ faces }) => faces);
  const wordsOn = async (api: Api): Promise<Constraint[]> => {
    const { text } = await api.get(`${base}/export`);
    return text
      .split('\n')
      .filter((line) => line.includes('"type":"constraint"') && line.includes('"retired_at":null'))
      .map((line) => JSON.parse(line) as Constraint);
  };

  /** Nothing that is asked was answered, by question or by what people said of the faces; what they said holds. */
  async function expectSettled(
    api: Api,
    settled: ReadonlySet<string>,
    held: readonly FaceJson[],
  ): Promise<void> {
    const open = await openOn(api);
    for (const item of open) expect(settled, JSON.stringify(item)).not.toContain(questionOf(item));
    const faces = await facesOn(api);
    const homeOf = new Map(faces.map(({ id, cluster_id }) => [id, cluster_id]));
    for (const { id, cluster_id } of held) expect([id, homeOf.get(id)]).toEqual([id, cluster_id]);
    const words = await wordsOn(api);
    expect(words.length).toBeGreaterThan(4);
    for (const { kind, face_a, face_b } of words) {
      const [a, b] = [homeOf.get(face_a), homeOf.get(face_b)];
      if (a === undefined || b === undefined || a === null || b === null) continue;
      expect([kind, face_a, face_b, a === b]).toEqual([kind, face_a, face_b, kind === 'must_link']);
    }
    for (const item of open.filter(({ kind }) => kind === 'merge_suggestion')) {
      const { cluster_id, other_cluster_id } = item.subject;
      const apart = words.some(
        ({ kind, face_a, face_b }) =>
          kind === 'cannot_link' &&
          new Set([homeOf.get(face_a), homeOf.get(face_b), cluster_id, other_cluster_id]).size === 2,
      );
      expect(apart, JSON.stringify(item)).toBe(false);
    }
  }

  const kindsOf = (items: readonly Item[]): string[] => items.map(({ kind }) => kind).sort();

  it('is not asked again by a consolidation there', async () => {
    const settled = await settledOn(source.admin);
    expect(settled.size).toBeGreaterThan(8);
    expect(await settledOn(target.admin)).toEqual(settled);
    const held = (await facesOn(source.admin)).filter(({ locked }) => locked);
    expect(held.length).toBeGreaterThan(5);
    const news: string[][] = [];
    for (const { admin } of [source, target]) {
      await consolidate(admin);
      await expectSettled(admin, settled, held);
      news.push(kindsOf(await openOn(admin)));
    }
    expect(news[1]).toEqual(news[0]);
  });

  it('nor by the same photos, sent again', async () => {
    const settled = await settledOn(source.admin);
    const held = (await facesOn(source.admin)).filter(({ locked }) => locked);
    const before = await openOn(target.admin);
    for (const { bytes } of photos) expect((await target.admin.sendImage(TENANT, bytes)).status).toBe(200);
    await consolidate(target.admin);
    await expectSettled(target.admin, settled, held);
    expect(kindsOf(await openOn(target.admin))).toEqual(kindsOf(before));
  });

  it('nor by the same photos in other bytes, which ask in both of themselves alone, and the same', async () => {
    // What was dismissed without an answer may be asked again when there is half as much again to see.
    const settled = await closedOn(source.admin, 'resolved');
    const held = (await facesOn(source.admin)).filter(({ locked }) => locked);
    const again = await Promise.all(
      photos.slice(0, 8).map(({ bytes }) => sharp(bytes).jpeg({ quality: 92 }).toBuffer()),
    );
    const asked: string[][] = [];
    for (const { admin } of [source, target]) {
      for (const bytes of again) expect((await admin.sendImage(TENANT, bytes)).status).toBe(201);
      await consolidate(admin);
      await expectSettled(admin, settled, held);
      asked.push(kindsOf(await openOn(admin)));
    }
    expect(asked[1]).toEqual(asked[0]);
  });
});

const questionOf = ({ kind, subject }: Item): string =>
  `${kind} ${Object.values(subject)
    .filter((id) => id !== null)
    .sort()
    .join(' ')}`;
