// What an export holds, who gets it, and how a broken one goes on.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/evaluation/seeded-random.js';
import type { ExportLine } from '../../src/domain/transfer/export-line.js';
import { type Api, type FaceJson, type ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { kindred } from './commands.js';
import { makeGallery } from './gallery.js';

const linesOf = (text: string): ExportLine[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ExportLine);
const ofType = <T extends ExportLine['type']>(lines: readonly ExportLine[], type: T) =>
  lines.filter((line): line is Extract<ExportLine, { type: T }> => line.type === type);

describe('an export', () => {
  let app: TestApp;
  let reader: Api;
  let folder: string;
  beforeAll(async () => {
    app = await startApp();
    await makeGallery(app.admin, 'family');
    reader = await keyWith('family', ['read']);
    folder = await mkdtemp(join(tmpdir(), 'kindred-exports-'));
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function keyWith(tenant: string, scopes: readonly string[]): Promise<Api> {
    const minted = await app.admin.post<{ key: string }>(`/v1/tenants/${tenant}/api-keys`, {
      name: 'x',
      scopes,
    });
    return app.admin.as(minted.json.key);
  }

  it('holds every row of the tenant, vouches for every byte, and says when it is whole', async () => {
    const { status, text, headers } = await reader.get('/v1/tenants/family/export');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = linesOf(text);
    const tenant = (await app.admin.get<{ image_count: number; face_count: number }>('/v1/tenants/family'))
      .json;
    const end = ofType(lines, 'end')[0]!;
    expect(lines.at(-1)).toBe(end);
    expect(end).toMatchObject({
      changed: false,
      counts: { image: tenant.image_count, face: tenant.face_count },
    });
    const operations = await app.admin.all<{ id: string }>('/v1/tenants/family/operations');
    expect(ofType(lines, 'operation').map(({ id }) => id)).toEqual(operations.map(({ id }) => id).sort());
    const constraints = ofType(lines, 'constraint');
    expect(new Set(constraints.map(({ id }) => id)).size).toBe(constraints.length);
    expect(constraints.some(({ kind }) => kind === 'cannot_link')).toBe(true);
    expect(constraints.some(({ retired_at }) => retired_at !== null)).toBe(true);
    // Nothing is named before it is there.
    const seen = new Set<string>();
    for (const line of lines) {
      if (line.type === 'face')
        for (const id of [line.image_id, line.cluster_id ?? line.image_id]) expect(seen).toContain(id);
      if (line.type === 'constraint') for (const id of [line.face_a, line.face_b]) expect(seen).toContain(id);
      if ('id' in line) seen.add(line.id);
    }
    let sha256 = '';
    let since = '';
    for (const line of text.split('\n').filter(Boolean)) {
      const { type, ...rest } = JSON.parse(line) as ExportLine & { sha256?: string };
      if (type === 'checkpoint') {
        sha256 = createHash('sha256')
          .update(sha256 + since)
          .digest('hex');
        since = '';
        expect(rest.sha256).toBe(sha256);
      } else if (type !== 'end') since += `${line}\n`;
    }
    expect(end.sha256).toBe(sha256);
  });

  it('holds embeddings only for whoever may have them', async () => {
    const path = '/v1/tenants/family/export?embeddings=true';
    expect((await reader.get(path)).status).toBe(403);
    const { text } = await reader.get('/v1/tenants/family/export');
    expect(text).not.toContain('"embedding":');
    const allowed = await (await keyWith('family', ['read', 'embeddings'])).get(path);
    const faces = ofType(linesOf(allowed.text), 'face');
    for (const face of faces)
      expect(face.embedding === undefined, face.state).toBe(face.state === 'dismissed');
    expect(
      (await (await keyWith('family', ['ingest', 'review'])).get('/v1/tenants/family/export')).status,
    ).toBe(403);
    expect(app.log()).not.toContain(faces.find(({ embedding }) => embedding)!.embedding!.slice(0, 40));
  });

  it('goes on behind any of its checkpoints as if it had never stopped', async () => {
    const { text } = await reader.get('/v1/tenants/family/export');
    const checkpoints = ofType(linesOf(text), 'checkpoint');
    expect(checkpoints.length).toBeGreaterThan(3);
    for (const { cursor } of checkpoints) {
      const rest = await reader.get(`/v1/tenants/family/export?cursor=${encodeURIComponent(cursor)}`);
      expect(
        text.endsWith(
          `${JSON.stringify({ ...checkpoints.find((one) => one.cursor === cursor) })}\n${rest.text}`,
        ),
      ).toBe(true);
    }
    for (const cursor of ['x', 'WyJpbWFnZXMiXQ', checkpoints[0]!.cursor.slice(2)])
      expect((await reader.get(`/v1/tenants/family/export?cursor=${cursor}`)).status).toBe(400);
  });

  it('is finished by the command line wherever it broke, and a damaged one is begun anew from what is right', async () => {
    const whole = await readWhole('whole');
    const { uniform } = seededRandom(11);
    for (const [n, breakIt] of [cutOff, cutOff, cutOff, flipByte].entries()) {
      const to = join(folder, `broken-${n}`);
      await readWhole(`broken-${n}`);
      const file = join(to, 'kindred.jsonl');
      await writeFile(`${file}.part`, await readFile(file));
      await rm(file);
      await breakIt(`${file}.part`, uniform);
      const run = await kindred(app.admin, 'export', '--tenant', 'family', '--to', to);
      expect([run.code, run.err]).toEqual([0, '']);
      const again = await readFile(file, 'utf8');
      expect(withoutTimes(again)).toEqual(withoutTimes(whole));
    }
    expect(
      (
        await kindred(
          app.admin,
          'export',
          '--tenant',
          'family',
          '--embeddings',
          '--to',
          join(folder, 'whole'),
        )
      ).code,
    ).toBe(1);
  });

  const readWhole = async (name: string): Promise<string> => {
    const run = await kindred(app.admin, 'export', '--tenant', 'family', '--to', join(folder, name));
    expect([run.code, run.err]).toEqual([0, '']);
    return readFile(join(folder, name, 'kindred.jsonl'), 'utf8');
  };

  it('of a person holds nothing of others', async () => {
    const { json } = await reader.get<{ items: { id: string }[] }>('/v1/tenants/family/clusters?label=Grace');
    const person = json.items[0]!.id;
    const answer = await reader.get(`/v1/tenants/family/clusters/${person}/export`);
    expect(answer.status).toBe(200);
    const lines = linesOf(answer.text);
    const own = await app.admin.all<FaceJson>(`/v1/tenants/family/clusters/${person}/faces`);
    expect(
      ofType(lines, 'face')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(own.map(({ id }) => id).sort());
    expect(ofType(lines, 'image').every(({ shared }) => shared)).toBe(true);
    expect(
      ofType(lines, 'cluster').every(({ id, merged_into }) => id === person || merged_into === person),
    ).toBe(true);
    const images = await app.admin.all<ImageJson>('/v1/tenants/family/images');
    const others = images.flatMap((image) => image.faces).filter(({ cluster_id }) => cluster_id !== person);
    const strangers = [
      ...others.map(({ id }) => id),
      ...others.flatMap(({ cluster_id }) => cluster_id ?? []),
    ];
    const merged = new Set(ofType(lines, 'cluster').map(({ id }) => id));
    for (const id of strangers.filter((one) => !merged.has(one))) expect(answer.text).not.toContain(id);
    for (const word of ['Ada', 'Joan', 'ask her sister', 'candidates'])
      expect(answer.text).not.toContain(word);
    expect(lines[0]).toMatchObject({ type: 'header', person_id: person, settings: {} });

    const to = join(folder, 'grace');
    const command = ['export', '--tenant', 'family', '--person', person, '--to', to, '--originals'];
    const run = await kindred(reader, ...command);
    expect([run.code, run.err]).toEqual([0, '']);
    expect(await readdir(join(to, 'originals'))).toEqual([]);
    expect((await readdir(join(to, 'crops'))).sort()).toEqual(own.map(({ id }) => `${id}.jpg`).sort());
    const shared = await kindred(reader, ...command, '--shared-originals');
    expect(shared.json).toMatchObject({ originals: ofType(lines, 'image').length });
  });

  it('hands out each photo byte for byte, as a download', async () => {
    const [image] = await app.admin.all<ImageJson>('/v1/tenants/family/images');
    const answer = await fetch(`${app.admin.url}/v1/tenants/family/images/${image!.id}/original`, {
      headers: { authorization: `Bearer ${reader.token}` },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(image!.sha256);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toContain('attachment');
  });

  it('says that faces changed while it ran, and breaks no reference', async () => {
    const first = linesOf((await reader.get('/v1/tenants/family/export')).text);
    const { cursor } = ofType(first, 'checkpoint')[0]!;
    const [open] = await app.admin.all<{ id: string; kind: string }>(
      '/v1/tenants/family/review-pending?kind=new_cluster',
    );
    expect(open).toBeDefined();
    const answer = await app.admin.post(`/v1/tenants/family/review-pending/${open!.id}/decision`, {
      decision: 'ignore',
    });
    expect(answer.status).toBe(200);
    const rest = await reader.get(`/v1/tenants/family/export?cursor=${encodeURIComponent(cursor)}`);
    expect(ofType(linesOf(rest.text), 'end')[0]).toMatchObject({ changed: true });
  });
});

async function cutOff(file: string, uniform: () => number): Promise<void> {
  const { length } = await readFile(file);
  await truncate(file, Math.floor(uniform() * length));
}

async function flipByte(file: string, uniform: () => number): Promise<void> {
  const bytes = await readFile(file);
  const at = Math.floor((0.3 + uniform() * 0.6) * bytes.length);
  bytes[at] = bytes[at]! ^ 1;
  await writeFile(file, bytes);
}

/** The moment of the header differs, and every hash with it. */
const withoutTimes = (text: string): unknown[] =>
  linesOf(text).map((line) =>
    line.type === 'header'
      ? { ...line, begun_at: '' }
      : 'sha256' in line && line.type !== 'image'
        ? line.type
        : line,
  );
