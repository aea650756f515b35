// Enrolling a person by name with one photo, and taking that back. Several faces are no failure: the largest usable one is meant.
import { Injectable } from '@nestjs/common';
import { ClusterLists } from '../clusters/cluster-lists.js';
import { ClustersService } from '../clusters/clusters.service.js';
import { FaceErasure } from '../clusters/face-erasure.js';
import type { CountedClusterRecord, FaceRecord } from '../database/records.js';
import { DomainError } from '../domain/domain-error.js';
import type { StagedUpload } from '../ingest/staging-storage.js';
import { ImagesService } from './images.service.js';

export interface Enrolment {
  readonly face: FaceRecord;
  readonly cluster: CountedClusterRecord;
  /** Faces in the photo. */
  readonly faceCount: number;
}

/** Faces of a person that are looked at in one step. */
const FACES_STEP = 100;

@Injectable()
export class EnrolmentService {
  constructor(
    private readonly images: ImagesService,
    private readonly clusters: ClustersService,
    private readonly lists: ClusterLists,
    private readonly erasure: FaceErasure,
  ) {}

  /** @throws DomainError image.*, image.no_face (the photo is not kept then), inference.busy, tenant.quota_exceeded */
  async enrol(tenantId: string, name: string, upload: StagedUpload, actor: string): Promise<Enrolment> {
    const { image, faces, created } = await this.images.addNow({ tenantId, actor, upload, label: name });
    const shown = faces.filter(({ state }) => state !== 'dismissed').sort(usableAndLargeFirst);
    const [face] = shown;
    if (face === undefined) {
      if (created) await this.images.delete(tenantId, image.id, actor);
      throw new DomainError('image.no_face', 'No face was found in the picture.');
    }
    const cluster = await this.named(tenantId, face, name, actor);
    return { face: { ...face, clusterId: cluster.id }, cluster, faceCount: shown.length };
  }

  /**
   * Erases a face, and its photo unless that shows another person who has a name.
   * @throws DomainError face.not_found
   */
  async withdrawFace(tenantId: string, face: FaceRecord, actor: string): Promise<void> {
    await this.erasure.deleteFace(tenantId, face.id, actor);
    await this.deletePhotos(tenantId, [face.imageId], actor);
  }

  /** Erases a person with all faces, and their photos like `withdrawFace`. @throws DomainError cluster.not_found */
  async withdrawPerson(tenantId: string, clusterId: string, actor: string): Promise<void> {
    const imageIds = new Set<string>();
    let after: string | undefined;
    do {
      const faces = await this.lists.faces(tenantId, clusterId, { limit: FACES_STEP, after });
      for (const { imageId } of faces) imageIds.add(imageId);
      after = faces.length < FACES_STEP ? undefined : faces.at(-1)!.id;
    } while (after !== undefined);
    await this.erasure.deleteCluster(tenantId, clusterId, actor);
    await this.deletePhotos(tenantId, [...imageIds], actor);
  }

  /** The cluster of that name with the face in it. */
  private async named(
    tenantId: string,
    face: FaceRecord,
    name: string,
    actor: string,
  ): Promise<CountedClusterRecord> {
    const home = face.clusterId === null ? null : await this.clusters.get(tenantId, face.clusterId);
    if (home?.label === name) return home;
    const [holder] = await this.lists.clusters(tenantId, { limit: 1, label: name });
    if (holder !== undefined) {
      await this.clusters.moveFace(tenantId, face.id, { clusterId: holder.id, override: true }, actor);
      return this.clusters.get(tenantId, holder.id);
    }
    // A group that nobody named yet is this person's; one with another's name keeps its other faces.
    const report =
      home !== null && home.label === null
        ? await this.clusters.update(tenantId, home.id, { label: name }, actor)
        : await this.clusters.create(tenantId, { label: name, faceIds: [face.id], override: true }, actor);
    return report.cluster;
  }

  private async deletePhotos(tenantId: string, imageIds: readonly string[], actor: string): Promise<void> {
    for (const imageId of imageIds) {
      const { faces } = await this.images.get(tenantId, imageId);
      const clusterIds = new Set(faces.flatMap(({ clusterId }) => clusterId ?? []));
      const others = await Promise.all([...clusterIds].map((id) => this.clusters.get(tenantId, id)));
      if (others.every(({ label }) => label === null)) await this.images.delete(tenantId, imageId, actor);
    }
  }
}

function usableAndLargeFirst(a: FaceRecord, b: FaceRecord): number {
  const usable = ({ reasons }: FaceRecord): number => (reasons.length === 0 ? 1 : 0);
  const area = ({ box }: FaceRecord): number => box.width * box.height;
  return usable(b) - usable(a) || area(b) - area(a);
}
