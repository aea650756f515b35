// A group of faces while it grows, with what it knows of the other groups. Groups refer to each other by id.
import { addStatistics, type ClusterStatistics } from './cluster-statistics.js';
import { type BestLinks, joinLinks } from './best-links.js';

export interface FaceGroup {
  readonly id: number;
  readonly statistics: ClusterStatistics;
  /** Faces by their place in the order of content hashes. */
  members: number[];
  /** Groups that may be the same person; stage 2 keeps their best links. */
  readonly links: Map<number, BestLinks>;
  /** Groups that a human's word keeps apart from this one. */
  readonly apart: Set<number>;
  /** The list of `HumanWord.held` that it belongs to; null: no human holds it. */
  heldBy: number | null;
  /** Groups with faces of the same photos, and how many pairs of faces share a photo. */
  readonly samePhoto: Map<number, number>;
  /** Grows with each merge. */
  version: number;
}

export function newGroup(id: number, statistics: ClusterStatistics, members: number[]): FaceGroup {
  return {
    id,
    statistics,
    members,
    links: new Map(),
    apart: new Set(),
    heldBy: null,
    samePhoto: new Map(),
    version: 0,
  };
}

/** The living groups by id. */
export type FaceGroups = Map<number, FaceGroup>;

/** Notes on both sides that the two must never be one. */
export function keepApart(a: FaceGroup, b: FaceGroup): void {
  a.apart.add(b.id);
  b.apart.add(a.id);
}

/** What stands against joining two groups, whatever the evidence. */
export type JoinObstacle = 'cannot_link' | 'both_held';

export function joinObstacle(a: FaceGroup, b: FaceGroup): JoinObstacle | null {
  if (a.apart.has(b.id)) return 'cannot_link';
  return a.heldBy !== null && b.heldBy !== null && a.heldBy !== b.heldBy ? 'both_held' : null;
}

export function noteSamePhoto(a: FaceGroup, b: FaceGroup): void {
  const pairs = (a.samePhoto.get(b.id) ?? 0) + 1;
  a.samePhoto.set(b.id, pairs);
  b.samePhoto.set(a.id, pairs);
}

/** Joins two groups in place and answers the one that lives on: the one with more to re-hang, then the lower id. */
export function joinGroups(groups: FaceGroups, a: FaceGroup, b: FaceGroup): FaceGroup {
  const sizeA = a.links.size + a.members.length;
  const sizeB = b.links.size + b.members.length;
  const [kept, gone] = sizeA > sizeB || (sizeA === sizeB && a.id < b.id) ? [a, b] : [b, a];
  addStatistics(kept.statistics, gone.statistics);
  for (const member of gone.members) kept.members.push(member);
  kept.heldBy ??= gone.heldBy;
  kept.version++;
  groups.delete(gone.id);
  rehangLinks(groups, kept, gone);
  for (const id of gone.apart) {
    const other = groups.get(id);
    if (other === undefined) continue;
    other.apart.delete(gone.id);
    keepApart(kept, other);
  }
  kept.samePhoto.delete(gone.id);
  for (const [id, pairs] of gone.samePhoto) {
    const other = groups.get(id);
    if (other === undefined || other === kept) continue;
    other.samePhoto.delete(gone.id);
    const together = pairs + (kept.samePhoto.get(id) ?? 0);
    kept.samePhoto.set(id, together);
    other.samePhoto.set(kept.id, together);
  }
  return kept;
}

function rehangLinks(groups: FaceGroups, kept: FaceGroup, gone: FaceGroup): void {
  kept.links.delete(gone.id);
  for (const [id, links] of gone.links) {
    const other = groups.get(id);
    if (other === undefined || other === kept) continue;
    other.links.delete(gone.id);
    const own = kept.links.get(id);
    const joined = own === undefined || own.length === 0 ? links : joinLinks(own, links);
    kept.links.set(id, joined);
    other.links.set(kept.id, joined);
  }
}
