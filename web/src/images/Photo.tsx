// A photo with faces marked. It keeps its shape while it loads; boxes lie where the faces are, whatever the size on the page.
import type { Schemas } from '../api/client';
import { useTenantId } from '../api/session';
import { text } from '../text/text';
import { previewPath } from './paths';
import { Picture } from './Picture';
import { useNear } from './use-near';
import './photo.css';

export function Photo({
  image,
  marked,
  px = 960,
}: {
  readonly image: Pick<Schemas['ImageResponse'], 'id' | 'width' | 'height' | 'faces'>;
  /** Ids of the faces to mark. */
  readonly marked: readonly string[];
  readonly px?: 480 | 960 | 1600;
}) {
  const tenantId = useTenantId();
  const [frame, near] = useNear<HTMLSpanElement>();
  const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return (
    <span ref={frame} className="photo" style={{ aspectRatio: `${image.width} / ${image.height}` }}>
      <Picture
        path={near ? previewPath(tenantId, image.id, px) : null}
        alt={marked.length > 0 ? text.faces.photoWithFace : text.faces.photo}
      />
      {image.faces
        .filter(({ id }) => marked.includes(id))
        .map(({ id, box }) => (
          <span
            key={id}
            className="photo-box"
            style={{
              left: share(box.x, image.width),
              top: share(box.y, image.height),
              width: share(box.width, image.width),
              height: share(box.height, image.height),
            }}
          />
        ))}
    </span>
  );
}
