// The map to look at and to work on: drag moves it, the wheel zooms, a dragged area selects; the same by keyboard.
import { Maximize, Minus, Plus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { text } from '../text/text';
import { draw, type Point } from './draw';
import { fit, inside, moved, nearest, zoomed, type Area, type MapView, type Pixel } from './view';

/** A pointer this near to a dot means it, px. */
const REACH = 12;
/** One press of a key. */
const STEP = { px: 60, zoom: 1.4 };
/** For fingers; each does what its key does. */
const ZOOM = [
  { key: '+', name: text.map.zoomIn, icon: Plus },
  { key: '-', name: text.map.zoomOut, icon: Minus },
  { key: '0', name: text.map.fit, icon: Maximize },
] as const;
/** A drag that is shorter is a click, px. */
const CLICK = 4;

export interface MapCanvasProps {
  readonly points: readonly Point[];
  /** null until the canvas knows its size. */
  readonly view: MapView | null;
  readonly onView: (view: MapView, visible: readonly Point[]) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (points: readonly Point[], isMore: boolean) => void;
  readonly hovered: string | null;
  readonly onHover: (point: Point | null, at: Pixel) => void;
  /** Dragging selects an area in place of moving the map. */
  readonly isSelecting: boolean;
}

export function MapCanvas(props: MapCanvasProps) {
  const { points, view, onView, selected, onSelect, hovered, onHover, isSelecting } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ from: Pixel; last: Pixel; selects: boolean } | null>(null);
  const [area, setArea] = useState<Area | null>(null);
  const [screen, setScreen] = useState({ width: 0, height: 0 });

  const show = (next: MapView): void => {
    const whole = { from: { x: 0, y: 0 }, to: { x: screen.width, y: screen.height } };
    onView(next, inside(points, next, whole));
  };

  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      canvas.current!.width = Math.round(width * devicePixelRatio);
      canvas.current!.height = Math.round(height * devicePixelRatio);
      setScreen({ width, height });
    });
    watch.observe(canvas.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (screen.width > 0) show(view ?? fit(screen));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the view follows the size and the points, not itself
  }, [screen, points]);
  useEffect(() => {
    if (!canvas.current || !view) return;
    const frame = requestAnimationFrame(() =>
      draw(canvas.current!, { points, view, selected, hovered, area }),
    );
    return () => cancelAnimationFrame(frame);
  });
  const pixelOf = (event: { clientX: number; clientY: number }): Pixel => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  useEffect(() => {
    const element = canvas.current!;
    // React's own listener could not keep the page from scrolling.
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      if (view) show(zoomed(view, Math.exp(-event.deltaY / 400), pixelOf(event), screen));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });

  const onMove = (at: Pixel): void => {
    if (!view) return;
    const { current } = drag;
    if (!current) return onHover(nearest(points, view, at, REACH), at);
    if (current.selects) setArea({ from: current.from, to: at });
    else show(moved(view, at.x - current.last.x, at.y - current.last.y));
    current.last = at;
  };
  const onUp = (at: Pixel, isMore: boolean): void => {
    const { current } = drag;
    drag.current = null;
    setArea(null);
    if (!current || !view) return;
    if (Math.hypot(at.x - current.from.x, at.y - current.from.y) < CLICK) {
      const point = nearest(points, view, at, REACH);
      onSelect(point ? [point] : [], isMore);
    } else if (current.selects) onSelect(inside(points, view, { from: current.from, to: at }), isMore);
  };

  return (
    <>
      <canvas
        ref={canvas}
        className="map-canvas"
        data-selecting={isSelecting || undefined}
        tabIndex={0}
        role="application"
        aria-label={text.map.canvas}
        onPointerDown={(event) => {
          const at = pixelOf(event);
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { from: at, last: at, selects: isSelecting || event.shiftKey };
          onHover(null, at);
        }}
        onPointerMove={(event) => onMove(pixelOf(event))}
        onPointerUp={(event) => onUp(pixelOf(event), event.ctrlKey || event.metaKey)}
        onPointerCancel={() => {
          drag.current = null;
          setArea(null);
        }}
        onPointerLeave={(event) => onHover(null, pixelOf(event))}
        onKeyDown={(event) => {
          const next = view && byKey(event.key, view, screen);
          if (!next) return;
          event.preventDefault();
          show(next);
        }}
      />
      <div className="map-zoom">
        {ZOOM.map(({ key, name, icon: Icon }) => (
          <AriaButton
            key={key}
            className="icon-button"
            aria-label={name}
            onPress={() => view && show(byKey(key, view, screen) ?? view)}
          >
            <Icon aria-hidden />
          </AriaButton>
        ))}
      </div>
    </>
  );
}

function byKey(key: string, view: MapView, screen: { width: number; height: number }): MapView | null {
  const middle = { x: screen.width / 2, y: screen.height / 2 };
  switch (key) {
    case 'ArrowLeft':
      return moved(view, STEP.px, 0);
    case 'ArrowRight':
      return moved(view, -STEP.px, 0);
    case 'ArrowUp':
      return moved(view, 0, STEP.px);
    case 'ArrowDown':
      return moved(view, 0, -STEP.px);
    case '+':
    case '=':
      return zoomed(view, STEP.zoom, middle, screen);
    case '-':
      return zoomed(view, 1 / STEP.zoom, middle, screen);
    case '0':
      return fit(screen);
    default:
      return null;
  }
}
