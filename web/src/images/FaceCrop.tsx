// A face, cut out. It keeps its place while it loads, and asks for its picture when it comes near the screen.
import { useTenantId } from '../api/session';
import { text } from '../text/text';
import { cropPath, type CropSize } from './paths';
import { isHeld, Picture } from './Picture';
import { useNear } from './use-near';

/** Long side of the picture for each size on the screen, px: twice as sharp as the widest frame, where the service has it. */
export const CROP_PX: Readonly<Record<'s' | 'm' | 'l', CropSize>> = { s: 96, m: 320, l: 640 };

/** @param name Of the person, for who cannot see the picture. @param decorative The text beside it says it all. */
export function FaceCrop({
  faceId,
  name,
  size = 'm',
  decorative = false,
}: {
  readonly faceId: string;
  readonly name?: string | null;
  readonly size?: 's' | 'm' | 'l';
  readonly decorative?: boolean;
}) {
  const tenantId = useTenantId();
  const path = cropPath(tenantId, faceId, CROP_PX[size]);
  const [frame, near] = useNear<HTMLSpanElement>(() => isHeld(path));
  const alt = decorative ? '' : name ? text.faces.faceOf(name) : text.faces.face;
  return (
    <span ref={frame} className={`crop crop-${size}`} data-face={faceId}>
      <Picture path={near ? path : null} alt={alt} />
    </span>
  );
}
