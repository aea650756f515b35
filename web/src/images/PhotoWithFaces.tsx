// A photo with faces marked. The photo keeps its proportions; the marks are drawn in its own pixels over it.
import { useFace, useImage } from '../api/entities';
import type { Face } from '../api/client';
import { useTenantId } from '../api/session';
import { text } from '../text/text';
import { previewPath } from './paths';
import { Picture } from './Picture';

export interface Mark {
  readonly face: Face;
  /** Written at the box when several are marked. */
  readonly name?: string;
}

export const PREVIEW_SIZE = 960;

export function PhotoWithFaces({
  imageId,
  marks,
}: {
  readonly imageId: string;
  readonly marks: readonly Mark[];
}) {
  const tenantId = useTenantId();
  const image = useImage(imageId);
  if (!image) return <div className="photo photo-waiting" />;
  const { width, height } = image;
  return (
    <figure
      className="photo"
      style={{
        aspectRatio: `${width} / ${height}`,
        maxWidth: `calc(var(--photo-height) * ${width / height})`,
      }}
    >
      <Picture
        path={previewPath(tenantId, imageId, PREVIEW_SIZE)}
        alt={marks.length > 0 ? text.faces.photoWithFace : text.faces.photo}
      />
      <svg className="photo-marks" viewBox={`0 0 ${width} ${height}`} aria-hidden>
        {marks.map(({ face: { id, box }, name }) => (
          <g key={id}>
            <rect
              x={box.x}
              y={box.y}
              width={box.width}
              height={box.height}
              rx={width / 200}
              className="mark-ground"
            />
            <rect
              x={box.x}
              y={box.y}
              width={box.width}
              height={box.height}
              rx={width / 200}
              className="mark"
            />
            {name && (
              <text x={box.x + width / 100} y={box.y - height / 80} fontSize={Math.max(width, height) / 22}>
                {name}
              </text>
            )}
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** The photo that a face is in. */
export function PhotoOfFace({ faceId }: { readonly faceId: string }) {
  const face = useFace(faceId);
  return face ? (
    <PhotoWithFaces imageId={face.image_id} marks={[{ face }]} />
  ) : (
    <div className="photo photo-waiting" />
  );
}
