// Fetches what the screen of a question will need before it is shown, so that going on shows no empty frames.
import { queryClient } from '../api/query-client';
import { clusterQuery, faceQuery, imageQuery } from '../api/entities';
import { PREVIEW_SIZE } from '../images/PhotoWithFaces';
import { CROP_PX } from '../images/FaceCrop';
import { cropPath, previewPath } from '../images/paths';
import { pictureQuery } from '../images/Picture';
import { subjectsOf, type Question } from './evidence';

/** Cut-out faces that are fetched ahead, count; the rest come when they are near the screen. */
const CROPS_AHEAD = 12;

/** Failures show on the screen, if it comes to that. */
export async function preload(tenantId: string, question: Question): Promise<void> {
  const { faces, clusters, images, shownInPhoto } = subjectsOf(question);
  const quietly = { retry: false } as const;
  const [face, known] = await Promise.all([
    shownInPhoto === null
      ? null
      : queryClient.fetchQuery({ ...faceQuery(tenantId, shownInPhoto), ...quietly }).catch(() => null),
    Promise.all(
      clusters.map((id) =>
        queryClient.fetchQuery({ ...clusterQuery(tenantId, id), ...quietly }).catch(() => null),
      ),
    ),
    ...faces
      .slice(0, CROPS_AHEAD)
      .map((id) => queryClient.prefetchQuery(pictureQuery(cropPath(tenantId, id, CROP_PX.m)))),
  ]);
  const photos = face === null ? images : [...images, face.image_id];
  const covers = known.flatMap((cluster) => cluster?.cover_face_id ?? []);
  await Promise.all([
    ...photos.flatMap((id) => [
      queryClient.prefetchQuery(imageQuery(tenantId, id)),
      queryClient.prefetchQuery(pictureQuery(previewPath(tenantId, id, PREVIEW_SIZE))),
    ]),
    ...covers.map((id) => queryClient.prefetchQuery(pictureQuery(cropPath(tenantId, id, CROP_PX.m)))),
  ]);
}
