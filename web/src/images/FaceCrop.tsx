// A face, cut out. It keeps its place while it loads, and asks for its picture when it comes near the screen.
import { useTenantId } from '../api/session';
import { text } from '../text/text';
import { cropPath } from './paths';
import { isHeld, Picture } from './Picture';
import { cropSize, type CropFrame } from './sizes';
import { useNear } from './use-near';

/** @param name Of the person, for who cannot see the picture. @param decorative The text beside it says it all. */
export function FaceCrop({
  faceId,
  name,
  size = 'm',
  decorative = false,
}: {
  readonly faceId: string;
  readonly name?: string | null;
  readonly size?: CropFrame;
  readonly decorative?: boolean;
}) {
  const tenantId = useTenantId();
  const path = cropPath(tenantId, faceId, cropSize(size));
  const [frame, near] = useNear<HTMLSpanElement>(() => isHeld(path));
  const alt = decorative ? '' : name ? text.faces.faceOf(name) : text.faces.face;
  return (
    <span ref={frame} className={`crop crop-${size}`} data-face={faceId}>
      {near && <Picture path={path} alt={alt} />}
    </span>
  );
}
