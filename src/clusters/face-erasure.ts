// Erasure: faces go with their embeddings, the constraints that name them and the evidence of items about them. It cannot
// be undone.
import { Injectable } from '@nestjs/common';
import type { ImageRecord } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { Change, PlanKind } from '../domain/cluster/change-plan.js';
import { DomainError } from '../domain/domain-error.js';
import { type AppliedOperation, ApplyPlan } from './apply-plan.js';
import { AssignmentPolicies } from './assignment-policies.js';
import { getFace } from './load-facts.js';

@Injectable()
export class FaceErasure {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /** A cluster that loses its last face goes with it. @throws DomainError face.not_found */
  async deleteFace(tenantId: string, faceId: string, actor: string): Promise<AppliedOperation> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      await getFace(repositories, faceId);
      return this.erase(repositories, 'face_delete', [faceId], [], actor);
    });
  }

  /**
   * Deletes the rows of an image and of its faces; the blob is the caller's, after this has returned.
   * @returns The image as it was. @throws DomainError image.not_found
   */
  async deleteImage(
    tenantId: string,
    imageId: string,
    actor: string,
  ): Promise<{ readonly image: ImageRecord; readonly operation: AppliedOperation }> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const faces = await repositories.faces.listByImages([imageId]);
      const image = await repositories.images.find(imageId);
      if (image === null) throw new DomainError('image.not_found', 'There is no such image.');
      const operation = await this.erase(
        repositories,
        'image_delete',
        faces.map((face) => face.id),
        [],
        actor,
      );
      const cancelled = await cancelItemsAbout(repositories, imageId, operation);
      await repositories.images.delete(imageId);
      return {
        image,
        operation: { ...operation, cancelledItemIds: [...operation.cancelledItemIds, ...cancelled].sort() },
      };
    });
  }

  /** Erases a cluster with all its faces; the images stay. @throws DomainError cluster.not_found */
  async deleteCluster(tenantId: string, clusterId: string, actor: string): Promise<AppliedOperation> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      if ((await repositories.clusters.find(clusterId)) === null) {
        throw new DomainError('cluster.not_found', 'There is no such cluster.');
      }
      const faceIds = await repositories.faces.listIdsByClusters([clusterId]);
      return this.erase(repositories, 'cluster_delete', faceIds, [clusterId], actor);
    });
  }

  private async erase(
    repositories: TenantRepositories,
    kind: PlanKind,
    faceIds: readonly string[],
    clusterIds: readonly string[],
    actor: string,
  ): Promise<AppliedOperation> {
    const changes = [
      ...faceIds.map((faceId): Change => ({ do: 'erase_face', faceId })),
      ...clusterIds.map((clusterId): Change => ({ do: 'delete_cluster', clusterId })),
    ];
    const policy = await this.policies.forTenant(repositories);
    const operation = await this.plans.apply(
      repositories,
      { kind, changes },
      { actor, at: new Date(), policy },
    );
    // Answers that are kept for clients who ask again tell of people, too.
    await repositories.idempotencyKeys.forgetNaming([...faceIds, ...operation.deletedClusterIds]);
    return operation;
  }
}

/** Closes the questions about the image as a whole; those about its faces went with the faces. @returns Their ids. */
async function cancelItemsAbout(
  { reviewItems }: TenantRepositories,
  imageId: string,
  { operationId, actor, createdAt }: AppliedOperation,
): Promise<string[]> {
  const ids = await reviewItems.findOpenAboutImage(imageId);
  if (ids.length === 0) return ids;
  const closing = { operationId, resolvedBy: actor, resolvedAt: createdAt };
  await reviewItems.closeMany(ids, { ...closing, state: 'cancelled', outcome: null });
  await reviewItems.replaceEvidence(ids, {});
  return ids;
}
