// A gallery of real photos with all that humans say about it, made through the API, and what of it must survive a transfer.
import { expect } from 'vitest';
import type { FaceRecord } from '../../src/database/records.js';
import { TenantStore } from '../../src/database/tenant-store.js';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import type { TestApp } from '../harness/app.js';
import { samplePhotos } from '../harness/shared-data.js';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly subject: { readonly cluster_id: string | null; readonly face_id: string | null };
}
interface Cluster {
  readonly id: string;
  readonly face_count: number;
}

const ok = async (answer: Promise<{ status: number; text: string }>): Promise<void> => {
  const { status, text } = await answer;
  expect(status, text).toBeLessThan(300);
};

/** Six photos; a name, a merge, a move, two people kept apart, a hidden one, a dismissed face, answered and open questions. */
export async function makeGallery(admin: Api, tenant: string): Promise<void> {
  const settings = { clustering: { review_faces_min: 1 } };
  await ok(admin.post('/v1/tenants', { id: tenant, settings }));
  for (const [i, photo] of samplePhotos.entries())
    await ok(
      admin.sendImage(tenant, photo, { external_id: `photo-${i}`, captured_at: '2024-05-06T07:08:09Z' }),
    );
  const base = `/v1/tenants/${tenant}`;
  const items = (): Promise<Item[]> => admin.all<Item>(`${base}/review-pending`);
  const decide = (item: Item, decision: object): Promise<void> =>
    ok(admin.post(`${base}/review-pending/${item.id}/decision`, decision));

  const fresh = (await items()).filter(({ kind }) => kind === 'new_cluster');
  expect(fresh.length).toBeGreaterThan(4);
  await decide(fresh[0]!, { decision: 'confirm', label: 'Ada', external_ref: 'crm-1' });
  await decide(fresh[1]!, { decision: 'ignore' });
  await decide(fresh[2]!, { decision: 'dismiss' });
  const doubts = (await items()).filter(({ kind }) => kind === 'uncertain_assignment');
  if (doubts[0]) await decide(doubts[0], { decision: 'reject' });

  // Two single faces of different photos become one person; a third is kept apart from them.
  const images = await admin.all<ImageJson>(`${base}/images`);
  const clusters = await admin.all<Cluster>(`${base}/clusters?state=pending`);
  const lonely = clusters.filter(({ face_count }) => face_count === 1).map(({ id }) => id);
  const faces = images.flatMap((image) => image.faces);
  const faceIn = (id: string): FaceJson => faces.find(({ cluster_id }) => cluster_id === id)!;
  const pair = lonely.flatMap((a) =>
    lonely.filter((b) => faceIn(a).image_id < faceIn(b).image_id).map((b) => [a, b] as const),
  )[0]!;
  await ok(admin.post(`${base}/clusters/${pair[0]}/merge`, { source_cluster_id: pair[1] }));
  await ok(admin.call('PATCH', `${base}/clusters/${pair[0]}`, { label: 'Grace', consent_ref: 'form-7' }));
  const third = lonely.find((id) => !pair.includes(id) && faceIn(id).image_id !== faceIn(pair[0]).image_id)!;
  await ok(admin.call('PATCH', `${base}/faces/${faceIn(third).id}`, { cluster_id: pair[0] }));
  await ok(admin.post(`${base}/clusters`, { label: 'Joan', face_ids: [faceIn(third).id], override: true }));
  await ok(admin.call('PATCH', `${base}/clusters/${pair[0]}`, { cover_face_id: faceIn(pair[1]).id }));
  const unclear = faces.find(({ cluster_id }) => cluster_id === null);
  const nobody = unclear ?? faceIn(lonely.find((id) => id !== third && !pair.includes(id))!);
  await ok(admin.call('PATCH', `${base}/faces/${nobody.id}`, { state: 'dismissed' }));
  const left = await items();
  expect(left.length).toBeGreaterThan(2);
  await ok(admin.post(`${base}/review-pending/${left[0]!.id}/notes`, { text: 'ask her sister' }));
}

/** What two galleries have in common when one is the other. */
export interface Snapshot {
  readonly images: readonly object[];
  readonly faces: readonly object[];
  readonly clusters: readonly object[];
  readonly constraints: readonly object[];
  readonly items: readonly object[];
  readonly consents: readonly (readonly [string, string])[];
}

/** @param named Ids in another gallery by the id here. */
export async function snapshot(
  app: TestApp,
  tenant: string,
  named: ReadonlyMap<string, string> = new Map(),
): Promise<Snapshot> {
  const scope = app.app.get(TenantStore).forTenant(tenant);
  const taken = await scope.read(async (repositories) => {
    const images = await repositories.images.listOldest({ limit: 1000 });
    const faces = await repositories.faces.listByImages(images.map(({ id }) => id));
    const standing = await repositories.clusters.listStanding();
    const merged = await repositories.clusters.listFaceless({ limit: 1000 }, true);
    return {
      images,
      faces: faces.map(withoutFigures),
      clusters: [...standing, ...merged].map(({ version: _v, updatedAt: _u, ...cluster }) => cluster),
      constraints: (await repositories.constraints.listNaming(faces.map(({ id }) => id))).map(
        ({ operationId: _o, ...constraint }) => constraint,
      ),
      consents: [...(await repositories.clusters.consentRefs(standing.map(({ id }) => id)))].sort(),
      items: (await repositories.reviewItems.listAll({ limit: 1000 })).map(
        ({ number: _n, version: _v, operationId: _o, skips: _s, updatedAt: _u, ...item }) => item,
      ),
    };
  });
  const text = JSON.stringify(taken).replace(/[0-9a-f-]{36}/g, (id) => named.get(id) ?? id);
  const parsed = JSON.parse(text) as Snapshot;
  const byId = (rows: readonly object[]): object[] =>
    [...rows].sort((a, b) => ((a as { id: string }).id < (b as { id: string }).id ? -1 : 1));
  return {
    images: byId(parsed.images),
    faces: byId(parsed.faces),
    clusters: byId(parsed.clusters),
    constraints: byId(parsed.constraints),
    items: byId(parsed.items),
    consents: parsed.consents,
  };
}

/** Without what another detector sees differently. */
function withoutFigures(face: FaceRecord): object {
  const { box: _b, landmarks: _l, detectionScore: _d, quality: _q, reasons: _r, space: _s, ...rest } = face;
  return { ...rest, similarity: null, probability: null };
}
