// The faces in the order of their content hashes. From here on a face is its place in that order, called its rank: loops by
// rank and ties by rank make every result, to the last bit, independent of the order of arrival.
import type { ConsolidationInput } from './consolidation-input.js';
import type { EvidenceCalibration } from './evidence-calibration.js';
import { type FaceWeight, faceWeight, type GateReason, gateReason } from './face-weight.js';
import { addFace, type ClusterStatistics, emptyStatistics } from './cluster-statistics.js';
import { type NeighbourGraph, renumberGraph } from './neighbour-graph.js';
import { settleHumanWord, type SettledWord } from './settled-word.js';

export interface CanonicalFaces {
  readonly calibration: EvidenceCalibration;
  readonly count: number;
  /** Place in the input of each rank, and the other way round. */
  readonly order: Int32Array;
  readonly rankOf: Int32Array;
  readonly embeddings: readonly Float32Array[];
  readonly qualities: Float64Array;
  readonly weights: readonly FaceWeight[];
  /** null: a clear face; otherwise why it only attaches. */
  readonly gate: readonly (GateReason | null)[];
  readonly graph: NeighbourGraph;
  readonly word: SettledWord;
  /** For each rank the other clear faces of its photo; absent for most. */
  readonly photoMates: ReadonlyMap<number, readonly number[]>;
}

/** @throws RangeError when two faces have one content key. */
export function canonicalFaces(input: ConsolidationInput, calibration: EvidenceCalibration): CanonicalFaces {
  const { faces } = input;
  const order = contentOrder(faces.contentKeys);
  const rankOf = new Int32Array(order.length);
  for (let rank = 0; rank < order.length; rank++) rankOf[order[rank]!] = rank;
  const embeddings = Array.from(order, (face) =>
    faces.embeddings.subarray(face * faces.width, (face + 1) * faces.width),
  );
  const qualities = Float64Array.from(order, (face) => faces.qualities[face]!);
  const gate = embeddings.map((embedding, rank) =>
    faces.doubted?.[order[rank]!] === true ? 'doubted' : gateReason(calibration, qualities[rank]!, embedding),
  );
  return {
    calibration,
    count: order.length,
    order,
    rankOf,
    embeddings,
    qualities,
    weights: Array.from(qualities, (quality) => faceWeight(calibration.gain, quality)),
    gate,
    graph: renumberGraph(input.neighbours, order, calibration.links.ingestSimilarityMin),
    word: settleHumanWord(input.human, rankOf),
    photoMates: matesByPhoto(Array.from(order, (face) => faces.photos[face]!)),
  };
}

function contentOrder(keys: readonly string[]): Int32Array {
  const order = Int32Array.from(keys.keys()).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  for (let i = 1; i < order.length; i++) {
    if (keys[order[i]!] === keys[order[i - 1]!]) {
      throw new RangeError(`two faces have the content key ${keys[order[i]!]}`);
    }
  }
  return order;
}

function matesByPhoto(photos: readonly (string | number)[]): Map<number, number[]> {
  const byPhoto = new Map<string | number, number[]>();
  for (let rank = 0; rank < photos.length; rank++) {
    const ranks = byPhoto.get(photos[rank]!);
    if (ranks === undefined) byPhoto.set(photos[rank]!, [rank]);
    else ranks.push(rank);
  }
  const mates = new Map<number, number[]>();
  for (const ranks of byPhoto.values()) {
    if (ranks.length < 2) continue;
    for (const rank of ranks)
      mates.set(
        rank,
        ranks.filter((other) => other !== rank),
      );
  }
  return mates;
}

/** Statistics of some faces, summed by rank. @param ranks Ascending. */
export function statisticsOf(faces: CanonicalFaces, ranks: readonly number[]): ClusterStatistics {
  const statistics = emptyStatistics(faces.calibration.unrecognisable.length);
  for (const rank of ranks) addFace(statistics, faces.embeddings[rank]!, faces.weights[rank]!);
  return statistics;
}
