// A photo beside other evidence: by its id, or by a face that is in it.
import { useFace, useImage } from '../api/entities';
import { Photo, type Mark } from './Photo';
import { photoSize } from './sizes';

export type { Mark } from './Photo';

export function PhotoWithFaces({
  imageId,
  marks,
}: {
  readonly imageId: string;
  readonly marks: readonly Mark[];
}) {
  const image = useImage(imageId);
  return image ? <Photo image={image} marks={marks} px={photoSize()} /> : <Waiting />;
}

/** The photo that a face is in. */
export function PhotoOfFace({ faceId }: { readonly faceId: string }) {
  const face = useFace(faceId);
  return face ? <PhotoWithFaces imageId={face.image_id} marks={[{ face }]} /> : <Waiting />;
}

const Waiting = () => <span className="photo photo-waiting" />;
