// A change of model where pictures are not what they were: the other detector misses faces and finds more, originals are gone or broken,
// and photos arrive meanwhile. Nobody's face, name or place is lost, and what could not be looked at again is said.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageBlobKey } from '../../src/storage/blob-key.js';
import { BlobStore } from '../../src/storage/blob-store.js';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { unlikePhotosOfFivePeople } from '../harness/people.js';
import { samplePhotos } from '../harness/shared-data.js';
import { twoPacks, type TwoPacks } from '../harness/two-packs.js';
import {
  type ChangeJson,
  humanWords,
  inPhase,
  labelledGallery,
  type LabelledGallery,
  rowsOf,
} from './gallery.js';

const TENANT = 'moving';
/** Photos that arrive from the order of the change on, one after the other. */
const ARRIVING = 8;

interface StoredFace {
  readonly id: string;
  readonly image: string;
  readonly cluster: string | null;
  readonly space: string;
  readonly state: string;
  readonly x: number;
}

describe('a change to a pack with another detector', () => {
  let packs: TwoPacks;
  let app: TestApp;
  let api: Api;
  let gallery: LabelledGallery;
  let more: readonly Uint8Array[];
  const at = (path: string): string => `/v1/tenants/${TENANT}${path}`;

  beforeAll(async () => {
    packs = await twoPacks('detector');
    app = await startApp({ env: { KINDRED_MODELS_DIR: packs.dir, KINDRED_MODEL_PACK: packs.from } });
    api = app.admin;
    const people = await unlikePhotosOfFivePeople();
    const groups = await Promise.all(
      samplePhotos.slice(0, 3).map(async (path) => ({ person: '', bytes: await readFile(path) })),
    );
    gallery = await labelledGallery(api, TENANT, [...people.filter((_, i) => i % 10 < 3), ...groups]);
    more = people
      .filter((_, i) => i % 10 >= 6 && i % 10 < 8)
      .map(({ bytes }) => bytes)
      .slice(0, ARRIVING);
  }, 300_000);
  afterAll(async () => {
    await app.close();
    await packs.remove();
  });

  const faces = () =>
    rowsOf<StoredFace>(
      app,
      TENANT,
      `SELECT id, image_id AS image, cluster_id::text AS cluster, space, state, box_x AS x FROM faces ORDER BY id`,
    );
  const vectorsOf = (space: string) =>
    rowsOf<{ face: string }>(
      app,
      TENANT,
      `SELECT face_id AS face FROM face_embeddings WHERE space = '${space}' ORDER BY face_id`,
    );
  /** The photos that show several people; they are not among the named ones. */
  const group = (n: number): ImageJson => gallery.images.at(-3 + n)!;

  it('keeps every face, name and place, and says which pictures it could not look at', async () => {
    // Where the former detector saw a face the other one sees nothing, and a face where the former saw nothing.
    const [missed] = group(0).faces as [FaceJson];
    await rowsOf(
      app,
      TENANT,
      `UPDATE faces SET box_x = 1, box_y = 1, box_width = 40, box_height = 40 WHERE id = '${missed.id}' RETURNING id`,
    );
    // A human said that this is no face: the other detector finds it again all the same.
    const [, dismissed] = group(1).faces as [FaceJson, FaceJson];
    const said = await api.call('PATCH', at(`/faces/${dismissed.id}`), { state: 'dismissed' });
    expect(said.status, said.text).toBe(200);
    // One original is gone, one is no picture any more.
    const [gone, broken] = [gallery.images[0]!, gallery.images[1]!];
    const blobs = app.app.get(BlobStore);
    await rm(blobs.pathOf(imageBlobKey(TENANT, gone.id)));
    await writeFile(blobs.pathOf(imageBlobKey(TENANT, broken.id)), 'no picture');

    const before = await faces();
    const words = await humanWords(app, TENANT);
    const ordered = await api.post<ChangeJson>(at('/model-changes'), { pack: packs.to });
    expect(ordered.status, ordered.text).toBe(202);
    const arrived: string[] = [];
    for (const bytes of more) {
      const sent = await api.sendImage(TENANT, bytes);
      expect(sent.status, sent.text).toBe(201);
      arrived.push(sent.json.id);
    }
    const { id, job_id: jobId } = ordered.json;
    await inPhase(api, TENANT, id, ['settled']);
    const { json: job } = await api.get<{ state: string; result: Record<string, unknown> }>(
      `/v1/jobs/${jobId}`,
    );
    expect(job.state).toBe('succeeded');
    expect(job.result['images_unreadable']).toBe(2);
    const unread = job.result['unreadable'] as { listed: { image_id: string; code: string }[] };
    expect(new Map(unread.listed.map(({ image_id, code }) => [image_id, code]))).toEqual(
      new Map([
        [gone.id, 'image.missing'],
        [broken.id, expect.stringMatching(/^(image|storage)\./) as string],
      ]),
    );

    const after = await faces();
    const now = new Map(after.map((face) => [face.id, face]));
    // Ids, names, locks and constraints: all of them, the unread photos' faces too.
    expect(before.filter((face) => !now.has(face.id))).toEqual([]);
    const wordsAfter = await humanWords(app, TENANT);
    expect([wordsAfter.named, wordsAfter.locked, wordsAfter.constraints]).toEqual([
      words.named,
      words.locked,
      words.constraints,
    ]);
    for (const { id: imageId } of [gone, broken])
      for (const face of before.filter(({ image }) => image === imageId))
        expect(now.get(face.id)).toMatchObject({ cluster: face.cluster, space: packs.from });

    // The face that the other detector did not see is described where it was, and the real one has an id of its own.
    expect(now.get(missed.id)).toMatchObject({ space: packs.to, x: 1 });
    const found = after.filter(
      ({ id: faceId, image }) => image === group(0).id && !before.some((old) => old.id === faceId),
    );
    expect(found.length).toBeGreaterThanOrEqual(1);
    expect(found.every(({ space }) => space === packs.to)).toBe(true);
    expect(job.result['faces_found']).toBeGreaterThanOrEqual(1);

    expect(now.get(dismissed.id)).toMatchObject({ state: 'dismissed' });
    const shownAgain = after.filter(
      ({ id: faceId, image }) => image === group(1).id && !before.some((old) => old.id === faceId),
    );
    const distance = (face: StoredFace): number => Math.abs(face.x - dismissed.box.x);
    expect(shownAgain.filter((face) => distance(face) < dismissed.box.width / 4)).toEqual([]);

    // Everybody else is in the new space: the photos that came meanwhile, before or after the switch, as well.
    const unreadable = new Set([gone.id, broken.id]);
    const shown = after.filter(({ state, image }) => state !== 'dismissed' && !unreadable.has(image));
    expect(shown.filter(({ space }) => space !== packs.to)).toEqual([]);
    for (const imageId of arrived) expect(shown.some(({ image }) => image === imageId)).toBe(true);
    const vectors = (await vectorsOf(packs.to)).map(({ face }) => face);
    expect(vectors).toEqual(shown.map(({ id: faceId }) => faceId).sort());

    // A face whose picture is gone cannot be searched by in the new space, which is said; the others can.
    const lost = before.find(({ image, cluster }) => image === gone.id && cluster !== null)!;
    const search = (faceId: string) =>
      api.post<{ code?: string; matches?: { face_id?: string }[] }>(at('/search'), { face_id: faceId });
    expect((await search(missed.id)).status).toBe(200);
    const refused = await search(lost.id);
    expect(refused.status, refused.text).toBeGreaterThanOrEqual(400);
    expect(refused.status, refused.text).toBeLessThan(500);
  }, 400_000);
});
