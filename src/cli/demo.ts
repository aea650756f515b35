// `kindred demo`: sends sample photos to a Kindred and writes a page that shows what it made of them.
import { createRequire } from 'node:module';
import { readdir, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderDemoPage, type DemoPerson, type DemoQuestion } from './demo-page.js';
import type { FaceAnswer, KindredClient, ReviewItemAnswer } from './kindred-client.js';

/** Group photos that come with the package whose weights the compact pack is made from. */
export async function samplePhotos(): Promise<string[]> {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
  );
  const names = (await readdir(folder)).filter((name) => /^sample\d+\.jpg$/.test(name)).sort();
  return names.map((name) => join(folder, name));
}

const dataUri = (jpeg: Buffer): string => `data:image/jpeg;base64,${jpeg.toString('base64')}`;

/** Faces that a question of this kind shows first: its own, then those of the candidates. */
function candidatesOf(item: ReviewItemAnswer): { cluster_id: string; probability: number }[] {
  const candidates = item.evidence['candidates'] ?? item.evidence['nearest'] ?? [];
  return candidates as { cluster_id: string; probability: number }[];
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
  const people: DemoPerson[] = [];
  const faceCrops = new Map<string, string>();
  const crop = async (face: string): Promise<string> => {
    const known = faceCrops.get(face) ?? dataUri(await client.faceCrop(tenant, face));
    faceCrops.set(face, known);
    return known;
  };
  const facesOf = new Map<string, FaceAnswer[]>();
  for (const cluster of clusters) {
    const faces = await client.clusterFaces(tenant, cluster.id);
    facesOf.set(cluster.id, faces);
    people.push({
      id: cluster.id,
      name: cluster.label,
      state: cluster.state,
      faces: await Promise.all(
        faces.map(async ({ id, assignment, probability }) => ({
          crop: await crop(id),
          probability: assignment === 'assigned' ? probability : null,
        })),
      ),
    });
  }
  people.sort((a, b) => b.faces.length - a.faces.length || (a.id < b.id ? -1 : 1));

  const images = await client.images(tenant);
  const apart = images.flatMap((image) => image.faces).filter((face) => face.cluster_id === null);
  const questions: DemoQuestion[] = [];
  for (const item of await client.openReviewItems(tenant)) {
    const own = item.subject.face_id ?? facesOf.get(item.subject.cluster_id ?? '')?.[0]?.id;
    if (!own) continue;
    const candidates = await Promise.all(
      candidatesOf(item).map(async ({ cluster_id, probability }) => {
        const exemplar = facesOf.get(cluster_id)?.[0];
        return exemplar && { crop: await crop(exemplar.id), probability };
      }),
    );
    questions.push({
      id: item.id,
      kind: item.kind,
      crop: await crop(own),
      candidates: candidates.filter((c) => c !== undefined),
    });
  }

  await mkdir(dirname(page), { recursive: true });
  await writeFile(
    page,
    renderDemoPage({
      tenant,
      photos: images.length,
      people,
      apart: await Promise.all(
        apart.map(async (face) => ({ crop: await crop(face.id), reasons: face.reasons })),
      ),
      questions,
    }),
  );
  return {
    photos: images.length,
    faces: images.reduce((sum, image) => sum + image.faces.length, 0),
    people: people.length,
    questions: questions.length,
    page,
  };
}
