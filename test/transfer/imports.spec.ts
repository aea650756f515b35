// What an import may do where somebody is already: erasure before human before import before machine, all or nothing.
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportLine } from '../../src/domain/transfer/export-line.js';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { committedPacks } from '../harness/model-packs.js';
import { repositoryRoot, samplePhotos } from '../harness/shared-data.js';
import { kindred } from './commands.js';
import { makeGallery, type Snapshot, snapshot } from './gallery.js';

interface Item {
  readonly id: string;
  readonly kind: string;
}

describe('an import', () => {
  let app: TestApp;
  let admin: Api;
  let folder: string;
  beforeAll(async () => {
    app = await startApp();
    admin = app.admin;
    folder = await mkdtemp(join(tmpdir(), 'kindred-imports-'));
    await makeGallery(admin, 'family');
    const run = await kindred(
      admin,
      'export',
      '--tenant',
      'family',
      '--to',
      folder,
      '--embeddings',
      '--originals',
    );
    expect([run.code, run.err]).toEqual([0, '']);
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  const importInto = (tenant: string, from = folder) =>
    kindred(admin, 'import', '--from', from, '--tenant', tenant);
  const itemsOf = (tenant: string, kind: string): Promise<Item[]> =>
    admin.all<Item>(`/v1/tenants/${tenant}/review-pending?kind=${kind}`);

  it('that is killed is run again, and nothing is there twice', async () => {
    const child = spawn(
      process.execPath,
      [
        'dist/cli/main.js',
        'import',
        '--from',
        folder,
        '--tenant',
        'killed',
        '--url',
        admin.url,
        '--token',
        admin.token!,
      ],
      { cwd: repositoryRoot, stdio: 'ignore' },
    );
    const exit = once(child, 'exit');
    await expect
      .poll(
        async () => (await admin.get<{ image_count?: number }>('/v1/tenants/killed')).json.image_count ?? 0,
        { timeout: 60_000, interval: 20 },
      )
      .toBeGreaterThan(1);
    child.kill('SIGKILL');
    await exit;
    const run = await importInto('killed');
    expect([run.code, run.err]).toEqual([0, '']);
    expect(await snapshot(app, 'killed')).toEqual(await snapshot(app, 'family'));
  });

  it('of a damaged, foreign or half file sends nothing; a wrong photo changes nothing', async () => {
    const text = await readFile(join(folder, 'kindred.jsonl'), 'utf8');
    const lines = text.trimEnd().split('\n');
    const faults: [string, string][] = [
      [lines.slice(0, -1).join('\n') + '\n', 'cut off'],
      [text.replace('"Grace"', '"Crace"'), 'were changed'],
      [text.replace('"version":1', '"version":2'), 'version 2'],
      [text.replace('kindred-export', 'other-export'), 'no export'],
      [`${lines[0]}\n{"type":\n`, 'line 2 is not JSON'],
    ];
    for (const [content, complaint] of faults) {
      const from = await mkdtemp(join(tmpdir(), 'kindred-damaged-'));
      await writeFile(join(from, 'kindred.jsonl'), content);
      const run = await importInto('damaged', from);
      expect([run.code, run.err]).toEqual([1, expect.stringContaining(complaint)]);
      await rm(from, { recursive: true });
    }
    expect((await admin.get('/v1/tenants/damaged')).status).toBe(404);

    const from = await mkdtemp(join(tmpdir(), 'kindred-wrong-'));
    await cp(folder, from, { recursive: true });
    const [one, other] = (await readdir(join(from, 'originals'))).sort();
    await cp(join(from, 'originals', one!), join(from, 'originals', other!));
    const run = await importInto('wrong', from);
    expect([run.code, run.err]).toEqual([1, expect.stringContaining('import.original_differs')]);
    const images = await admin.all<ImageJson>('/v1/tenants/wrong/images');
    expect(images.map(({ sha256 }) => sha256)).not.toContain(other!.split('.')[0]);
    await rm(from, { recursive: true });
  });

  it('refuses lines that are none of ours, with the place of the fault, and changes nothing', async () => {
    await admin.post('/v1/tenants', { id: 'strict' });
    const [header] = (await readFile(join(folder, 'kindred.jsonl'), 'utf8')).split('\n');
    const first = JSON.parse(header!) as object;
    const cluster = {
      type: 'cluster',
      id: '01a00000-0000-7000-8000-000000000001',
      state: 'pending',
      label: null,
      external_ref: null,
      consent_ref: null,
      cover_face_id: null,
      merged_into: null,
      created_at: '2026-01-01T00:00:00Z',
    };
    const send = (...lines: object[]) =>
      admin.post<{ code: string; errors: { pointer: string }[] }>('/v1/tenants/strict/import', { lines });
    expect((await send({ ...first, version: 9 }, cluster)).json).toMatchObject({
      code: 'import.foreign',
      status: 422,
    });
    expect((await send(cluster)).json.code).toBe('import.foreign');
    for (const [change, pointer] of [
      [{ state: 'gone' }, '#/lines/2/state'],
      [{ id: 'x' }, '#/lines/2/id'],
      [{ label: 7 }, '#/lines/2/label'],
      [{ type: 'image' }, '#/lines/2/id'],
      [{ type: 'operation' }, '#/lines/2/type'],
    ] as const) {
      const answer = await send(first, cluster, {
        ...cluster,
        ...change,
        ...(change.type === 'image' ? { id: 0 } : {}),
      });
      expect([answer.status, answer.json.errors[0]!.pointer]).toEqual([400, pointer]);
    }
    expect(await admin.all('/v1/tenants/strict/clusters')).toEqual([]);
    const reviewer = await admin.post<{ key: string }>('/v1/tenants/strict/api-keys', {
      name: 'x',
      scopes: ['review', 'read'],
    });
    expect(
      (await admin.as(reviewer.json.key).post('/v1/tenants/strict/import', { lines: [first] })).status,
    ).toBe(403);
  });

  it('brings nothing back that was erased here', async () => {
    expect((await importInto('erasing')).code).toBe(0);
    const base = '/v1/tenants/erasing';
    const { json } = await admin.get<{ items: { id: string }[] }>(`${base}/clusters?label=Grace`);
    expect((await admin.call('DELETE', `${base}/clusters/${json.items[0]!.id}?faces=erase`)).status).toBe(
      204,
    );
    const [image] = await admin.all<ImageJson>(`${base}/images`);
    expect((await admin.call('DELETE', `${base}/images/${image!.id}`)).status).toBe(204);
    const before = await snapshot(app, 'erasing');
    const again = await importInto('erasing');
    expect([again.code, again.err]).toEqual([0, '']);
    expect(again.json['erased']).toBeGreaterThan(2);
    const after = await snapshot(app, 'erasing');
    expect([after.faces, after.images, after.clusters]).toEqual([
      before.faces,
      before.images,
      before.clusters,
    ]);
  });

  it('leaves what a human decided here, and asks where it says otherwise', async () => {
    // The same photos came here by themselves, and somebody has decided about them.
    await admin.post('/v1/tenants', { id: 'busy' });
    for (const photo of samplePhotos) await admin.sendImage('busy', photo);
    const base = '/v1/tenants/busy';
    const source = await admin.all<ImageJson>('/v1/tenants/family/images');
    const here = await admin.all<ImageJson>(`${base}/images`);
    const { json } = await admin.get<{ items: { id: string }[] }>('/v1/tenants/family/clusters?label=Grace');
    const [graceA, graceB] = (
      await admin.all<FaceJson>(`/v1/tenants/family/clusters/${json.items[0]!.id}/faces`)
    ).map((face) => {
      const from = source.find(({ id }) => id === face.image_id)!;
      return here
        .find(({ sha256 }) => sha256 === from.sha256)!
        .faces.find(({ box }) => Math.abs(box.x - face.box.x) < 2)!;
    }) as [FaceJson, FaceJson];
    // A human here keeps the two apart.
    const eve = await admin.post<{ clusters: { id: string }[] }>(`${base}/clusters`, {
      label: 'Eve',
      face_ids: [graceA.id],
    });
    expect(eve.status, eve.text).toBe(201);
    const ruth = await admin.post(`${base}/clusters`, { label: 'Ruth', face_ids: [graceB.id] });
    expect(ruth.status, ruth.text).toBe(201);
    const held = (await snapshot(app, 'busy')).faces.filter((face) => (face as { locked: boolean }).locked);
    const names = async () =>
      (await admin.all<{ label: string | null }>(`${base}/clusters`)).map(({ label }) => label);

    const run = await importInto('busy');
    expect([run.code, run.err]).toEqual([0, '']);
    expect(run.json).toMatchObject({ images: 0 });
    expect(run.json['conflicts']).toBeGreaterThan(0);
    const mapped = run.json['mapped'] as Record<string, string>;
    for (const image of source)
      expect(mapped[image.id]).toBe(here.find(({ sha256 }) => sha256 === image.sha256)!.id);
    const after = (await snapshot(app, 'busy')).faces;
    for (const face of held) expect(after).toContainEqual(face);
    expect(await names()).toEqual(expect.arrayContaining(['Eve', 'Ruth', 'Joan', 'Ada']));
    const questions = await itemsOf('busy', 'constraint_conflict');
    expect(questions.length).toBeGreaterThan(0);
    // A second time it asks nothing new.
    await importInto('busy');
    expect((await itemsOf('busy', 'constraint_conflict')).map(({ id }) => id)).toEqual(
      questions.map(({ id }) => id),
    );
  });

  it('without embeddings, under another model pack, keeps faces, people and words', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'kindred-bare-'));
    await cp(join(folder, 'originals'), join(bare, 'originals'), { recursive: true });
    expect((await kindred(admin, 'export', '--tenant', 'family', '--to', bare, '--originals')).code).toBe(0);
    const other = await startApp({
      env: { KINDRED_MODELS_DIR: committedPacks, KINDRED_MODEL_PACK: 'compact' },
    });
    try {
      const run = await kindred(other.admin, 'import', '--from', bare, '--tenant', 'family');
      expect([run.code, run.err]).toEqual([0, '']);
      const similar = ({ faces, ...rest }: Snapshot): object => ({ ...rest, faces });
      expect(similar(await snapshot(other, 'family'))).toEqual(similar(await snapshot(app, 'family')));
      const images = await other.admin.all<ImageJson>('/v1/tenants/family/images');
      const faces = images.flatMap((image) => image.faces).filter(({ state }) => state === 'active');
      const found = await other.admin.post<{ matches: { similarity: number; cluster_id: string }[] }>(
        '/v1/tenants/family/search',
        { face_id: faces[0]!.id },
      );
      expect(found.status, found.text).toBe(200);
    } finally {
      await other.close();
      await rm(bare, { recursive: true });
    }
  });

  it('of a person brings that person and nobody else', async () => {
    const to = await mkdtemp(join(tmpdir(), 'kindred-person-'));
    const { json } = await admin.get<{ items: { id: string }[] }>('/v1/tenants/family/clusters?label=Grace');
    const words = [
      '--tenant',
      'family',
      '--to',
      to,
      '--person',
      json.items[0]!.id,
      '--originals',
      '--shared-originals',
      '--embeddings',
    ];
    expect((await kindred(admin, 'export', ...words)).code).toBe(0);
    const run = await importInto('only-grace', to);
    expect([run.code, run.err]).toEqual([0, '']);
    const clusters = await admin.all<{ label: string; face_count: number }>(
      '/v1/tenants/only-grace/clusters',
    );
    expect(clusters).toMatchObject([{ label: 'Grace', face_count: 2 }]);
    const lines = (await readFile(join(to, 'kindred.jsonl'), 'utf8')).trimEnd().split('\n');
    const words2 = lines
      .map((line) => JSON.parse(line) as ExportLine)
      .filter(({ type }) => type === 'constraint');
    expect((await snapshot(app, 'only-grace')).constraints.length).toBe(words2.length);
    await rm(to, { recursive: true });
  });
});
