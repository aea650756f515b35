// A picture of the service. An <img> cannot send the key, so the bytes are fetched and shown from memory.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { fetchPicture } from '../api/client';
import { PICTURE, queryClient } from '../api/query-client';
import { text } from '../text/text';

/** Pictures that nobody shows are forgotten after this time, ms. */
const KEPT_MS = 5 * 60_000;

/** Its answer is an object URL, which lives as long as the cache holds it: what was fetched ahead is shown without another step. */
export const pictureQuery = (path: string) =>
  queryOptions({
    queryKey: [PICTURE, path],
    queryFn: async ({ signal }) => {
      const picture = await fetchPicture(path, signal);
      signal.throwIfAborted();
      return URL.createObjectURL(picture);
    },
    staleTime: Infinity,
    gcTime: KEPT_MS,
  });

/** Fetched already. */
export const isHeld = (path: string): boolean =>
  queryClient.getQueryData(pictureQuery(path).queryKey) !== undefined;

export function Picture({ path, alt }: { readonly path: string; readonly alt: string }) {
  const { data: url, isError } = useQuery(pictureQuery(path));
  if (isError) {
    return (
      <span className="picture-failed" role="img" aria-label={text.states.pictureFailed}>
        <ImageOff aria-hidden />
      </span>
    );
  }
  return url === undefined ? null : <img src={url} alt={alt} decoding="async" draggable={false} />;
}
