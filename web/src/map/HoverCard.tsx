// The face under the pointer, and whose it is.
import { useCluster } from '../api/entities';
import { nameOf } from '../components/names';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import type { Point } from './draw';
import type { Pixel } from './view';

/** It lies this far beside the pointer, and takes so much room; px. */
const BESIDE = 16;
const SIZE = { width: 148, height: 192 };

export function HoverCard({ point, at }: { readonly point: Point; readonly at: Pixel }) {
  const person = useCluster(point.cluster_id);
  const place = (value: number, size: number): string =>
    `max(0px, min(${value + BESIDE}px, 100% - ${size}px))`;
  return (
    <div
      className="map-hover"
      style={{ left: place(at.x, SIZE.width), top: place(at.y, SIZE.height), width: SIZE.width }}
    >
      <FaceCrop faceId={point.face_id} decorative />
      <span className="map-hover-name">{point.cluster_id === null ? text.why.nobody : nameOf(person)}</span>
      {point.doubtful && <span className="map-hover-doubt">{text.map.doubtful}</span>}
    </div>
  );
}
