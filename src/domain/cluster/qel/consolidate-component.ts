// One component from nothing to groups: what humans tied together, then evidence 1 on averages, then evidence 2 on links.
import { agglomerate, samePhotoCost } from './agglomerate.js';
import { averageEvidence } from './average-evidence.js';
import type { CanonicalFaces } from './canonical-faces.js';
import { type FaceGroup, joinObstacle, type JoinObstacle } from './face-group.js';
import { formGroups, linkNearest, linkRepresentatives } from './form-groups.js';
import { linkageEvidence } from './linkage-evidence.js';

/** Nearest faces of a face whose groups it may join in stage 1. */
const NEAREST = 20;

/** A merge of stage 2; the doubtful ones are worth a question. Faces are ranks, ascending. */
export interface LinkageMerge {
  readonly part: readonly number[];
  readonly whole: readonly number[];
  readonly logit: number;
}

/** Two finished groups with links between them: a possible question, or a merge that only a human may make. */
export interface OpenPair {
  /** Ids of the groups: their lowest ranks. */
  readonly a: number;
  readonly b: number;
  readonly logit: number;
  readonly obstacle: JoinObstacle | null;
}

export interface ComponentGroups {
  /** By lowest rank; members ascending. */
  readonly groups: readonly FaceGroup[];
  readonly merges: readonly LinkageMerge[];
  readonly openPairs: readonly OpenPair[];
}

/** @param ranks The component, ascending. */
export function consolidateComponent(faces: CanonicalFaces, ranks: readonly number[]): ComponentGroups {
  const { calibration } = faces;
  const averaged = formGroups(faces, unitsOf(faces, ranks));
  linkNearest(faces, averaged, NEAREST);
  agglomerate(averaged, {
    rate: (a, b) => averageEvidence(calibration, a.statistics, b.statistics),
    stop: calibration.average.stop,
  });

  const linked = formGroups(faces, memberLists(averaged.values()));
  linkRepresentatives(faces, linked);
  const merges: LinkageMerge[] = [];
  const rate = (a: FaceGroup, b: FaceGroup): number =>
    linkageEvidence(calibration, a.statistics, b.statistics, a.links.get(b.id) ?? []).logit;
  agglomerate(linked, {
    rate,
    stop: calibration.joinLogOddsMin,
    stopOfFew: calibration.joinLogOddsMinOfFew ?? calibration.joinLogOddsMin,
    againstRivals: true,
    onMerge: (a, b, logit) => {
      const [whole, part] = a.members.length >= b.members.length ? [a, b] : [b, a];
      merges.push({ part: ascending(part.members), whole: ascending(whole.members), logit });
    },
  });
  const openPairs: OpenPair[] = [];
  for (const a of linked.values()) {
    for (const id of a.links.keys()) {
      const b = linked.get(id)!;
      if (a.id > b.id) continue;
      const logit = rate(a, b) - samePhotoCost(a.samePhoto.get(b.id) ?? 0);
      openPairs.push({ a: a.id, b: b.id, logit, obstacle: joinObstacle(a, b) });
    }
  }
  return finished(faces, [...linked.values()], merges, openPairs);
}

/** Groups under their lowest members, with sums made anew: equal members, equal bits. */
function finished(
  faces: CanonicalFaces,
  groups: readonly FaceGroup[],
  merges: readonly LinkageMerge[],
  openPairs: readonly OpenPair[],
): ComponentGroups {
  const lowest = new Map<number, number>();
  for (const group of groups) lowest.set(group.id, Math.min(...group.members));
  const named = openPairs.map((pair) => {
    const [a, b] = [lowest.get(pair.a)!, lowest.get(pair.b)!].sort((x, y) => x - y) as [number, number];
    return { ...pair, a, b };
  });
  return {
    groups: [...formGroups(faces, memberLists(groups)).values()],
    merges,
    openPairs: named.sort((p, q) => p.a - q.a || p.b - q.b),
  };
}

/** The component's faces, those that must be together in one list. */
function unitsOf(faces: CanonicalFaces, ranks: readonly number[]): number[][] {
  const lists = new Map<number, number[]>();
  for (const rank of ranks) {
    const unit = faces.word.unitOf[rank]!;
    const list = lists.get(unit);
    if (list === undefined) lists.set(unit, [rank]);
    else list.push(rank);
  }
  return [...lists.values()];
}

function memberLists(groups: Iterable<FaceGroup>): number[][] {
  return [...groups].map((group) => ascending(group.members)).sort((a, b) => a[0]! - b[0]!);
}

const ascending = (ranks: readonly number[]): number[] => [...ranks].sort((a, b) => a - b);
