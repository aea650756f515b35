// Puts the groups of one component on the table: who stands for whom, what humans keep apart, who shares photos.
import { type CanonicalFaces, statisticsOf } from './canonical-faces.js';
import { noteLink } from './best-links.js';
import { type FaceGroup, type FaceGroups, keepApart, newGroup, noteSamePhoto } from './face-group.js';
import { countAbove } from './neighbour-graph.js';
import { representatives } from './representatives.js';

/** Groups with their constraints, without links. @param memberLists Each ascending; a group's id is its lowest member. */
export function formGroups(faces: CanonicalFaces, memberLists: readonly (readonly number[])[]): FaceGroups {
  const groups: FaceGroups = new Map();
  const groupOf = new Map<number, FaceGroup>();
  for (const members of memberLists) {
    const group = newGroup(members[0]!, statisticsOf(faces, members), [...members]);
    groups.set(group.id, group);
    for (const rank of members) groupOf.set(rank, group);
  }
  noteConstraints(faces, groupOf);
  for (const [rank, group] of groupOf) {
    for (const mate of faces.photoMates.get(rank) ?? []) {
      const other = groupOf.get(mate);
      if (other !== undefined && other !== group && rank < mate) noteSamePhoto(group, other);
    }
  }
  return groups;
}

function noteConstraints(faces: CanonicalFaces, groupOf: ReadonlyMap<number, FaceGroup>): void {
  const { unitOf, apart, heldBy } = faces.word;
  if (apart.size === 0 && heldBy.size === 0) return;
  const groupOfUnit = new Map<number, FaceGroup>();
  for (const [rank, group] of groupOf) groupOfUnit.set(unitOf[rank]!, group);
  for (const [unit, group] of groupOfUnit) {
    group.heldBy ??= heldBy.get(unit) ?? null;
    for (const other of apart.get(unit) ?? []) {
      const otherGroup = groupOfUnit.get(other);
      if (otherGroup !== undefined && otherGroup !== group) keepApart(group, otherGroup);
    }
  }
}

/** Links each face's group to the groups of its nearest clear faces. @param nearest How many of them count. */
export function linkNearest(faces: CanonicalFaces, groups: FaceGroups, nearest: number): void {
  const groupOf = groupsByMember(groups);
  for (const [rank, group] of groupOf) {
    let seen = 0;
    forEachLink(faces, rank, (other) => {
      const otherGroup = groupOf.get(other);
      if (otherGroup === undefined) return true;
      if (otherGroup !== group) {
        group.links.set(otherGroup.id, []);
        otherGroup.links.set(group.id, []);
      }
      return ++seen < nearest;
    });
  }
}

/** Gives every pair of groups the best links between their representatives. */
export function linkRepresentatives(faces: CanonicalFaces, groups: FaceGroups): void {
  const standsFor = new Map<number, FaceGroup>();
  for (const group of groups.values()) {
    for (const rank of representatives(group.members, (member) => faces.qualities[member]!))
      standsFor.set(rank, group);
  }
  const lists = new Map<FaceGroup, Map<number, number[]>>();
  for (const group of groups.values()) lists.set(group, new Map());
  for (const [rank, group] of standsFor) {
    forEachLink(faces, rank, (other, similarity) => {
      const otherGroup = standsFor.get(other);
      if (otherGroup === undefined || otherGroup === group || !seenOnce(faces, rank, other)) return true;
      for (const [from, to] of [
        [group, otherGroup],
        [otherGroup, group],
      ] as const) {
        const links = lists.get(from)!.get(to.id);
        if (links === undefined) lists.get(from)!.set(to.id, [similarity]);
        else noteLink(links, similarity);
      }
      return true;
    });
  }
  for (const [group, links] of lists) for (const [id, best] of links) group.links.set(id, best);
}

/** Of a pair that stands in both faces' lists, one is left out; a list that was cut may hold the only one. */
function seenOnce(faces: CanonicalFaces, from: number, to: number): boolean {
  if (from < to) return true;
  let other = false;
  forEachLink(faces, to, (rank) => {
    other = rank === from;
    return !other;
  });
  return !other;
}

function groupsByMember(groups: FaceGroups): Map<number, FaceGroup> {
  const groupOf = new Map<number, FaceGroup>();
  for (const group of groups.values()) for (const rank of group.members) groupOf.set(rank, group);
  return groupOf;
}

/** Visits the links of a face, closest first, until told to stop. */
export function forEachLink(
  faces: CanonicalFaces,
  rank: number,
  visit: (other: number, similarity: number) => boolean,
): void {
  const { graph, calibration } = faces;
  const start = graph.offsets[rank]!;
  const end = start + countAbove(graph, rank, calibration.links.similarityMin);
  for (let at = start; at < end; at++) {
    if (!visit(graph.neighbours[at]!, graph.similarities[at]!)) return;
  }
}
