// Consolidation: from faces, human words and a calibration to groups, independent of how the faces came and of what they
// were grouped into before. See docs/clustering.md.
import { attachFaces } from './attach-faces.js';
import { type CanonicalFaces, canonicalFaces } from './canonical-faces.js';
import { findComponents } from './components.js';
import { consolidateComponent, type LinkageMerge, type OpenPair } from './consolidate-component.js';
import type { ConsolidationInput, FacePair } from './consolidation-input.js';
import type { EvidenceCalibration } from './evidence-calibration.js';
import type { FaceGroup } from './face-group.js';
import type { GateReason } from './face-weight.js';
import { formGroups } from './form-groups.js';

export interface Consolidation {
  /** For each face of the input its group: the place in the input of the group's member with the lowest content hash. */
  readonly groupOf: Int32Array;
  /** For each face of the input why it only attaches; null for a clear face. */
  readonly gate: readonly (GateReason | null)[];
  /** Merges of stage 2, groups that could have been joined, and human words that had to yield; faces as in the input. */
  readonly merges: readonly LinkageMerge[];
  readonly openPairs: readonly OpenPair[];
  readonly refusedMustLinks: readonly FacePair[];
}

/** Groups all faces. A function of the set of faces, the human words and the calibration only. */
export function consolidate(input: ConsolidationInput, calibration: EvidenceCalibration): Consolidation {
  const faces = canonicalFaces(input, calibration);
  return build(faces, findComponents(faces), new Map());
}

/** What `consolidateChanged` may rely on. */
export interface EarlierConsolidation {
  /** Group of each face of the input, any label; null for a face that was not there. */
  readonly groupOf: readonly (number | null)[];
  /**
   * Faces of the input whose surroundings changed: new ones, those that were linked to one that is gone, and both ends of
   * every human word that was added or taken back.
   */
  readonly changed: Iterable<number>;
}

/** The same result as `consolidate`, working only on the components that hold a changed face. */
export function consolidateChanged(
  input: ConsolidationInput,
  calibration: EvidenceCalibration,
  earlier: EarlierConsolidation,
): Consolidation & { readonly consolidated: number } {
  const faces = canonicalFaces(input, calibration);
  const changed = new Set<number>();
  for (const face of earlier.changed) {
    const unit = faces.word.unitOf[faces.rankOf[face]!]!;
    for (const rank of faces.word.units.get(unit) ?? [faces.rankOf[face]!]) changed.add(rank);
  }
  const dirty: number[][] = [];
  const settled = new Map<number, number[]>();
  for (const component of findComponents(faces)) {
    const groups = component.map((rank) => earlier.groupOf[faces.order[rank]!] ?? null);
    if (component.some((rank) => changed.has(rank)) || groups.includes(null)) {
      dirty.push(component);
      continue;
    }
    const lists = new Map<number, number[]>();
    for (const [i, rank] of component.entries()) {
      const list = lists.get(groups[i]!);
      if (list === undefined) lists.set(groups[i]!, [rank]);
      else list.push(rank);
    }
    for (const list of lists.values()) settled.set(list[0]!, list);
  }
  const consolidated = dirty.reduce((sum, component) => sum + component.length, 0);
  return { ...build(faces, dirty, settled), consolidated };
}

/** @param settled Finished groups by lowest rank that need no work. */
function build(
  faces: CanonicalFaces,
  components: readonly (readonly number[])[],
  settled: ReadonlyMap<number, readonly number[]>,
): Consolidation {
  const groups: FaceGroup[] = [...formGroups(faces, [...settled.values()]).values()];
  const merges: LinkageMerge[] = [];
  const openPairs: OpenPair[] = [];
  for (const component of components) {
    const result = consolidateComponent(faces, component);
    for (const group of result.groups) groups.push(group);
    for (const merge of result.merges) merges.push(merge);
    for (const pair of result.openPairs) openPairs.push(pair);
  }
  const groupOfRank = new Map<number, FaceGroup>();
  for (const group of groups) for (const rank of group.members) groupOfRank.set(rank, group);
  const attached = attachFaces(faces, groupOfRank);
  const toInput = (ranks: readonly number[]): number[] => ranks.map((rank) => faces.order[rank]!);

  const groupOf = new Int32Array(faces.count);
  const gate = new Array<GateReason | null>(faces.count).fill(null);
  for (let rank = 0; rank < faces.count; rank++) {
    const group = groupOfRank.get(rank) ?? attached.get(rank);
    const alone = faces.word.unitOf[rank]!;
    groupOf[faces.order[rank]!] = faces.order[group?.id ?? alone]!;
    gate[faces.order[rank]!] = faces.gate[rank]!;
  }
  return {
    groupOf,
    gate,
    merges: merges.map((merge) => ({
      ...merge,
      part: toInput(merge.part),
      whole: toInput(merge.whole),
    })),
    openPairs: openPairs.map((pair) => ({ ...pair, a: faces.order[pair.a]!, b: faces.order[pair.b]! })),
    refusedMustLinks: faces.word.refused,
  };
}
