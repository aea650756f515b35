// Where the faces of an undone operation go.
import type { Change } from './change-plan.js';
import type { FaceFacts } from './cluster-facts.js';
import type { FaceImage } from './recorded-changes.js';
import type { FaceNow, UndoFacts, UndoneOperation } from './undo-facts.js';

interface Move {
  readonly image: Partial<FaceImage>;
  /** null: to nobody. */
  readonly to: string | null;
}

/** A face that the machine had placed, after a human took that back. */
const WITH_NOBODY: Partial<FaceImage> = {
  assigned_by: 'human',
  locked: true,
  similarity: null,
  probability: null,
};

export class Rearrangement {
  private readonly moves = new Map<string, Move>();
  /** Faces by the cluster that they will be in. */
  private readonly members = new Map<string, Set<string>>();
  private readonly gone: string[] = [];
  private readonly placeless: string[] = [];
  private readonly demoted: string[] = [];
  private readonly stayingIds = new Set<string>();
  private readonly redirects = new Map<string, string>();
  /** Pairs of faces that a standing cannot-link keeps apart once the operation is undone. */
  private readonly apart: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(
    private readonly operation: UndoneOperation,
    private readonly facts: UndoFacts,
  ) {
    for (const face of facts.faces.values()) if (face.clusterId !== null) this.join(face.id, face.clusterId);
    this.apart = apartOnceUndone(operation, facts);
    const { faces_added, faces_changed } = operation.changes;
    const own = new Set([...faces_added.map(({ id }) => id), ...faces_changed.flatMap(({ ids }) => ids)]);
    for (const id of own) this.leave(id);
    for (const { id } of faces_added) {
      const face = this.standing(id);
      if (face === null) continue;
      if (face.clusterId !== null) this.moves.set(id, { image: WITH_NOBODY, to: null });
    }
    for (const { ids, before } of faces_changed) {
      for (const id of ids) {
        const face = this.standing(id);
        if (face === null) continue;
        const wanted = before.cluster_id;
        // Together they stood there before: they do not keep each other out. Only what came since can.
        const to = wanted === undefined ? face.clusterId : this.placeFor(face, wanted, own);
        if (to === null && typeof wanted === 'string') this.placeless.push(id);
        this.moves.set(id, { image: before, to });
      }
    }
    for (const [id, { to }] of this.moves) if (to !== null) this.join(id, to);
  }

  homeOf(faceId: string): string | null {
    for (const [clusterId, members] of this.members) if (members.has(faceId)) return clusterId;
    return null;
  }

  /**
   * Empties the clusters that the operation made.
   * @returns Those that are to be removed.
   */
  clearAddedClusters(automatic: boolean): ReadonlySet<string> {
    const removed = new Set<string>();
    for (const clusterId of this.operation.changes.clusters_added) {
      const cluster = this.facts.clusters.get(clusterId);
      if (cluster === undefined) continue;
      const rest = [...(this.members.get(clusterId) ?? [])].map((id) => this.facts.faces.get(id)!);
      const target = automatic ? null : this.oneTarget(clusterId);
      const mayFollow =
        rest.length > 0 && target !== null && rest.every((face) => !face.locked && this.fits(face, target));
      if (mayFollow) {
        for (const face of rest) this.follow(face.id, target);
        for (const merged of this.facts.mergedInto.get(clusterId) ?? []) this.redirects.set(merged, target);
      }
      // What the machine had made, others have made their own: named, or merged into another.
      const taken = automatic && (cluster.state !== 'pending' || cluster.label !== null);
      const kept = (rest.length > 0 && !mayFollow) || taken;
      if (!kept) removed.add(clusterId);
      else {
        this.stayingIds.add(clusterId);
        if (!automatic && rest.length > 0) this.demoted.push(clusterId);
      }
    }
    return removed;
  }

  /**
   * Empties the clusters that are merged into others again: what the machine has put there since follows, or they stay as they are.
   * @returns Those that stay.
   */
  clearMergedClusters(removed: ReadonlySet<string>): ReadonlySet<string> {
    const kept = new Set<string>();
    for (const { id, before } of this.operation.changes.clusters_changed) {
      if (before.state !== 'merged' || !this.facts.clusters.has(id)) continue;
      const rest = [...(this.members.get(id) ?? [])].map((faceId) => this.facts.faces.get(faceId)!);
      if (rest.length === 0) continue;
      const into = before.merged_into ?? null;
      const target = into === null || removed.has(into) ? null : this.standingCluster(into);
      if (target !== null && rest.every((face) => !face.locked && this.fits(face, target))) {
        for (const face of rest) this.follow(face.id, target);
      } else {
        kept.add(id);
        this.stayingIds.add(id);
      }
    }
    return kept;
  }

  /** Clusters that the operation made, or had taken out of others, and that stay, because the machine has put faces in. */
  staying(): ReadonlySet<string> {
    return this.stayingIds;
  }

  /** A name goes with the operation that gave it. */
  demotions(): Change[] {
    return [
      ...this.demoted.map((clusterId): Change => ({
        do: 'restore_cluster',
        clusterId,
        image: { state: 'pending', label: null, external_ref: null, cover_face_id: null },
      })),
      ...[...this.redirects].map(([clusterId, target]): Change => ({
        do: 'restore_cluster',
        clusterId,
        image: { merged_into: target },
      })),
    ];
  }

  changes(): Change[] {
    return [...this.moves].map(([faceId, { image, to }]): Change => ({
      do: 'move_face',
      faceId,
      toClusterId: to,
      ...(image.assigned_by === undefined ? {} : { assignedBy: image.assigned_by }),
      ...(image.locked === undefined ? {} : { locked: image.locked }),
      ...(image.similarity === undefined ? {} : { similarity: image.similarity }),
      ...(image.probability === undefined ? {} : { probability: image.probability }),
    }));
  }

  /** For each join that is taken back: the faces that go, and those that stay where they were joined to. */
  joins(): [FaceFacts[], FaceFacts[]][] {
    const pairs = new Map<string, { parted: FaceFacts[]; into: string }>();
    for (const { ids, before, after } of this.operation.changes.faces_changed) {
      if (typeof before.cluster_id !== 'string' || typeof after.cluster_id !== 'string') continue;
      const key = `${before.cluster_id} ${after.cluster_id}`;
      const pair = pairs.get(key) ?? { parted: [], into: after.cluster_id };
      for (const id of ids) {
        const face = this.facts.faces.get(id);
        if (face !== undefined && this.homeOf(id) === before.cluster_id) pair.parted.push(face);
      }
      pairs.set(key, pair);
    }
    return [...pairs.values()].map(({ parted, into }) => [
      parted,
      [...(this.members.get(into) ?? [])].map((id) => this.facts.faces.get(id)!),
    ]);
  }

  /** Faces that are back in a cluster, and those that were in it all the time. */
  returns(): [FaceFacts[], FaceFacts[]][] {
    const back = new Map<string, FaceFacts[]>();
    for (const [id, { to }] of this.moves) {
      const face = this.facts.faces.get(id);
      if (face === undefined || to === null || face.clusterId === to) continue;
      const list = back.get(to);
      if (list === undefined) back.set(to, [face]);
      else list.push(face);
    }
    return [...back].map(([clusterId, faces]) => {
      const own = new Set(faces.map((face) => face.id));
      const stayed = [...(this.members.get(clusterId) ?? [])].filter((id) => !own.has(id));
      return [faces, stayed.map((id) => this.facts.faces.get(id)!)];
    });
  }

  /** Faces that are nobody's again, each with those of the cluster that it was put into. */
  dropped(): [FaceFacts, FaceFacts[]][] {
    return [...this.moves].flatMap(([id, { to }]): [FaceFacts, FaceFacts[]][] => {
      const face = this.facts.faces.get(id);
      if (face === undefined || to !== null || face.clusterId === null) return [];
      const rest = [...(this.members.get(face.clusterId) ?? [])].map((other) => this.facts.faces.get(other)!);
      return [[face, rest]];
    });
  }

  left(): { readonly gone: readonly string[]; readonly placeless: readonly string[] } {
    return { gone: this.gone, placeless: this.placeless };
  }

  /** A face that still is one; else it is noted as gone. */
  private standing(id: string): FaceNow | null {
    const face = this.facts.faces.get(id);
    if (face !== undefined && face.state !== 'dismissed') return face;
    this.gone.push(id);
    return null;
  }

  private placeFor(face: FaceNow, wanted: string | null, own: ReadonlySet<string>): string | null {
    if (wanted === null) return null;
    const place = this.standingCluster(wanted);
    if (place === null) return null;
    const others = [...(this.members.get(place) ?? [])].filter((id) => !own.has(id));
    return others.some((id) => this.apart.get(face.id)?.has(id)) ? null : place;
  }

  /** The cluster, or what it was merged into since; null when there is none. */
  private standingCluster(id: string): string | null {
    const { clusters_changed, clusters_deleted, clusters_added } = this.operation.changes;
    const now = this.facts.clusters.get(id);
    const restored = clusters_changed.find((delta) => delta.id === id)?.before.state;
    if (clusters_added.includes(id)) return now === undefined || now.state === 'merged' ? null : id;
    if (now === undefined) {
      const deleted = clusters_deleted.find((cluster) => cluster.id === id);
      return deleted?.before ? id : null;
    }
    if ((restored ?? now.state) !== 'merged') return id;
    const target = now.mergedInto === null ? undefined : this.facts.clusters.get(now.mergedInto);
    return target === undefined || target.state === 'merged' ? null : target.id;
  }

  /** Where all the operation's faces that were in a cluster of its own go; null when not to one place. */
  private oneTarget(clusterId: string): string | null {
    const targets = new Set<string | null>();
    for (const { ids, after } of this.operation.changes.faces_changed) {
      if (after.cluster_id !== clusterId) continue;
      for (const id of ids) {
        const move = this.moves.get(id);
        if (move !== undefined) targets.add(move.to);
      }
    }
    const [target] = targets;
    return targets.size === 1 && target !== undefined && target !== clusterId ? target : null;
  }

  /** Nothing keeps the machine's face out: no constraint, and no photo doubled. */
  private fits(face: FaceNow, clusterId: string): boolean {
    return [...(this.members.get(clusterId) ?? [])].every(
      (id) => !this.apart.get(face.id)?.has(id) && this.facts.faces.get(id)?.imageId !== face.imageId,
    );
  }

  private follow(faceId: string, clusterId: string): void {
    this.leave(faceId);
    this.join(faceId, clusterId);
    this.moves.set(faceId, { image: {}, to: clusterId });
  }

  private join(faceId: string, clusterId: string): void {
    const members = this.members.get(clusterId);
    if (members === undefined) this.members.set(clusterId, new Set([faceId]));
    else members.add(faceId);
  }

  private leave(faceId: string): void {
    for (const members of this.members.values()) members.delete(faceId);
  }
}

function apartOnceUndone(operation: UndoneOperation, facts: UndoFacts): Map<string, Set<string>> {
  const { constraints_added, constraints_reinstated, constraints_retired } = operation.changes;
  const ending = new Set([...constraints_added, ...constraints_reinstated]);
  const standing = [
    ...facts.constraints.filter(({ id }) => !ending.has(id)),
    ...constraints_retired.flatMap((id) => facts.constraintsNamed.get(id) ?? []),
  ];
  const apart = new Map<string, Set<string>>();
  const note = (from: string, to: string): void => {
    const set = apart.get(from);
    if (set === undefined) apart.set(from, new Set([to]));
    else set.add(to);
  };
  for (const { kind, faceA, faceB } of standing) {
    if (kind !== 'cannot_link') continue;
    note(faceA, faceB);
    note(faceB, faceA);
  }
  return apart;
}
