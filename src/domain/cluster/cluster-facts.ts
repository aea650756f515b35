// What the planners know of clusters and their faces: plain facts, read inside the transaction that applies the plan.

export interface FaceFacts {
  readonly id: string;
  readonly imageId: string;
  readonly clusterId: string | null;
  readonly state: 'active' | 'unclustered' | 'dismissed';
  /** True: a human put it where it is. */
  readonly locked: boolean;
  /** 0..1 */
  readonly quality: number;
}

export interface ClusterFacts {
  readonly id: string;
  readonly state: 'pending' | 'confirmed' | 'ignored';
  readonly label: string | null;
  readonly externalRef: string | null;
  /** Active faces. */
  readonly faces: readonly FaceFacts[];
}

/** Faces that stand for a cluster in a constraint: a human's own first, then the clearest, then by id. */
export function anchorFaces(faces: readonly FaceFacts[], count: number): string[] {
  return [...faces]
    .sort(
      (a, b) =>
        Number(b.locked) - Number(a.locked) ||
        b.quality - a.quality ||
        (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    )
    .slice(0, count)
    .map((face) => face.id);
}

/** A human named it, confirmed it, hid it, or put a face where it is: the machine may add to it, not dissolve it. */
export function heldByHuman(cluster: Pick<ClusterFacts, 'state' | 'label'>, lockedFaces: number): boolean {
  return cluster.state !== 'pending' || cluster.label !== null || lockedFaces > 0;
}
