// Fetches what the screen of a question will need before it is shown, so that going on shows no empty frames.
import { clusterQuery, faceQuery, imageQuery, surestFaceQuery } from '../api/entities';
import { queryClient } from '../api/query-client';
import { cropPath, previewPath } from '../images/paths';
import { pictureQuery } from '../images/Picture';
import { cropSize, photoSize, type CropFrame } from '../images/sizes';
import { type Question, subjectsOf } from './evidence';

/** Cut-out faces that are fetched ahead, count; the rest come when they are near the screen. */
const CROPS_AHEAD = 12;
const once = { retry: false } as const;

/** Failures show on the screen, if it comes to that. */
export async function preload(tenantId: string, question: Question): Promise<void> {
  const { crops, clusters, covers, images, large } = subjectsOf(question);
  const crop = (id: string, frame: CropFrame): Promise<void> =>
    queryClient.prefetchQuery(pictureQuery(cropPath(tenantId, id, cropSize(frame))));
  await Promise.all([
    // The face that is asked about, large and in its photo, before all that it is compared with.
    ...(large === null ? [] : [crop(large, 'l'), photoOfFace(tenantId, large)]),
    ...images.map((id) => photo(tenantId, id)),
    ...crops.slice(0, CROPS_AHEAD).map((id) => crop(id, 'm')),
    ...clusters.map((id) => queryClient.prefetchQuery(clusterQuery(tenantId, id))),
    ...covers.map(async (id) => {
      const cover = await coverOf(tenantId, id);
      if (cover !== null) await crop(cover, 'm');
    }),
  ]);
}

async function photo(tenantId: string, imageId: string): Promise<void> {
  await Promise.all([
    queryClient.prefetchQuery(imageQuery(tenantId, imageId)),
    queryClient.prefetchQuery(pictureQuery(previewPath(tenantId, imageId, photoSize()))),
  ]);
}

async function photoOfFace(tenantId: string, faceId: string): Promise<void> {
  const face = await orNull(queryClient.fetchQuery({ ...faceQuery(tenantId, faceId), ...once }));
  if (face) await photo(tenantId, face.image_id);
}

async function coverOf(tenantId: string, clusterId: string): Promise<string | null> {
  const cluster = await orNull(queryClient.fetchQuery({ ...clusterQuery(tenantId, clusterId), ...once }));
  if (!cluster || cluster.cover_face_id !== null) return cluster?.cover_face_id ?? null;
  const faces = await orNull(queryClient.fetchQuery({ ...surestFaceQuery(tenantId, clusterId), ...once }));
  return faces?.items[0]?.id ?? null;
}

const orNull = <T>(fetched: Promise<T>): Promise<T | null> => fetched.catch(() => null);
