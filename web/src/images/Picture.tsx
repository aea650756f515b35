// A picture of the service. An <img> cannot send the key, so the bytes are fetched and shown from memory; the object URL lives as
// long as the picture is shown.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { fetchPicture } from '../api/client';
import { PICTURE, queryClient } from '../api/query-client';
import { text } from '../text/text';

/** Pictures that nobody shows are forgotten after this time, ms. */
const KEPT_MS = 5 * 60_000;

export const pictureQuery = (path: string) =>
  queryOptions({
    queryKey: [PICTURE, path],
    queryFn: ({ signal }) => fetchPicture(path, signal),
    staleTime: Infinity,
    gcTime: KEPT_MS,
  });

/** Fetched already. */
export const isHeld = (path: string): boolean =>
  queryClient.getQueryData(pictureQuery(path).queryKey) !== undefined;

/** @param path null: not to be fetched yet. */
export function Picture({ path, alt }: { path: string | null; alt: string }) {
  const image = useRef<HTMLImageElement>(null);
  const { data, isError } = useQuery({ ...pictureQuery(path ?? ''), enabled: path !== null });
  useEffect(() => {
    if (!data || !image.current) return;
    const url = URL.createObjectURL(data);
    image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [data]);
  if (isError) {
    return (
      <span className="picture-failed" role="img" aria-label={text.states.pictureFailed}>
        <ImageOff aria-hidden />
      </span>
    );
  }
  return data ? <img ref={image} alt={alt} decoding="async" draggable={false} /> : null;
}
