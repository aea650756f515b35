// Whether something has come near the screen: its picture is asked for then, not before; and what flies past is not asked for at all.
import { useEffect, useRef, useState, type RefObject } from 'react';
import { afterRush } from './scroll-rush';

/** This far before it is seen. */
const AHEAD = '400px';

const came = new WeakMap<Element, (isNear: boolean) => void>();
// One for all: a grid brings and takes away hundreds of frames in a second.
const watch = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) came.get(target)?.(isIntersecting);
  },
  // In lists that scroll by themselves the root's margin says nothing.
  { rootMargin: AHEAD, scrollMargin: AHEAD },
);

/** @returns Ends it. */
function onceNear(frame: Element, then: () => void): () => void {
  let wait: (() => void) | undefined;
  came.set(frame, (isNear) => {
    wait?.();
    wait = isNear ? afterRush(then) : undefined;
  });
  watch.observe(frame);
  return () => {
    wait?.();
    watch.unobserve(frame);
  };
}

/**
 * @param isHeld Asked once: a picture that was fetched ahead is shown without waiting.
 * @returns What the frame holds in its `ref`, and true from the first time that it was near.
 */
export function useNear<T extends Element>(isHeld: () => boolean): [RefObject<T | null>, boolean] {
  const frame = useRef<T>(null);
  const [near, setNear] = useState(isHeld);
  useEffect(() => {
    if (near || !frame.current) return;
    return onceNear(frame.current, () => setNear(true));
  }, [near]);
  return [frame, near];
}
