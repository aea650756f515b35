// Erasing a face, an image or a person leaves a receipt, and nothing that names them among what is counted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemStore } from '../../src/database/system-store.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import { ErasureRunner } from '../../src/erasure/erasure-runner.js';
import { FaceErasure } from '../../src/clusters/face-erasure.js';
import type { ReceiptKeyJwk } from '../../src/receipts/receipt-key.js';
import { pseudonym, verifyReceipt } from '../../src/receipts/signed-receipt.js';
import { imageBlobKey } from '../../src/storage/blob-key.js';
import { BlobStore } from '../../src/storage/blob-store.js';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import { startApp, type TestApp } from '../harness/app.js';
import { fiftyPhotosOfFivePeople } from '../harness/people.js';

interface Erasure {
  readonly id: string;
  readonly phase: string;
  readonly salt: string;
  readonly erased: Record<string, number>;
  readonly receipt: { readonly receipt: Record<string, Record<string, unknown>> };
}

describe('erasing a face, an image, a person', () => {
  let app: TestApp;
  let api: Api;
  let photos: { person: string; bytes: Uint8Array }[];
  let next = 0;
  const at = (path: string): string => `/v1/tenants/t/${path}`;
  const REPRESENTATION = { prefer: 'return=representation' };

  beforeAll(async () => {
    app = await startApp();
    api = app.admin;
    photos = await fiftyPhotosOfFivePeople();
    expect((await api.post('/v1/tenants', { id: 't' })).status).toBe(201);
  });
  afterAll(() => app.close());

  const send = async (): Promise<{ image: ImageJson; face: FaceJson & { cluster_id: string } }> => {
    const answer = await api.sendImage('t', photos[next++]!.bytes);
    expect(answer.status, answer.text).toBe(201);
    const face = answer.json.faces.find(({ cluster_id }) => cluster_id !== null);
    return { image: answer.json, face: face as FaceJson & { cluster_id: string } };
  };

  const expectReceipt = async (erasure: Erasure, kind: string, id: string): Promise<void> => {
    expect(erasure.phase).toBe('done');
    const { keys } = (await api.get<{ keys: ReceiptKeyJwk[] }>('/v1/receipts/key')).json;
    const document = await api.as(undefined).get(`/v1/receipts/${erasure.id}`);
    expect(verifyReceipt(document.json, keys).valid).toBe(true);
    expect(document.text).not.toContain(id);
    const { subject, verified } = erasure.receipt.receipt;
    expect(subject).toEqual({
      kind,
      tenant: pseudonym(erasure.salt, 'tenant', 't'),
      [kind]: pseudonym(erasure.salt, kind, id),
    });
    expect(new Set(Object.values(verified!['remaining']!))).toEqual(new Set([0]));
  };

  it('of a face: told beforehand, then erased, and the answer can be the receipt', async () => {
    const { face, image } = await send();
    const path = at(`faces/${face.id}`);
    const plan = await api.call<{ inventory: Record<string, number> }>('DELETE', `${path}?dry_run=true`);
    expect([plan.status, plan.json.inventory]).toEqual([
      200,
      { faces: 1, face_embeddings: 1, model_change_faces: 0, constraints: 0, images: 0 },
    ]);
    expect((await api.get(path)).status).toBe(200);
    const gone = await api.call<Erasure>('DELETE', path, undefined, REPRESENTATION);
    expect(gone.status, gone.text).toBe(200);
    expect(gone.json.erased).toMatchObject(plan.json.inventory);
    await expectReceipt(gone.json, 'face', face.id);
    expect((await api.get(path)).status).toBe(404);
    expect((await api.get(at(`images/${image.id}`))).status).toBe(200);
  });

  it('of an image: 204 names the receipt; its file is counted and gone', async () => {
    const { image } = await send();
    const key = imageBlobKey('t', image.id);
    expect(await app.app.get(BlobStore).exists(key)).toBe(true);
    const gone = await api.call('DELETE', at(`images/${image.id}`));
    expect([gone.status, gone.text]).toEqual([204, '']);
    const link = /^<(\/v1\/receipts\/[0-9a-f-]{36})>; rel="urn:kindred:receipt"$/.exec(
      gone.headers.get('link') ?? '',
    );
    const { json } = await api.get<{ receipt: { erased: Record<string, number> } }>(link![1]!);
    expect(json.receipt.erased).toMatchObject({ images: 1, files: 1, faces: image.faces.length });
    expect(await app.app.get(BlobStore).exists(key)).toBe(false);
  });

  it('of a person: every face goes, and what people wrote in closed questions about them', async () => {
    const { face } = await send();
    const [item] = await api.all<{ id: string }>(at(`review-pending?cluster_id=${face.cluster_id}`));
    expect((await api.post(at(`review-pending/${item!.id}/notes`), { text: 'is Ada' })).status).toBe(200);
    const decision = { decision: 'confirm', label: 'Ada' };
    expect((await api.post(at(`review-pending/${item!.id}/decision`), decision)).status).toBe(200);
    const path = at(`clusters/${face.cluster_id}?faces=erase`);
    const gone = await api.call<Erasure>('DELETE', path, undefined, REPRESENTATION);
    expect(gone.status, gone.text).toBe(200);
    expect(gone.json.erased).toMatchObject({ clusters: 1, faces: 1, review_items_emptied: 1 });
    await expectReceipt(gone.json, 'cluster', face.cluster_id);
    const closed = await api.get(at(`review-pending/${item!.id}`));
    expect(closed.status).toBe(200);
    expect(closed.text).not.toMatch(/Ada|similarity":-?0?\./);
  });

  it('refuses a dry run of taking a grouping back: it erases nothing', async () => {
    const { face } = await send();
    const path = at(`clusters/${face.cluster_id}?dry_run=true`);
    const refused = await api.call<{ code: string }>('DELETE', path);
    expect([refused.status, refused.json.code]).toEqual([400, 'request.invalid']);
  });

  it('a crash between rows and file leaves an open erasure, which the next start ends', async () => {
    const { image } = await send();
    // What a process did that died before it completed the erasure.
    const { erasure } = await app.app.get(FaceErasure).deleteImage('t', image.id, 'admin');
    expect((await api.get<Erasure>(`/v1/erasures/${erasure.id}`)).json.phase).toBe('files');
    expect((await api.get(`/v1/receipts/${erasure.id}`)).status).toBe(404);
    await app.app.get(ErasureRunner).passOnce(0);
    const ended = await api.get<Erasure>(`/v1/erasures/${erasure.id}`);
    await expectReceipt({ ...ended.json, salt: erasure.salt! }, 'image', image.id);
    expect(await app.app.get(BlobStore).exists(imageBlobKey('t', image.id))).toBe(false);
  });

  it('keeps no name in what it remembers of an erasure that is done', async () => {
    const open = await app.app.get(SystemStore).transaction(({ erasures }) => erasures.listOpen(10));
    expect(open).toEqual([]);
    const { face } = await send();
    const gone = await api.call<Erasure>('DELETE', at(`faces/${face.id}`), undefined, REPRESENTATION);
    const kept = await app.app.get(SystemStore).transaction(({ erasures }) => erasures.find(gone.json.id));
    expect(kept).toMatchObject({ ofTenant: null, subjectId: null, salt: null, work: {} });
    expect(JSON.stringify(kept)).not.toContain(face.id);
    const seen = app.app
      .get(TenantStore)
      .forTenant('t')
      .read(({ erasures }) => erasures.find(gone.json.id));
    expect(await seen).toBeNull();
  });
});
