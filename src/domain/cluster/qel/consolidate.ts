// Consolidation: from faces, human words and a calibration to groups, independent of how the faces came and of what they
// were grouped into before. See docs/clustering.md.
import { attachFaces } from './attach-faces.js';
import { canonicalFaces } from './canonical-faces.js';
import { findComponents } from './components.js';
import { consolidateComponent, type LinkageMerge, type OpenPair } from './consolidate-component.js';
import type { ConsolidationInput, FacePair } from './consolidation-input.js';
import type { EvidenceCalibration } from './evidence-calibration.js';
import type { FaceGroup } from './face-group.js';
import type { GateReason } from './face-weight.js';

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
  const groups: FaceGroup[] = [];
  const merges: LinkageMerge[] = [];
  const openPairs: OpenPair[] = [];
  for (const component of findComponents(faces)) {
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
