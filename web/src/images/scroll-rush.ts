// Whether the page is being scrolled faster than anybody can see a face in it.

/** Faster than this nothing is looked at, px/s: four heights of a screen. */
const RUSH = 3500;
/** A rush goes on down to this speed, px/s: pictures that are asked for between two late frames would make the next ones late, too. */
const RUSH_ON = 1000;
/** A rush is over when nothing moved for this long, ms. */
const REST_MS = 100;

let last: { readonly target: EventTarget | null; readonly top: number; readonly at: number } | undefined;
let rushUntil = 0;
let timer: number | undefined;
const waiting = new Set<() => void>();

function release(): void {
  const left = rushUntil - performance.now();
  if (left > 0) {
    timer = window.setTimeout(release, left);
    return;
  }
  timer = undefined;
  const all = [...waiting];
  waiting.clear();
  for (const then of all) then();
}

document.addEventListener(
  'scroll',
  ({ target }) => {
    const { scrollTop: top } = target instanceof Element ? target : document.documentElement;
    const at = performance.now();
    const px = last?.target === target ? Math.abs(top - last.top) : 0;
    const least = (at < rushUntil ? RUSH_ON : RUSH) / 1000;
    rushUntil = px > least * (at - (last?.at ?? 0)) ? at + REST_MS : Math.min(rushUntil, at);
    last = { target, top, at };
  },
  { capture: true, passive: true },
);

/** Runs it now, or when the rush is over. @returns Forgets it. */
export function afterRush(then: () => void): () => void {
  if (performance.now() >= rushUntil) {
    then();
    return () => undefined;
  }
  waiting.add(then);
  timer ??= window.setTimeout(release, REST_MS);
  return () => void waiting.delete(then);
}
