// The part of a tenant that a change concerns, so that the rest need not be grouped anew.
//
// [Note: Closure] What one face becomes depends on the faces that it is linked to, ties and words of humans, and the cluster it lies in,
// and on what these depend on in turn. All faces that are reached that way from the changed ones are a closure: nothing outside it
// enters its groups, its clusters or its questions, so grouped alone it comes out as it would among all faces. Attach-only faces are
// followed like others: a closure may be larger than what has changed, never smaller. Links are found by looking at every vector.
//
// [Note: Changed faces] Operations name what they changed. Of faces that have gone nobody knows any more whom they were linked to, so
// that all faces are grouped anew after an erasure.
import type { LinkedFace } from '../../database/repositories/link-repository.js';
import type { TenantRepositories, TenantScope } from '../../database/tenant-store.js';
import type { EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import { PartOfTenant, type PartMember } from './part-of-tenant.js';
import { ReachPart } from './reach-part.js';
import type { TenantCensus } from './read-census.js';

/** Faces of a closure; from a larger one on, comparing all pairs of the tenant is the shorter way. */
export const CLOSURE_FACES_MAX = 2000;
/** Operations since the last consolidation, and faces and clusters that they name. */
const OPERATIONS_MAX = 5000;
const NAMED_MAX = 2000;
/** Faces whose links are looked for at once, each in all vectors of the tenant. */
const PROBES = 32;
/** The database's products are of rounded vectors: a link within this of the least one counts, which makes a closure only larger. */
const ROUNDING = 0.002;

/** @returns null where all faces are to be read instead: too much has changed, or too many faces hang together. */
export async function readClosure(
  scope: TenantScope,
  evidence: EvidenceCalibration,
): Promise<TenantCensus | null> {
  const begun = await scope.read(async (repositories) => {
    const seenThrough = await repositories.operations.newestId();
    const after = await repositories.tenant.consolidatedThrough();
    if (seenThrough === null || after === null) return null;
    const changes = await repositories.changes.since(after, seenThrough, OPERATIONS_MAX);
    const { facesGone, spaceChanged, faceIds, clusterIds, through } = changes;
    const unknown = facesGone || spaceChanged || (through !== null && through !== seenThrough);
    if (unknown || faceIds.length + clusterIds.length > NAMED_MAX) return null;
    return { seenThrough, faceIds, clusterIds };
  });
  if (begun === null) return null;
  const part = new PartOfTenant(evidence);
  const closure = new Closure(scope, evidence, part);
  if (!(await closure.grow(begun.faceIds, begun.clusterIds))) return null;
  return part.census(begun.seenThrough);
}

class Closure {
  /** Faces that were looked at and are not reached so far. */
  private readonly seen = new Map<string, PartMember>();

  private readonly reaching: ReachPart;

  constructor(
    private readonly scope: TenantScope,
    private readonly evidence: EvidenceCalibration,
    private readonly part: PartOfTenant,
  ) {
    this.reaching = new ReachPart(scope, part, CLOSURE_FACES_MAX);
  }

  /** @returns False when it outgrew its bound. */
  async grow(faceIds: readonly string[], clusterIds: readonly string[]): Promise<boolean> {
    const probes = await this.reaching.reach(faceIds, clusterIds);
    while (probes.length > 0 && !this.reaching.outgrown)
      probes.push(...(await this.reaching.reach(await this.linkedTo(probes.splice(0, PROBES)), [])));
    return !this.reaching.outgrown;
  }

  /** Faces that depend on one of the probes, or it on them. */
  private async linkedTo(probes: readonly PartMember[]): Promise<string[]> {
    const { space, links } = this.evidence;
    const idsOf = (clear: boolean): string[] =>
      probes.filter((probe) => probe.clear === clear).map(({ face }) => face.id);
    return this.scope.read(async (repositories) => {
      const least = links.ingestSimilarityMin - ROUNDING;
      const toClear = await repositories.links.exact(idsOf(true), space, least);
      const toDoubted = await repositories.links.exact(idsOf(false), space, least);
      await this.look(repositories, [...toClear, ...toDoubted]);
      const clear = (id: string): boolean => this.seen.get(id)?.clear ?? false;
      const near = toClear.filter(
        ({ faceId, similarity }) => !clear(faceId) || similarity >= links.similarityMin - ROUNDING,
      );
      // Two attach-only faces are nothing to each other.
      return [...near, ...toDoubted.filter(({ faceId }) => clear(faceId))]
        .map(({ faceId }) => faceId)
        .filter((id) => !this.part.has(id) && this.seen.has(id));
    });
  }

  private async look(repositories: TenantRepositories, linked: readonly LinkedFace[]): Promise<void> {
    const unknown = [...new Set(linked.map(({ faceId }) => faceId))].filter(
      (id) => !this.seen.has(id) && !this.part.has(id),
    );
    const faces = await repositories.faceCensus.listMany(unknown);
    for (const member of await this.part.measure(repositories, faces)) this.seen.set(member.face.id, member);
  }
}
