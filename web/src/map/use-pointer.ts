// What a pointer means on the map besides moving it: hovering over a dot, pressing one, drawing an outline around several.
import { useRef, useState, type PointerEvent } from 'react';
import type { Pixel } from './view';

/** A way that is shorter is a press, px. */
const PRESS = 4;
/** Corners of an outline lie this far apart at least, px. */
const CORNERS = 3;

export interface PointerMeanings {
  /** Every pointer draws; else only a mouse with the shift key. */
  readonly isDrawing: boolean;
  /** null: the pointer is gone, or busy. */
  readonly onHover: (at: Pixel | null) => void;
  readonly onPress: (at: Pixel, isMore: boolean) => void;
  readonly onOutline: (outline: readonly Pixel[], isMore: boolean) => void;
}

interface Stroke {
  readonly pointerId: number;
  readonly from: Pixel;
  readonly draws: boolean;
  /** Of the outline so far. Not read from the state: a quick hand lets go before the last move is rendered. */
  readonly corners: Pixel[];
  /** It went too far for a press. */
  isLong: boolean;
}

const pixelOf = (event: PointerEvent): Pixel => wayOf(event, [event])[0]!;

const wayOf = (
  { currentTarget }: PointerEvent,
  moves: readonly Pick<MouseEvent, 'clientX' | 'clientY'>[],
): Pixel[] => {
  const { left, top } = currentTarget.getBoundingClientRect();
  return moves.map(({ clientX, clientY }) => ({ x: clientX - left, y: clientY - top }));
};

/** Browsers tell once a frame where a pointer is; an outline needs where it went meanwhile. */
const passed = (event: PointerEvent): Pixel[] => {
  const between = event.nativeEvent.getCoalescedEvents();
  return wayOf(event, between.length === 0 ? [event] : between);
};
const apart = (a: Pixel, b: Pixel): number => Math.hypot(a.x - b.x, a.y - b.y);

export function usePointer({ isDrawing, onHover, onPress, onOutline }: PointerMeanings) {
  const [outline, setOutline] = useState<readonly Pixel[]>([]);
  const down = useRef(new Set<number>());
  const stroke = useRef<Stroke | null>(null);

  const end = (pointerId: number): void => {
    down.current.delete(pointerId);
    stroke.current = null;
    setOutline([]);
  };
  return {
    outline,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (event.pointerType === 'mouse' && event.button !== 0) return;
        const from = pixelOf(event);
        event.currentTarget.setPointerCapture(event.pointerId);
        down.current.add(event.pointerId);
        onHover(null);
        const draws = isDrawing || event.shiftKey;
        // A second finger means the map, whatever the first began.
        const isOnly = down.current.size === 1;
        stroke.current = isOnly
          ? { pointerId: event.pointerId, from, draws, corners: [from], isLong: false }
          : null;
        setOutline(isOnly && draws ? [from] : []);
      },
      onPointerMove: (event: PointerEvent) => {
        const at = pixelOf(event);
        const { current } = stroke;
        if (down.current.size === 0) return onHover(at);
        if (current?.pointerId !== event.pointerId) return;
        current.isLong ||= apart(current.from, at) >= PRESS;
        if (!current.draws) return;
        for (const corner of passed(event))
          if (apart(current.corners.at(-1)!, corner) >= CORNERS) current.corners.push(corner);
        setOutline([...current.corners]);
      },
      onPointerUp: (event: PointerEvent) => {
        const { current } = stroke;
        const isMore = event.ctrlKey || event.metaKey;
        const at = pixelOf(event);
        end(event.pointerId);
        if (current?.pointerId !== event.pointerId) return;
        if (!current.isLong) onPress(at, isMore);
        else if (current.draws) onOutline([...current.corners, at], isMore);
      },
      onPointerCancel: (event: PointerEvent) => end(event.pointerId),
      onPointerLeave: (event: PointerEvent) => {
        // A finger that is lifted leaves, too: what it pressed stays shown.
        if (event.pointerType === 'mouse') onHover(null);
      },
    },
  };
}
