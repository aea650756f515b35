// Faces of a tenant that are grouped apart from the others, while they are being collected.
import type { CountedFace } from '../../database/repositories/face-census-repository.js';
import type { ClusterRecord, ConstraintRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import { gateReason } from '../../domain/cluster/qel/face-weight.js';
import { unitVectorsOf } from '../../domain/cluster/qel/half-vectors.js';
import { groupingTask, isComparable, type TenantCensus } from './read-census.js';

export interface PartMember {
  readonly face: CountedFace;
  /** Its vector, half precision; null: it is not compared. */
  readonly halves: Uint8Array | null;
  /** Clear enough to found a group and to hold one together. */
  readonly clear: boolean;
}

export class PartOfTenant {
  private readonly members = new Map<string, PartMember>();
  private readonly clusters = new Map<string, ClusterRecord>();
  private readonly words = new Map<string, ConstraintRecord>();

  constructor(private readonly evidence: EvidenceCalibration) {}

  /** Faces so far. */
  get size(): number {
    return this.members.size;
  }

  has(faceId: string): boolean {
    return this.members.has(faceId);
  }

  hasCluster(clusterId: string): boolean {
    return this.clusters.has(clusterId);
  }

  /** Of its faces and clusters. */
  *ids(): Generator<string> {
    yield* this.members.keys();
    yield* this.clusters.keys();
  }

  add(members: readonly PartMember[]): void {
    for (const member of members) this.members.set(member.face.id, member);
  }

  addClusters(clusters: readonly ClusterRecord[]): void {
    for (const cluster of clusters) if (cluster.state !== 'merged') this.clusters.set(cluster.id, cluster);
  }

  heed(constraints: readonly ConstraintRecord[]): void {
    for (const constraint of constraints) this.words.set(constraint.id, constraint);
  }

  /** Reads the vectors of faces. */
  async measure({ faceCensus }: TenantRepositories, faces: readonly CountedFace[]): Promise<PartMember[]> {
    const width = this.evidence.unrecognisable.length;
    const comparable = faces.filter(isComparable).map(({ id }) => id);
    const { faceIds, halves } = await faceCensus.vectors(comparable, this.evidence.space, width);
    const place = new Map(faceIds.map((id, i) => [id, i]));
    return faces.map((face) => {
      const at = place.get(face.id);
      if (at === undefined) return { face, halves: null, clear: false };
      const own = halves.subarray(at * 2 * width, (at + 1) * 2 * width);
      const gate = gateReason(this.evidence, face.quality, unitVectorsOf(own, width));
      return { face, halves: own, clear: gate === null && !face.doubted };
    });
  }

  census(seenThrough: string): TenantCensus {
    // In the order of ids, as all faces are read.
    const members = [...this.members.values()].sort((a, b) => (a.face.id < b.face.id ? -1 : 1));
    const compared = members.filter(({ halves }) => halves !== null);
    const faces = compared.map(({ face }) => face);
    return {
      seenThrough,
      part: { faces: members.map(({ face }) => face), clusterIds: [...this.clusters.keys()] },
      compared: faces.map(({ id }) => id),
      task: groupingTask(
        {
          faces,
          halves: Buffer.concat(compared.map(({ halves }) => halves!)),
          clusters: [...this.clusters.values()],
          constraints: [...this.words.values()],
        },
        this.evidence,
      ),
    };
  }
}
