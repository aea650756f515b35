// The map to look at and to work on. It is moved and zoomed by pointer, wheel, fingers or keys; dots are pressed or circled.
import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { text } from '../text/text';
import { draw, type Point } from './draw';
import { usePointer } from './use-pointer';
import { useZoom } from './use-zoom';
import { inside, nearest, onScreen, viewOf, type Pixel } from './view';

/** A pointer this near to a dot means it, px. */
const REACH = 12;
/** One press of a key. */
const STEP = { px: 60, zoom: 1.4 };

export interface MapCanvasProps {
  readonly points: readonly Point[];
  readonly onVisible: (visible: readonly Point[]) => void;
  readonly selected: ReadonlySet<string>;
  /** @param isMore They join what is selected; else they take its place. */
  readonly onSelect: (points: readonly Point[], isMore: boolean) => void;
  readonly onSelectAll: () => void;
  readonly hovered: string | null;
  readonly onHover: (point: Point | null, at: Pixel) => void;
  /** A pointer draws around dots in place of moving the map. */
  readonly isDrawing: boolean;
}

export function MapCanvas(props: MapCanvasProps) {
  const { points, onVisible, selected, onSelect, onSelectAll, hovered, onHover, isDrawing } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const screen = useSize(canvas);
  const { transform, move, zoomBy, showAll } = useZoom(canvas, screen, isDrawing);
  const view = useMemo(() => viewOf(transform, screen), [transform, screen]);
  const pointAt = (at: Pixel): Point | null => nearest(points, view, at, REACH);
  const { outline, handlers } = usePointer({
    isDrawing,
    onHover: (at) => onHover(at && pointAt(at), at ?? { x: 0, y: 0 }),
    onPress: (at, isMore) => {
      const point = pointAt(at);
      onSelect(point ? [point] : [], isMore);
      onHover(point, at);
    },
    onOutline: (drawn, isMore) => onSelect(inside(points, view, drawn), isMore),
  });

  useEffect(() => {
    onVisible(onScreen(points, view, screen));
  }, [onVisible, points, view, screen]);
  useEffect(() => {
    if (screen.width === 0) return;
    const frame = requestAnimationFrame(() =>
      draw(canvas.current!, { points, view, selected, hovered, outline }),
    );
    return () => cancelAnimationFrame(frame);
  });

  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(STEP.px, 0),
    ArrowRight: () => move(-STEP.px, 0),
    ArrowUp: () => move(0, STEP.px),
    ArrowDown: () => move(0, -STEP.px),
    '+': () => zoomBy(STEP.zoom),
    '=': () => zoomBy(STEP.zoom),
    '-': () => zoomBy(1 / STEP.zoom),
    '0': showAll,
    a: onSelectAll,
    Escape: () => onSelect([], false),
  };
  return (
    <>
      <canvas
        ref={canvas}
        className="map-canvas"
        data-drawing={isDrawing || undefined}
        tabIndex={0}
        role="application"
        aria-label={text.map.canvas}
        {...handlers}
        onKeyDown={(event) => {
          const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
          if (!act) return;
          event.preventDefault();
          act();
        }}
      />
      <div className="map-zoom">
        <ZoomButton name={text.map.zoomIn} icon={<Plus aria-hidden />} onPress={keys['+']!} />
        <ZoomButton name={text.map.zoomOut} icon={<Minus aria-hidden />} onPress={keys['-']!} />
        <ZoomButton name={text.map.fit} icon={<Maximize aria-hidden />} onPress={showAll} />
      </div>
    </>
  );
}

/** For fingers; each does what its key does. */
const ZoomButton = ({
  name,
  icon,
  onPress,
}: {
  readonly name: string;
  readonly icon: React.ReactNode;
  readonly onPress: () => void;
}) => (
  <AriaButton className="icon-button" aria-label={name} onPress={onPress}>
    {icon}
  </AriaButton>
);

/** Of the canvas on the page, px; its bitmap is made as sharp as the screen. */
function useSize(canvas: React.RefObject<HTMLCanvasElement | null>) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = canvas.current!;
    const watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      element.width = Math.round(width * devicePixelRatio);
      element.height = Math.round(height * devicePixelRatio);
      setSize({ width, height });
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [canvas]);
  return size;
}
