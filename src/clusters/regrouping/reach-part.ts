// Follows what hangs on faces but links: the clusters they lie in with all their faces, and the other ends of words about them.
import type { CountedFace } from '../../database/repositories/face-census-repository.js';
import type { ConstraintRecord } from '../../database/records.js';
import type { TenantRepositories, TenantScope } from '../../database/tenant-store.js';
import type { PartMember, PartOfTenant } from './part-of-tenant.js';

export class ReachPart {
  constructor(
    private readonly scope: TenantScope,
    private readonly part: PartOfTenant,
    /** Faces; nothing more is followed when there are more. */
    private readonly facesMax: number,
  ) {}

  get outgrown(): boolean {
    return this.part.size > this.facesMax;
  }

  /** Takes faces and clusters in. @returns Those faces that came in and are compared: their links are to be looked for. */
  async reach(faceIds: readonly string[], clusterIds: readonly string[]): Promise<PartMember[]> {
    const reached: PartMember[] = [];
    let [faces, clusters] = [faceIds, clusterIds];
    while (faces.length + clusters.length > 0 && !this.outgrown) {
      const step = await this.scope.read((repositories) => this.step(repositories, faces, clusters));
      reached.push(...step.members.filter(({ halves }) => halves !== null));
      this.part.heed(step.constraints);
      faces = step.constraints
        .flatMap(({ faceA, faceB }) => [faceA, faceB])
        .filter((id) => !this.part.has(id));
      clusters = step.members.flatMap(({ face: { clusterId } }) =>
        clusterId === null || this.part.hasCluster(clusterId) ? [] : [clusterId],
      );
    }
    return reached;
  }

  private async step(
    repositories: TenantRepositories,
    faceIds: readonly string[],
    clusterIds: readonly string[],
  ): Promise<{ readonly members: readonly PartMember[]; readonly constraints: readonly ConstraintRecord[] }> {
    const { clusters, faceCensus, constraints } = repositories;
    const wanted = [...new Set(clusterIds)].filter((id) => !this.part.hasCluster(id));
    this.part.addClusters(await clusters.findMany(wanted));
    const found = [
      ...(await faceCensus.listInClusters(wanted, this.facesMax + 1)),
      ...(await faceCensus.listMany(faceIds)),
    ];
    const members = await this.membersOf(repositories, found);
    this.part.add(members);
    return { members, constraints: await constraints.findTouching(members.map(({ face }) => face.id)) };
  }

  private membersOf(repositories: TenantRepositories, found: readonly CountedFace[]): Promise<PartMember[]> {
    const fresh = new Map(found.map((face) => [face.id, face]));
    return this.part.measure(
      repositories,
      [...fresh.values()].filter(({ id }) => !this.part.has(id)),
    );
  }
}
