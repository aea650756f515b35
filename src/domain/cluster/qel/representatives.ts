// The few faces that stand for a cluster where single faces are compared.

/** Of each kind at most; 24 + 24 lose nothing against all faces (docs/clustering.md). */
export const REPRESENTATIVES_BY_QUALITY = 24;
export const REPRESENTATIVES_BY_HASH = 24;

/**
 * The clearest faces and, as a sample that no quality measure can bias, those with the lowest content hashes.
 * @param ranks Members by their place in the order of content hashes, ascending.
 * @param quality Of a rank, 0..1.
 * @returns Ascending, without repetition.
 */
export function representatives(ranks: readonly number[], quality: (rank: number) => number): number[] {
  if (ranks.length <= REPRESENTATIVES_BY_QUALITY + REPRESENTATIVES_BY_HASH) return [...ranks];
  const clearest = [...ranks]
    .sort((a, b) => quality(b) - quality(a) || a - b)
    .slice(0, REPRESENTATIVES_BY_QUALITY);
  return [...new Set([...clearest, ...ranks.slice(0, REPRESENTATIVES_BY_HASH)])].sort((a, b) => a - b);
}
