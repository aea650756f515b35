// Last of all, the faces that only attach: blurred, tiny, hidden, or seen as nobody. Each looks for the finished group that
// it clearly belongs to; it changes no group's evidence, so their order does not matter.
import { samePhotoCost } from './agglomerate.js';
import { averageEvidence } from './average-evidence.js';
import { type CanonicalFaces, statisticsOf } from './canonical-faces.js';
import type { FaceGroup } from './face-group.js';

/** Log odds (evidence 1) from which such a face attaches, and its lead over the next group. */
const ATTACH_LOGIT = 4;
const ATTACH_MARGIN = 2;
/** Nearest clear faces whose groups it may attach to. */
const NEAREST = 20;

/** A unit of attach-only faces with the group that it chose. */
interface Attachment {
  readonly unit: number;
  readonly ranks: readonly number[];
  readonly group: FaceGroup | null;
  readonly logit: number;
}

/**
 * @param groupOf The finished group of each clear face.
 * @returns For each attach-only face, by rank, the group that it joins; those that stay alone are absent.
 */
export function attachFaces(
  faces: CanonicalFaces,
  groupOf: ReadonlyMap<number, FaceGroup>,
): Map<number, FaceGroup> {
  const result = new Map<number, FaceGroup>();
  const attachments = new Map<number, Attachment>();
  for (let rank = 0; rank < faces.count; rank++) {
    const unit = faces.word.unitOf[rank]!;
    if (faces.gate[rank] === null || attachments.has(unit)) continue;
    const ranks = faces.word.units.get(unit) ?? [rank];
    const clear = ranks.find((member) => faces.gate[member] === null);
    // A human said whom it belongs to.
    if (clear !== undefined) result.set(rank, groupOf.get(clear)!);
    else attachments.set(unit, chooseGroup(faces, groupOf, unit, ranks));
  }
  for (const attachment of attachments.values()) {
    const { group } = attachment;
    if (group === null || yields(faces, attachment, attachments)) continue;
    for (const rank of attachment.ranks) result.set(rank, group);
  }
  return result;
}

/** Of two units that must not be together and chose one group, the one with less evidence stays alone. */
function yields(
  faces: CanonicalFaces,
  { unit, group, logit }: Attachment,
  attachments: ReadonlyMap<number, Attachment>,
): boolean {
  for (const other of faces.word.apart.get(unit) ?? []) {
    const rival = attachments.get(other);
    if (rival === undefined || rival.group !== group) continue;
    if (rival.logit > logit || (rival.logit === logit && rival.unit < unit)) return true;
  }
  return false;
}

function chooseGroup(
  faces: CanonicalFaces,
  groupOf: ReadonlyMap<number, FaceGroup>,
  unit: number,
  ranks: readonly number[],
): Attachment {
  const statistics = statisticsOf(faces, ranks);
  const held = faces.word.heldBy.get(unit);
  const kept = apartGroups(faces, groupOf, unit);
  let best: FaceGroup | null = null;
  let bestLogit = -Infinity;
  let nextLogit = -Infinity;
  for (const group of nearGroups(faces, groupOf, ranks)) {
    if (kept.has(group) || (held !== undefined && group.heldBy !== null && group.heldBy !== held)) continue;
    const pairs = samePhotoPairs(faces, groupOf, ranks, group);
    const logit = averageEvidence(faces.calibration, statistics, group.statistics) - samePhotoCost(pairs);
    if (logit > bestLogit || (logit === bestLogit && best !== null && group.id < best.id)) {
      nextLogit = bestLogit;
      bestLogit = logit;
      best = group;
    } else if (logit > nextLogit) nextLogit = logit;
  }
  const clear = bestLogit > ATTACH_LOGIT && bestLogit - nextLogit > ATTACH_MARGIN;
  return { unit, ranks, group: clear ? best : null, logit: bestLogit };
}

/** Groups of the nearest clear faces. */
function nearGroups(
  faces: CanonicalFaces,
  groupOf: ReadonlyMap<number, FaceGroup>,
  ranks: readonly number[],
): Set<FaceGroup> {
  const near = new Set<FaceGroup>();
  for (const rank of ranks) {
    let seen = 0;
    for (let at = faces.graph.offsets[rank]!; at < faces.graph.offsets[rank + 1]! && seen < NEAREST; at++) {
      const group = groupOf.get(faces.graph.neighbours[at]!);
      if (group === undefined) continue;
      near.add(group);
      seen++;
    }
  }
  return near;
}

function samePhotoPairs(
  faces: CanonicalFaces,
  groupOf: ReadonlyMap<number, FaceGroup>,
  ranks: readonly number[],
  group: FaceGroup,
): number {
  let pairs = 0;
  for (const rank of ranks) {
    for (const mate of faces.photoMates.get(rank) ?? []) if (groupOf.get(mate) === group) pairs++;
  }
  return pairs;
}

/** The groups that a human's word keeps the unit out of. */
function apartGroups(
  faces: CanonicalFaces,
  groupOf: ReadonlyMap<number, FaceGroup>,
  unit: number,
): Set<FaceGroup> {
  const groups = new Set<FaceGroup>();
  for (const other of faces.word.apart.get(unit) ?? []) {
    for (const rank of faces.word.units.get(other) ?? [other]) {
      const group = groupOf.get(rank);
      if (group !== undefined) groups.add(group);
    }
  }
  return groups;
}
