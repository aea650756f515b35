// The closest links between two groups: all that evidence 2 keeps of the pairs of their representatives.

/** Links kept for a pair of groups. Five: one lucky pair must not speak for two people. */
export const BEST_LINKS = 5;

/** Cosines, closest first, at most `BEST_LINKS`. */
export type BestLinks = readonly number[];

/** Puts one more link into the list in place. */
export function noteLink(links: number[], similarity: number): void {
  if (links.length === BEST_LINKS && similarity <= links[BEST_LINKS - 1]!) return;
  let at = links.length < BEST_LINKS ? links.length : BEST_LINKS - 1;
  while (at > 0 && links[at - 1]! < similarity) {
    links[at] = links[at - 1]!;
    at--;
  }
  links[at] = similarity;
}

/** The best of both lists. */
export function joinLinks(a: BestLinks, b: BestLinks): number[] {
  const joined = a.slice();
  for (const similarity of b) noteLink(joined, similarity);
  return joined;
}
