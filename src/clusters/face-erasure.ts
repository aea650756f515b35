// Erasure: faces go with their embeddings, the constraints that name them and the evidence of items about them. It cannot
// be undone. What is left to do after the rows, and the receipt, is the erasure's (src/erasure).
import { Injectable } from '@nestjs/common';
import type { ErasureRecord } from '../database/repositories/erasure-record.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { Change } from '../domain/cluster/change-plan.js';
import { DomainError } from '../domain/domain-error.js';
import { type ErasurePlan, isUnderHold, refuseUnderHold } from '../erasure/legal-hold.js';
import { newErasureId, openErasure } from '../erasure/open-erasure.js';
import { type AppliedOperation, ApplyPlan } from './applying/apply-plan.js';
import { AssignmentPolicies } from './assignment/assignment-policies.js';
import { getFace } from './load-facts.js';

/** What goes, beside the subject itself. */
interface Subject {
  readonly kind: 'face' | 'image' | 'cluster';
  readonly subjectId: string;
  readonly faceIds: readonly string[];
}

/** A finished change, and the erasure that is to be completed. */
export interface BegunErasure {
  readonly operation: AppliedOperation;
  readonly erasure: ErasureRecord;
}

const PLAN_KINDS = { face: 'face_delete', image: 'image_delete', cluster: 'cluster_delete' } as const;

@Injectable()
export class FaceErasure {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /** A cluster that loses its last face goes with it. @throws DomainError face.not_found, retention.legal_hold */
  deleteFace(tenantId: string, faceId: string, actor: string): Promise<BegunErasure> {
    return this.run(tenantId, 'face', faceId, actor);
  }

  /** Erases the rows of an image and of its faces; the file goes when the erasure is completed. @throws as deleteFace, image.not_found */
  deleteImage(tenantId: string, imageId: string, actor: string): Promise<BegunErasure> {
    return this.run(tenantId, 'image', imageId, actor);
  }

  /**
   * Erases a cluster with all its faces; the images stay. @throws as deleteFace, cluster.not_found
   * @param before Done in the same transaction, while everything is still there.
   */
  deleteCluster(
    tenantId: string,
    clusterId: string,
    actor: string,
    before?: (repositories: TenantRepositories) => Promise<void>,
  ): Promise<BegunErasure> {
    return this.run(tenantId, 'cluster', clusterId, actor, before);
  }

  /** @throws DomainError face.not_found, image.not_found, cluster.not_found */
  async inventory(tenantId: string, kind: Subject['kind'], subjectId: string): Promise<ErasurePlan> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => ({
      counts: await countOf(repositories, await find(repositories, kind, subjectId)),
      legalHold: await isUnderHold(repositories),
    }));
  }

  private async run(
    tenantId: string,
    kind: Subject['kind'],
    subjectId: string,
    actor: string,
    before?: (repositories: TenantRepositories) => Promise<void>,
  ): Promise<BegunErasure> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const subject = await find(repositories, kind, subjectId);
      await refuseUnderHold(repositories);
      await before?.(repositories);
      const counts = await countOf(repositories, subject);
      const { operation, forgotten } = await this.erase(repositories, subject, actor);
      const erasure = await openErasure(repositories, newErasureId(), {
        kind,
        subjectId,
        phase: kind === 'image' ? 'files' : 'verify',
        counts: { ...counts, ...forgotten },
        work: { face_ids: subject.faceIds },
      });
      return { operation, erasure };
    });
  }

  private async erase(
    repositories: TenantRepositories,
    { kind, subjectId, faceIds }: Subject,
    actor: string,
  ): Promise<{ operation: AppliedOperation; forgotten: Readonly<Record<string, number>> }> {
    const clusterIds = kind === 'cluster' ? [subjectId] : [];
    const changes = [
      ...faceIds.map((faceId): Change => ({ do: 'erase_face', faceId })),
      ...clusterIds.map((clusterId): Change => ({ do: 'delete_cluster', clusterId })),
    ];
    const imageId = kind === 'image' ? subjectId : null;
    // Read before the rows go that the items name. What was merged into the person was the person, too.
    const going = [...clusterIds, ...(await clustersOnlyOf(repositories, faceIds))];
    const merged = (await repositories.clusters.listMergedInto(going)).map(({ id }) => id);
    const about = await repositories.reviewErasure.idsAbout({
      faceIds,
      clusterIds: [...going, ...merged],
      imageId,
    });
    const policy = await this.policies.forTenant(repositories);
    const operation = await this.plans.apply(
      repositories,
      { kind: PLAN_KINDS[kind], changes },
      { actor, at: new Date(), policy },
    );
    const cancelled = imageId === null ? [] : await cancelItemsAbout(repositories, imageId, operation);
    if (imageId !== null) await repositories.images.delete(imageId);
    await repositories.clusters.forgetNames(merged);
    const cancelledItemIds = [...operation.cancelledItemIds, ...cancelled].sort();
    const emptied = await repositories.reviewErasure.forgetClosed([
      ...new Set([...about, ...cancelledItemIds]),
    ]);
    // Answers that are kept for clients who ask again tell of people, too.
    const answers = await repositories.idempotencyKeys.forgetNaming([
      ...faceIds,
      ...operation.deletedClusterIds,
    ]);
    return {
      operation: { ...operation, cancelledItemIds },
      forgotten: { review_items_emptied: emptied, idempotency_keys: answers },
    };
  }
}

/** The subject and the faces that go with it. @throws DomainError face.not_found, image.not_found, cluster.not_found */
async function find(
  repositories: TenantRepositories,
  kind: Subject['kind'],
  subjectId: string,
): Promise<Subject> {
  switch (kind) {
    case 'face':
      await getFace(repositories, subjectId);
      return { kind, subjectId, faceIds: [subjectId] };
    case 'image': {
      if ((await repositories.images.find(subjectId)) === null) {
        throw new DomainError('image.not_found', 'There is no such image.');
      }
      const faces = await repositories.faces.listByImages([subjectId]);
      return { kind, subjectId, faceIds: faces.map((face) => face.id) };
    }
    case 'cluster':
      if ((await repositories.clusters.find(subjectId)) === null) {
        throw new DomainError('cluster.not_found', 'There is no such cluster.');
      }
      return { kind, subjectId, faceIds: await repositories.faces.listIdsByClusters([subjectId]) };
  }
}

/** Clusters that have no other faces: they go with these. */
async function clustersOnlyOf(
  { faces }: TenantRepositories,
  faceIds: readonly string[],
): Promise<readonly string[]> {
  const going = await faces.findMany(faceIds);
  const held = new Map<string, number>();
  for (const { clusterId } of going)
    if (clusterId !== null) held.set(clusterId, (held.get(clusterId) ?? 0) + 1);
  const counts = await faces.countByClusters([...held.keys()]);
  return counts.flatMap(({ clusterId, faceCount }) => (faceCount === held.get(clusterId) ? [clusterId] : []));
}

async function countOf(
  { erasures }: TenantRepositories,
  subject: Subject,
): Promise<Readonly<Record<string, number>>> {
  const { clusters, ...rows } = await erasures.rowsAbout(subject);
  // A cluster whose cover goes does not go itself.
  return {
    ...rows,
    ...(subject.kind === 'cluster' ? { clusters: clusters! } : {}),
    ...(subject.kind === 'image' ? { files: 1 } : {}),
  };
}

/** Closes the questions about the image as a whole; those about its faces went with the faces. @returns Their ids. */
async function cancelItemsAbout(
  { reviewItems, reviewErasure }: TenantRepositories,
  imageId: string,
  { operationId, actor, createdAt }: AppliedOperation,
): Promise<string[]> {
  const ids = await reviewErasure.findOpenAboutImage(imageId);
  if (ids.length === 0) return ids;
  const closing = { operationId, resolvedBy: actor, resolvedAt: createdAt };
  await reviewItems.closeMany(ids, { ...closing, state: 'cancelled', outcome: null });
  await reviewErasure.emptyEvidence(ids);
  return ids;
}
