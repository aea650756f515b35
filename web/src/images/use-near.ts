// Whether something has come near the screen: its picture is asked for then, not before.
import { useEffect, useRef, useState, type RefObject } from 'react';

/** This far before it is seen. */
const AHEAD = '400px';

/**
 * @param isHeld Asked once: a picture that was fetched ahead is shown without waiting.
 * @returns What the frame holds in its `ref`, and true from the first time that it was near.
 */
export function useNear<T extends Element>(isHeld: () => boolean): [RefObject<T | null>, boolean] {
  const frame = useRef<T>(null);
  const [near, setNear] = useState(isHeld);
  useEffect(() => {
    if (near) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: AHEAD,
    });
    if (frame.current) watch.observe(frame.current);
    return () => watch.disconnect();
  }, [near]);
  return [frame, near];
}
