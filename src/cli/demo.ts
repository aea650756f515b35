// `kindred demo`: sends sample photos to a Kindred and writes a page that shows what it made of them.
import { createRequire } from 'node:module';
import { readdir, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DemoPage, type DemoPerson, type DemoQuestion, renderDemoPage } from './demo-page.js';
import type { ClusterAnswer, FaceAnswer, KindredClient, ReviewItemAnswer } from './kindred-client.js';

/** Group photos that come with the package whose weights the compact pack is made from. */
export async function samplePhotos(): Promise<string[]> {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
  );
  const names = (await readdir(folder)).filter((name) => /^sample\d+\.jpg$/.test(name)).sort();
  return names.map((name) => join(folder, name));
}

export interface DemoResult {
  readonly photos: number;
  readonly faces: number;
  readonly people: number;
  readonly questions: number;
  readonly page: string;
}

/**
 * @param photos Paths; the same photos again change nothing.
 * @param page Where the page is written.
 */
export async function demo(
  client: KindredClient,
  tenant: string,
  photos: readonly string[],
  page: string,
): Promise<DemoResult> {
  await client.ensureTenant(tenant);
  for (const photo of photos) await client.sendImage(tenant, photo);

  const clusters = (await client.clusters(tenant)).filter((cluster) => cluster.state !== 'merged');
  const facesOf = new Map<string, FaceAnswer[]>();
  for (const { id } of clusters) facesOf.set(id, await client.clusterFaces(tenant, id));
  const images = await client.images(tenant);
  const apart = images.flatMap((image) => image.faces).filter((face) => face.cluster_id === null);
  const items = await client.openReviewItems(tenant);

  const crop = cropsOf(client, tenant);
  const shown: DemoPage = {
    tenant,
    photos: images.length,
    people: await peopleOf(clusters, facesOf, crop),
    apart: await Promise.all(apart.map(async ({ id, reasons }) => ({ crop: await crop(id), reasons }))),
    questions: await questionsOf(items, facesOf, crop),
  };
  await mkdir(dirname(page), { recursive: true });
  await writeFile(page, renderDemoPage(shown));
  return {
    photos: images.length,
    faces: images.reduce((sum, image) => sum + image.faces.length, 0),
    people: shown.people.length,
    questions: shown.questions.length,
    page,
  };
}

/** The picture of a face as a data: URI, by its id. */
type Crop = (faceId: string) => Promise<string>;

/** Each face is fetched once. */
function cropsOf(client: KindredClient, tenant: string): Crop {
  const known = new Map<string, Promise<string>>();
  const fetched = async (faceId: string): Promise<string> =>
    `data:image/jpeg;base64,${(await client.faceCrop(tenant, faceId)).toString('base64')}`;
  return (faceId) => {
    const crop = known.get(faceId) ?? fetched(faceId);
    known.set(faceId, crop);
    return crop;
  };
}

type FacesOf = ReadonlyMap<string, readonly FaceAnswer[]>;

/** Those with most faces first. */
async function peopleOf(
  clusters: readonly ClusterAnswer[],
  facesOf: FacesOf,
  crop: Crop,
): Promise<DemoPerson[]> {
  const people: DemoPerson[] = [];
  for (const { id, label, state } of clusters) {
    const faces = (facesOf.get(id) ?? []).map(async (face) => ({
      crop: await crop(face.id),
      probability: face.assignment === 'assigned' ? face.probability : null,
    }));
    people.push({ id, name: label, state, faces: await Promise.all(faces) });
  }
  return people.sort((a, b) => b.faces.length - a.faces.length || (a.id < b.id ? -1 : 1));
}

/** Those that have a face to show. */
async function questionsOf(
  items: readonly ReviewItemAnswer[],
  facesOf: FacesOf,
  crop: Crop,
): Promise<DemoQuestion[]> {
  const questions: DemoQuestion[] = [];
  for (const item of items) {
    const own = item.subject.face_id ?? facesOf.get(item.subject.cluster_id ?? '')?.[0]?.id;
    if (!own) continue;
    const candidates = candidatesOf(item).map(async ({ cluster_id, probability }) => {
      const exemplar = facesOf.get(cluster_id)?.[0];
      return exemplar && { crop: await crop(exemplar.id), probability };
    });
    questions.push({
      id: item.id,
      kind: item.kind,
      crop: await crop(own),
      candidates: (await Promise.all(candidates)).filter((candidate) => candidate !== undefined),
    });
  }
  return questions;
}

/** The people whom a question is about, nearest first. */
function candidatesOf(item: ReviewItemAnswer): { cluster_id: string; probability: number }[] {
  const candidates = item.evidence['candidates'] ?? item.evidence['nearest'] ?? [];
  return candidates as { cluster_id: string; probability: number }[];
}
