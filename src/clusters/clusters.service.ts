// Clusters by a human's hand: create, name, merge, split, delete; and single faces: move, dismiss. Each call is one
// transaction and one operation.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { CountedClusterRecord, FaceRecord } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { Change, ChangePlan } from '../domain/cluster/change-plan.js';
import { planDismiss, planMerge, planMove, planSplit } from '../domain/cluster/reshape.js';
import { DomainError } from '../domain/domain-error.js';
import { type ExpectedVersions, versionFits } from '../http/conditional.js';
import { type AppliedOperation, ApplyPlan } from './applying/apply-plan.js';
import { AssignmentPolicies } from './assignment/assignment-policies.js';
import type {
  ClusterPatchRequest,
  ClusterReport,
  FaceReport,
  MergeClustersRequest,
  NewClusterRequest,
  SplitClusterRequest,
} from './cluster-requests.js';
import { presentCluster } from './cluster.response.js';
import { fileConsent } from './file-consent.js';
import { faceFacts, getCluster, getFace, loadClusters, loadConstraints, refuseMerged } from './load-facts.js';

const invalid = (pointer: string, detail: string): DomainError =>
  new DomainError('request.invalid', detail, { faults: [{ pointer, detail, code: 'invalid' }] });

@Injectable()
export class ClustersService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /** A merged cluster is answered as it is, with `mergedInto`. @throws DomainError cluster.not_found */
  async get(tenantId: string, clusterId: string): Promise<CountedClusterRecord> {
    return this.tenants.forTenant(tenantId).read((repositories) => getCounted(repositories, clusterId));
  }

  /** Like `get`, but a merged cluster is answered with the one that it went into. @throws DomainError cluster.not_found */
  async getCurrent(tenantId: string, clusterId: string): Promise<CountedClusterRecord> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const cluster = await getCounted(repositories, clusterId);
      return cluster.mergedInto === null ? cluster : getCounted(repositories, cluster.mergedInto);
    });
  }

  /** A person whom a human knows: confirmed from the start. @throws DomainError face.not_found, constraint.conflict. */
  async create(tenantId: string, request: NewClusterRequest, actor: string): Promise<ClusterReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const clusterId = uuidv7();
      const create: Change = {
        do: 'create_cluster',
        clusterId,
        state: 'confirmed',
        label: request.label ?? null,
        externalRef: request.externalRef ?? null,
      };
      const moves: Change[] = [];
      const faceIds = [...new Set(request.faceIds ?? [])];
      const faces = await Promise.all(faceIds.map((faceId) => getFace(repositories, faceId)));
      const chosen = new Set(faceIds);
      const target = {
        id: clusterId,
        state: 'confirmed' as const,
        label: null,
        externalRef: null,
        faces: [],
      };
      for (const face of faces) {
        const source = await sourceOf(repositories, face);
        const constraints = await loadConstraints(repositories, source === null ? [] : [source.id], [
          face.id,
        ]);
        // Faces that come along are not left behind: nothing keeps them apart.
        const left = source && {
          ...source,
          faces: source.faces.filter((other) => other.id === face.id || !chosen.has(other.id)),
        };
        moves.push(
          ...planMove({
            face: faceFacts(face),
            source: left,
            target,
            constraints,
            override: request.override ?? false,
          }).changes,
        );
      }
      const operation = await this.apply(
        repositories,
        { kind: 'cluster_create', changes: [create, ...moves] },
        actor,
      );
      return { cluster: await getCounted(repositories, clusterId), operation };
    });
  }

  /**
   * Naming a provisional cluster confirms it: a human said who it is.
   * @param expected Versions that the change is meant for; default any.
   * @throws DomainError cluster.not_found, cluster.merged, cluster.changed (with the cluster), request.invalid (a cover face
   * of another cluster).
   */
  async update(
    tenantId: string,
    clusterId: string,
    patch: ClusterPatchRequest,
    actor: string,
    expected?: ExpectedVersions,
  ): Promise<ClusterReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const record = await getCounted(repositories, clusterId);
      refuseMerged(record);
      if (!versionFits(record.version, expected)) {
        throw new DomainError('cluster.changed', 'The cluster has changed since it was looked at.', {
          extensions: { cluster: presentCluster(record) },
        });
      }
      if (patch.coverFaceId !== undefined && patch.coverFaceId !== null) {
        const cover = await repositories.faces.find(patch.coverFaceId);
        if (cover?.clusterId !== clusterId)
          throw invalid('#/cover_face_id', 'the face is not in this cluster');
      }
      const named = typeof patch.label === 'string' && record.state === 'pending';
      const state = patch.state ?? (named ? 'confirmed' : undefined);
      const change: Change = {
        do: 'update_cluster',
        clusterId,
        ...(patch.label === undefined ? {} : { label: patch.label }),
        ...(patch.externalRef === undefined ? {} : { externalRef: patch.externalRef }),
        ...(patch.coverFaceId === undefined ? {} : { coverFaceId: patch.coverFaceId }),
        ...(state === undefined ? {} : { state }),
      };
      const operation = await this.apply(repositories, { kind: 'cluster_update', changes: [change] }, actor);
      if (patch.consentRef !== undefined) {
        await fileConsent(repositories, clusterId, patch.consentRef, operation);
      }
      return { cluster: await getCounted(repositories, clusterId), operation };
    });
  }

  /**
   * The source's faces move to the target; the source answers with `mergedInto` from then on.
   * @throws DomainError cluster.not_found, cluster.merged, cluster.labels_differ, constraint.conflict, request.invalid.
   */
  async merge(tenantId: string, request: MergeClustersRequest, actor: string): Promise<ClusterReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const source = await getCluster(repositories, request.sourceId);
      const target = await getCluster(repositories, request.targetId);
      const plan = planMerge({
        source,
        target,
        constraints: await loadConstraints(repositories, [source.id, target.id]),
        keepLabel: request.keepLabel ?? false,
        override: request.override ?? false,
      });
      const operation = await this.apply(repositories, plan, actor);
      return { cluster: await getCounted(repositories, target.id), operation };
    });
  }

  /**
   * Each group of face ids becomes a cluster; the rest stays. No part joins another again.
   * @returns The cluster that was split, then the new ones in the order of the groups.
   * @throws DomainError cluster.not_found, cluster.merged, constraint.conflict, request.invalid.
   */
  async split(
    tenantId: string,
    clusterId: string,
    request: SplitClusterRequest,
    actor: string,
  ): Promise<{ readonly clusters: readonly CountedClusterRecord[]; readonly operation: AppliedOperation }> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const cluster = await getCluster(repositories, clusterId);
      const plan = planSplit({
        cluster,
        groups: request.groups.map((faceIds) => ({ newClusterId: uuidv7(), faceIds })),
        constraints: await loadConstraints(repositories, [clusterId]),
        override: request.override ?? false,
      });
      const operation = await this.apply(repositories, plan, actor);
      const created = plan.changes.flatMap((change) =>
        change.do === 'create_cluster' ? [change.clusterId] : [],
      );
      const clusters: CountedClusterRecord[] = [];
      for (const id of [clusterId, ...created]) clusters.push(await getCounted(repositories, id));
      return { clusters, operation };
    });
  }

  /**
   * Takes a grouping back. Its faces stay, belong to nobody and are not grouped again by the machine; to erase a person's
   * faces use FaceErasure.deleteCluster.
   * @throws DomainError cluster.not_found
   */
  async dissolve(tenantId: string, clusterId: string, actor: string): Promise<AppliedOperation> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      await getCounted(repositories, clusterId);
      const facts = (await loadClusters(repositories, [clusterId])).get(clusterId);
      const changes: Change[] = (facts?.faces ?? []).map((face) => ({
        do: 'move_face',
        faceId: face.id,
        toClusterId: null,
        assignedBy: 'human',
        locked: true,
        similarity: null,
        probability: null,
      }));
      changes.push({ do: 'delete_cluster', clusterId });
      return this.apply(repositories, { kind: 'cluster_delete', changes }, actor);
    });
  }

  /**
   * A human moves one face; null: to nobody. The face is locked and kept apart from where it was.
   * @throws DomainError face.not_found, face.dismissed, cluster.not_found, cluster.merged, constraint.conflict.
   */
  async moveFace(
    tenantId: string,
    faceId: string,
    request: { readonly clusterId: string | null; readonly override?: boolean | undefined },
    actor: string,
  ): Promise<FaceReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const face = await getFace(repositories, faceId);
      const source = await sourceOf(repositories, face);
      const target = request.clusterId === null ? null : await getCluster(repositories, request.clusterId);
      const clusterIds = [source?.id, target?.id].filter((id): id is string => id !== undefined);
      const plan = planMove({
        face: faceFacts(face),
        source,
        target,
        constraints: await loadConstraints(repositories, clusterIds, [faceId]),
        override: request.override ?? false,
      });
      const operation = await this.apply(repositories, plan, actor);
      return { face: await getFace(repositories, faceId), operation };
    });
  }

  /** "Not a face": the embedding is erased, the box is kept. Doing it twice changes nothing. @throws DomainError face.not_found */
  async dismissFace(tenantId: string, faceId: string, actor: string): Promise<FaceReport> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      await getFace(repositories, faceId);
      const plan = planDismiss([faceId], await loadConstraints(repositories, [], [faceId]));
      const operation = await this.apply(repositories, plan, actor);
      return { face: await getFace(repositories, faceId), operation };
    });
  }

  private async apply(
    repositories: TenantRepositories,
    plan: ChangePlan,
    actor: string,
  ): Promise<AppliedOperation> {
    const policy = await this.policies.forTenant(repositories);
    return this.plans.apply(repositories, plan, { actor, at: new Date(), policy });
  }
}

async function getCounted(
  repositories: TenantRepositories,
  clusterId: string,
): Promise<CountedClusterRecord> {
  const cluster = await repositories.clusters.findCounted(clusterId);
  if (cluster === null) throw new DomainError('cluster.not_found', 'There is no such cluster.');
  return cluster;
}

async function sourceOf(repositories: TenantRepositories, face: FaceRecord) {
  if (face.clusterId === null) return null;
  return (await loadClusters(repositories, [face.clusterId])).get(face.clusterId) ?? null;
}
