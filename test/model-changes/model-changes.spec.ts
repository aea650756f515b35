// A tenant with names, constraints and locked faces moves to another model pack while it is used, and back again.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedAgreement } from '../../src/domain/evaluation/partition-metrics.js';
import type { Api, FaceJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { unlikePhotosOfFivePeople } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';
import { twoPacks, type TwoPacks } from '../harness/two-packs.js';
import { snapshot } from '../clusters/snapshot.js';
import {
  type ChangeJson,
  humanWords,
  inPhase,
  labelledGallery,
  type LabelledGallery,
  rowsOf,
  withClient,
} from './gallery.js';

const TENANT = 'moving';

describe.each(['postgres', 'embedded'] as const)('a change of model on %s', (database) => {
  let packs: TwoPacks;
  let app: TestApp;
  let api: Api;
  let gallery: LabelledGallery;
  const at = (path: string): string => `/v1/tenants/${TENANT}${path}`;

  beforeAll(async () => {
    packs = await twoPacks();
    app = await startApp({
      database,
      env: { KINDRED_MODELS_DIR: packs.dir, KINDRED_MODEL_PACK: packs.from },
    });
    api = app.admin;
    const people = await unlikePhotosOfFivePeople();
    const some = people.filter((_, i) => i % 10 < 6);
    const groups = await Promise.all(
      samplePhotos.slice(0, 2).map(async (path) => ({ person: '', bytes: await readFile(path) })),
    );
    gallery = await labelledGallery(api, TENANT, [...some, ...groups]);
  }, 300_000);
  afterAll(async () => {
    await app.close();
    await packs.remove();
  });

  const faces = () =>
    rowsOf<{ id: string; cluster: string | null; space: string; state: string }>(
      app,
      TENANT,
      'SELECT id, cluster_id::text AS cluster, space, state FROM faces ORDER BY id',
    );
  const spaces = async (table: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await rowsOf<{ space: string; count: number }>(
          app,
          TENANT,
          `SELECT space, count(*)::int AS count FROM ${table} GROUP BY space ORDER BY space`,
        )
      ).map(({ space, count }) => [space, count]),
    );
  const quality = async (): Promise<number> => {
    const rows = (await faces()).filter(({ id }) => gallery.personOf.has(id));
    return namedAgreement(
      rows.map(({ id }) => gallery.personOf.get(id)!),
      rows.map(({ id, cluster }) => cluster ?? id),
    ).bcubed.f;
  };
  const order = async (body: object): Promise<ChangeJson> => {
    const ordered = await api.post<ChangeJson>(at('/model-changes'), body);
    expect(ordered.status, ordered.text).toBe(202);
    return ordered.json;
  };
  const tenantSnapshot = () =>
    withClient(app, async (client) => {
      const { operations: _, ...rest } = await snapshot(client, TENANT);
      return rest;
    });

  it('is refused by code for packs that cannot be changed to', async () => {
    const refused = async (pack: string) => {
      const { status, json } = await api.post<{ code: string }>(at('/model-changes'), { pack });
      return [status, json.code];
    };
    expect(await refused('nobodys')).toEqual([422, 'model_change.pack_unusable']);
    expect(await refused(packs.from)).toEqual([422, 'model_change.pack_unusable']);
    expect(await refused('../up')).toEqual([400, 'request.invalid']);
  });

  it('tried first, says what would change, changes nothing and leaves no vector', async () => {
    const before = await tenantSnapshot();
    const change = await order({ pack: packs.to, dry_run: true });
    const ended = await inPhase(api, TENANT, change.id, ['done']);
    expect(ended).toMatchObject({ outcome: 'previewed', operation_id: null });
    const job = await api.get<{ state: string; result: Record<string, unknown> }>(
      `/v1/jobs/${change.job_id}`,
    );
    expect(job.json).toMatchObject({
      state: 'succeeded',
      result: { dry_run: true, regrouped: true, from: packs.from, to: packs.to },
    });
    expect(await tenantSnapshot()).toEqual(before);
    expect(Object.keys(await spaces('face_embeddings'))).toEqual([packs.from]);
  });

  it('keeps ids, names and every word of humans, while photos go on coming, and can be taken back', async () => {
    const facesBefore = await faces();
    const wordsBefore = await humanWords(app, TENANT);
    const qualityBefore = await quality();
    expect(Object.keys(wordsBefore.named).length).toBeGreaterThanOrEqual(5);
    expect(wordsBefore.constraints.some((text) => text.startsWith('cannot_link'))).toBe(true);
    expect(wordsBefore.constraints.some((text) => text.startsWith('must_link'))).toBe(true);

    const before = await tenantSnapshot();
    const change = await order({ pack: packs.to });
    const second = await api.post<{ code: string }>(at('/model-changes'), { pack: packs.to });
    expect([second.status, second.json.code]).toEqual([409, 'model_change.in_progress']);
    const search = await api.post<{ matches: unknown[] }>(at('/search'), { face_id: facesBefore[0]!.id });
    expect(search.status, search.text).toBe(200);
    await inPhase(api, TENANT, change.id, ['settled']);

    // Ids, names, constraints, locks.
    const facesAfter = await faces();
    const known = new Set(facesBefore.map(({ id }) => id));
    expect(facesAfter.filter(({ id }) => known.has(id)).map(({ id }) => id)).toEqual(
      facesBefore.map(({ id }) => id),
    );
    const wordsAfter = await humanWords(app, TENANT);
    expect(wordsAfter.named).toEqual(wordsBefore.named);
    expect(wordsAfter.locked).toEqual(wordsBefore.locked);
    expect(wordsAfter.constraints).toEqual(wordsBefore.constraints);
    const askedAgain = await rowsOf<{ text: string }>(
      app,
      TENANT,
      `SELECT concat_ws(' ', kind, subject_key) AS text FROM review_items WHERE state = 'open'
       AND kind IN ('new_cluster', 'uncertain_assignment')`,
    );
    expect(askedAgain.filter(({ text }) => wordsBefore.decided.includes(text))).toEqual([]);

    // The other space is in force: for what is stored, for search and for new photos.
    const { json: tenant } = await api.get<{ space: string }>(at(''));
    expect(tenant.space).toBe(packs.to);
    expect(new Set(facesAfter.map(({ space }) => space))).toEqual(new Set([packs.to]));
    const vectors = await spaces('face_embeddings');
    expect(vectors[packs.to]).toBe(facesAfter.filter(({ state }) => state !== 'dismissed').length);
    const found = await api.post<{ matches: { similarity: number }[] }>(at('/search'), {
      face_id: facesBefore[0]!.id,
    });
    expect(found.status, found.text).toBe(200);
    const qualityAfter = await quality();
    console.log(
      `${database}: ${facesBefore.length} faces, ${facesAfter.length - facesBefore.length} found anew; ` +
        `BCubed F ${qualityBefore.toFixed(4)} before, ${qualityAfter.toFixed(4)} after`,
    );
    expect(qualityAfter).toBeGreaterThan(qualityBefore - 0.03);
    const audit = await api.get<{ items: { action: string }[] }>(at('/audit'));
    expect(audit.json.items.map(({ action }) => action)).toContain('tenant.model_changed');

    // A photo in the other space, then back: it gets a vector of the former models, and everything else is as it was.
    const people = await unlikePhotosOfFivePeople();
    const late = await api.sendImage(TENANT, people.find((_, i) => i % 10 === 7)!.bytes);
    expect(late.status, late.text).toBe(201);
    const own = await api.post<{ code: string; reason: string }>(
      at(
        `/operations/${(await api.get<ChangeJson>(at(`/model-changes/${change.id}`))).json.operation_id}/undo`,
      ),
    );
    expect([own.status, own.json.reason]).toEqual([409, 'model_change']);
    const undo = await api.post<ChangeJson>(at(`/model-changes/${change.id}/undo`));
    expect(undo.status, undo.text).toBe(202);
    const back = await inPhase(api, TENANT, change.id, ['done', 'settled']);
    expect(back, (await api.get(`/v1/jobs/${undo.json.job_id}`)).text).toMatchObject({ outcome: 'undone' });
    expect((await api.get<{ space: string }>(at(''))).json.space).toBe(packs.from);
    expect(Object.keys(await spaces('face_embeddings'))).toEqual([packs.from]);
    expect(Object.keys(await spaces('cluster_centroids'))).toEqual([packs.from]);
    const lateFaces = late.json.faces.map(({ id }) => id);
    const now = await api.get<FaceJson>(at(`/faces/${lateFaces[0]}`));
    expect(now.status).toBe(200);

    // Without the late photo, nothing differs from what stood before.
    expect((await api.call('DELETE', at(`/images/${late.json.id}`))).status).toBeLessThan(300);
    const after = await tenantSnapshot();
    expect(after.faces).toEqual(before.faces);
    expect(after.constraints).toEqual(before.constraints);
    expect(after.clusters).toEqual(before.clusters);
    expect(after.centroids).toEqual(before.centroids);
    expect(after.items).toEqual(before.items);
  }, 400_000);
});
