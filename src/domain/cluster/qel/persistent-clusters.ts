// Which of the clusters that people know each new group is. Consolidation names groups by their faces; ids, names and links
// of the outside world belong to clusters that live on.

/** A face as the mapping sees it. */
export interface MappedFace {
  readonly contentKey: string;
  /** The cluster that it lies in today; null: none. */
  readonly clusterId: string | null;
  /** A human put it there or confirmed it there. */
  readonly confirmed: boolean;
}

export interface MappedGroup {
  /** null: a cluster to be founded. */
  readonly clusterId: string | null;
  /** Places in the list of faces, ascending. */
  readonly faces: readonly number[];
}

export interface ClusterMapping {
  readonly groups: readonly MappedGroup[];
  /** Clusters of humans that evidence would join; the machine does not, it suggests. Ids in order, without repetition. */
  readonly suggestions: readonly { readonly clusterA: string; readonly clusterB: string }[];
}

interface Claim {
  readonly group: number;
  readonly clusterId: string;
  readonly confirmed: number;
  readonly shared: number;
  /** Lowest content key among the shared faces. */
  readonly key: string;
}

/**
 * The pair with the most confirmed faces in common first, then clusters that humans hold, then the most faces, then the
 * lowest content key; each cluster goes to one group, each group gets one cluster.
 * @param groupOf Group of each face, any label.
 * @param heldClusters Clusters that a human named or confirmed. A group never swallows one: its faces stay in it.
 */
export function mapToClusters(
  faces: readonly MappedFace[],
  groupOf: ArrayLike<number>,
  heldClusters: ReadonlySet<string>,
): ClusterMapping {
  const taken = new Map<number, string>();
  const used = new Set<string>();
  for (const claim of claims(faces, groupOf, heldClusters)) {
    if (taken.has(claim.group) || used.has(claim.clusterId)) continue;
    taken.set(claim.group, claim.clusterId);
    used.add(claim.clusterId);
  }
  const groups = new Map<string, { clusterId: string | null; faces: number[] }>();
  const suggestions = new Map<string, { clusterA: string; clusterB: string }>();
  for (const [face, { clusterId }] of faces.entries()) {
    const group = groupOf[face]!;
    const goesTo = taken.get(group) ?? null;
    const stays = clusterId !== null && heldClusters.has(clusterId) && !used.has(clusterId);
    const target = stays ? clusterId : goesTo;
    if (stays && goesTo !== null && heldClusters.has(goesTo)) {
      const [clusterA, clusterB] = [clusterId, goesTo].sort() as [string, string];
      suggestions.set(`${clusterA} ${clusterB}`, { clusterA, clusterB });
    }
    const key = target === null ? `new ${group}` : `old ${target}`;
    const entry = groups.get(key);
    if (entry === undefined) groups.set(key, { clusterId: target, faces: [face] });
    else entry.faces.push(face);
  }
  return {
    groups: [...groups.values()].sort((a, b) => a.faces[0]! - b.faces[0]!),
    suggestions: [...suggestions.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair),
  };
}

/** Every pair of a group and a cluster with faces in common, in the order in which they are served. */
function claims(
  faces: readonly MappedFace[],
  groupOf: ArrayLike<number>,
  heldClusters: ReadonlySet<string>,
): Claim[] {
  const byPair = new Map<string, { -readonly [K in keyof Claim]: Claim[K] }>();
  for (const [face, { clusterId, confirmed, contentKey }] of faces.entries()) {
    if (clusterId === null) continue;
    const group = groupOf[face]!;
    const pair = `${group} ${clusterId}`;
    const claim = byPair.get(pair) ?? { group, clusterId, confirmed: 0, shared: 0, key: contentKey };
    claim.shared++;
    if (confirmed) claim.confirmed++;
    if (contentKey < claim.key) claim.key = contentKey;
    byPair.set(pair, claim);
  }
  return [...byPair.values()].sort(
    (a, b) =>
      b.confirmed - a.confirmed ||
      Number(heldClusters.has(b.clusterId)) - Number(heldClusters.has(a.clusterId)) ||
      b.shared - a.shared ||
      (a.key < b.key ? -1 : 1),
  );
}
