// Labelled faces with their exact neighbours: what a calibration is fitted on and an algorithm is judged by.
import { type CanonicalFaces, canonicalFaces } from '../cluster/qel/canonical-faces.js';
import { type ConsolidationInput, NO_HUMAN_WORD } from '../cluster/qel/consolidation-input.js';
import type { EvidenceCalibration } from '../cluster/qel/evidence-calibration.js';
import type { NeighbourGraph } from '../cluster/qel/neighbour-graph.js';
import type { LabelledFaces } from './synthetic-faces.js';

export interface LabelledSet {
  readonly name: string;
  readonly faces: LabelledFaces;
  readonly graph: NeighbourGraph;
}

export function consolidationInput({ faces, graph }: LabelledSet): ConsolidationInput {
  return {
    faces: {
      width: faces.width,
      embeddings: faces.embeddings,
      qualities: faces.qualities,
      contentKeys: faces.contentKeys,
      photos: faces.contentKeys,
    },
    neighbours: graph,
    human: NO_HUMAN_WORD,
  };
}

/** The set by rank, with the person of each rank. */
export function rankedSet(
  set: LabelledSet,
  calibration: EvidenceCalibration,
): { readonly faces: CanonicalFaces; readonly people: Int32Array } {
  const faces = canonicalFaces(consolidationInput(set), calibration);
  return { faces, people: faces.order.map((face) => set.faces.people[face]!) };
}

/** The person of most of the faces, and their share (0..1). */
export function majority(
  people: Int32Array,
  members: readonly number[],
): { readonly person: number; readonly share: number } {
  const counts = new Map<number, number>();
  let person = -1;
  let most = 0;
  for (const rank of members) {
    const count = (counts.get(people[rank]!) ?? 0) + 1;
    counts.set(people[rank]!, count);
    if (count > most) {
      most = count;
      person = people[rank]!;
    }
  }
  return { person, share: most / members.length };
}
