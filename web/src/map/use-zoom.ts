// Moves and zooms the map by wheel, mouse, one or two fingers, and by the calls that keys and buttons make.
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomBehavior, type ZoomTransform } from 'd3-zoom';
import { useEffect, useRef, useState, type RefObject } from 'react';
import type { ScreenSize } from './view';

/** Zoom against the whole map. */
const ZOOM = { least: 0.5, most: 60 };

export interface Zoom {
  readonly transform: ZoomTransform;
  /** px on the screen */
  readonly move: (dx: number, dy: number) => void;
  readonly zoomBy: (factor: number) => void;
  readonly showAll: () => void;
}

/** @param isDrawing A mouse or a single finger draws on the map; wheel and two fingers still move it. */
export function useZoom(
  canvas: RefObject<HTMLCanvasElement | null>,
  { width, height }: ScreenSize,
  isDrawing: boolean,
): Zoom {
  const [transform, setTransform] = useState(zoomIdentity);
  const [behaviour] = useState<ZoomBehavior<HTMLCanvasElement, unknown>>(() =>
    zoom<HTMLCanvasElement, unknown>(),
  );
  const draws = useRef(isDrawing);
  useEffect(() => {
    draws.current = isDrawing;
  }, [isDrawing]);

  useEffect(() => {
    const moves = (event: MouseEvent | TouchEvent): boolean => {
      if (event.type === 'wheel') return true;
      if ('touches' in event) return event.touches.length > 1 || !draws.current;
      return event.button === 0 && !event.shiftKey && !draws.current;
    };
    behaviour
      .filter(moves)
      .scaleExtent([ZOOM.least, ZOOM.most])
      .on('zoom', (event: { transform: ZoomTransform }) => setTransform(event.transform));
    const element = select(canvas.current!);
    // A second press on a dot chooses it again; it does not zoom.
    element.call(behaviour).on('dblclick.zoom', null);
    return () => void element.on('.zoom', null);
  }, [behaviour, canvas]);

  useEffect(() => {
    // The map is never lost: half a screen of it stays.
    const [across, down] = [width / 2, height / 2];
    behaviour
      .extent([
        [0, 0],
        [width, height],
      ])
      .translateExtent([
        [-across, -down],
        [width + across, height + down],
      ]);
  }, [behaviour, width, height]);

  const element = () => select(canvas.current!);
  return {
    transform,
    move: (dx, dy) => behaviour.translateBy(element(), dx / transform.k, dy / transform.k),
    zoomBy: (factor) => behaviour.scaleBy(element(), factor),
    showAll: () => behaviour.transform(element(), zoomIdentity),
  };
}
