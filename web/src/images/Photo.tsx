// A photo with faces marked. It keeps its shape while it loads; the marks are drawn in its own pixels over it.
import type { CSSProperties } from 'react';
import type { Face, Schemas } from '../api/client';
import { useTenantId } from '../api/session';
import { text } from '../text/text';
import { previewPath, type PreviewSize } from './paths';
import { isHeld, Picture } from './Picture';
import { useNear } from './use-near';
import './photo.css';

export interface Mark {
  readonly face: Pick<Face, 'id' | 'box'>;
  /** Written at the box when several are marked. */
  readonly name?: string;
}

export function Photo({
  image: { id: imageId, width, height },
  marks,
  px,
}: {
  readonly image: Pick<Schemas['ImageResponse'], 'id' | 'width' | 'height'>;
  readonly marks: readonly Mark[];
  readonly px: PreviewSize;
}) {
  const tenantId = useTenantId();
  const path = previewPath(tenantId, imageId, px);
  const [frame, near] = useNear<HTMLSpanElement>(() => isHeld(path));
  return (
    <span ref={frame} className="photo" style={{ '--photo-ratio': width / height } as CSSProperties}>
      {near && <Picture path={path} alt={marks.length > 0 ? text.faces.photoWithFace : text.faces.photo} />}
      <svg className="photo-marks" viewBox={`0 0 ${width} ${height}`} aria-hidden>
        {marks.map(({ face: { id, box }, name }) => {
          const place = { x: box.x, y: box.y, width: box.width, height: box.height, rx: width / 200 };
          return (
            <g key={id}>
              <rect {...place} className="mark-ground" />
              <rect {...place} className="mark" />
              {name && (
                <text x={box.x + width / 100} y={box.y - height / 80} fontSize={Math.max(width, height) / 22}>
                  {name}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </span>
  );
}
