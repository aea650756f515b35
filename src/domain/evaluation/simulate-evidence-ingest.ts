// Faces that arrive one by one, decided by the very function that decides in the service, with labels to judge it by.
import type { CanonicalFaces } from '../cluster/qel/canonical-faces.js';
import { averageEvidence } from '../cluster/qel/average-evidence.js';
import {
  addFace,
  type ClusterStatistics,
  correctedCosine,
  cosineNoise,
  emptyStatistics,
} from '../cluster/qel/cluster-statistics.js';
import { decideByEvidence, type EvidenceCandidate } from '../cluster/qel/decide-by-evidence.js';
import { noteLink } from '../cluster/qel/best-links.js';
import type { OperatingPoint } from '../cluster/thresholds.js';
import type { Rated } from './calibration-error.js';

export interface IngestRun {
  /** Cluster of each rank; a face behind the gate is alone. */
  readonly clusters: Int32Array;
  /** The best candidate of each clear face that had one, and whether most of its faces are the same person. */
  readonly rated: readonly Rated[];
  readonly assigned: number;
  readonly assignedWrongly: number;
  readonly asked: number;
  readonly founded: number;
  readonly gated: number;
}

interface GrowingCluster {
  readonly statistics: ClusterStatistics;
  /** Faces by person. */
  readonly people: Map<number, number>;
}

/** @param order Ranks in the order of arrival. @param people Person of each rank. */
export function simulateEvidenceIngest(
  faces: CanonicalFaces,
  people: Int32Array,
  order: Int32Array,
  point: OperatingPoint,
): IngestRun {
  const clusterOf = new Int32Array(faces.count).fill(-1);
  const clusters: GrowingCluster[] = [];
  const rated: Rated[] = [];
  const { calibration } = faces;
  const onePerson = (a: string, b: string): boolean =>
    averageEvidence(calibration, clusters[Number(a)]!.statistics, clusters[Number(b)]!.statistics) >=
    calibration.average.stop;
  let [assigned, assignedWrongly, asked, founded, gated] = [0, 0, 0, 0, 0];
  for (const rank of order) {
    if (faces.gate[rank] !== null) {
      gated++;
      continue;
    }
    const probe = emptyStatistics(calibration.unrecognisable.length);
    addFace(probe, faces.embeddings[rank]!, faces.weights[rank]!);
    const candidates = candidatesOf(faces, rank, probe, { clusterOf, clusters }, point.neighbours);
    const decision = decideByEvidence(calibration, null, candidates, point, onePerson);
    const best = decision.rows[0];
    if (best !== undefined) {
      const same = personOf(clusters[Number(best.clusterId)]!) === people[rank];
      rated.push({ probability: best.probability, same });
    }
    if (decision.kind === 'assign') {
      assigned++;
      const cluster = clusters[Number(decision.clusterId)]!;
      if (personOf(cluster) !== people[rank]) assignedWrongly++;
      addFace(cluster.statistics, faces.embeddings[rank]!, faces.weights[rank]!);
      cluster.people.set(people[rank]!, (cluster.people.get(people[rank]!) ?? 0) + 1);
      clusterOf[rank] = Number(decision.clusterId);
      continue;
    }
    if (decision.kind === 'ask') asked++;
    else founded++;
    clusterOf[rank] = clusters.length;
    clusters.push({ statistics: probe, people: new Map([[people[rank]!, 1]]) });
  }
  let next = clusters.length;
  const labels = clusterOf.map((cluster) => (cluster < 0 ? next++ : cluster));
  return { clusters: labels, rated, assigned, assignedWrongly, asked, founded, gated };
}

function candidatesOf(
  faces: CanonicalFaces,
  rank: number,
  probe: ClusterStatistics,
  gallery: { readonly clusterOf: Int32Array; readonly clusters: readonly GrowingCluster[] },
  neighbours: number,
): EvidenceCandidate[] {
  const { graph } = faces;
  const links = new Map<number, number[]>();
  let seen = 0;
  for (let at = graph.offsets[rank]!; at < graph.offsets[rank + 1]! && seen < neighbours; at++) {
    const cluster = gallery.clusterOf[graph.neighbours[at]!]!;
    if (cluster < 0) continue;
    seen++;
    const list = links.get(cluster);
    if (list === undefined) links.set(cluster, [graph.similarities[at]!]);
    else noteLink(list, graph.similarities[at]!);
  }
  return [...links].map(([cluster, list]) => {
    const { statistics } = gallery.clusters[cluster]!;
    return {
      clusterId: String(cluster),
      state: 'pending',
      correctedCosine: correctedCosine(probe, statistics, faces.calibration.impostorMean),
      noise: cosineNoise(probe, statistics),
      faceCount: statistics.count,
      links: list,
      cannotLink: false,
      samePhotoFaces: 0,
    };
  });
}

/** The person of most of its faces. */
function personOf(cluster: GrowingCluster): number {
  let person = -1;
  let most = 0;
  for (const [one, count] of cluster.people) {
    if (count > most) {
      most = count;
      person = one;
    }
  }
  return person;
}
