// Reads what the answers about faces, images and contradictions need, and has them planned.
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord, ImageRecord, ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { ChangePlan } from '../../domain/cluster/change-plan.js';
import { DomainError } from '../../domain/domain-error.js';
import type { ConstraintConflictEvidence, Proposal } from '../../domain/review/constraint-conflict.js';
import {
  type ConstraintConflictDecision,
  planConstraintConflictDecision,
} from '../../domain/review/constraint-conflict-effects.js';
import type { BoxedImage } from '../../domain/review/duplicate-image.js';
import {
  type DuplicateImageDecision,
  type PlacedFace,
  planDuplicateImageDecision,
} from '../../domain/review/duplicate-image-effects.js';
import {
  planSuspectFaceDecision,
  type SuspectFaceDecision,
} from '../../domain/review/suspect-face-effects.js';
import type { TenantPolicy } from '../assignment/assignment-policies.js';
import { faceFacts, getCluster, getFace, loadClusters, loadConstraints } from '../load-facts.js';
import { matchFace } from '../assignment/match-face.js';

export async function planSuspectFace(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: SuspectFaceDecision,
  policy: TenantPolicy,
): Promise<ChangePlan> {
  const face = await getFace(repositories, item.faceId ?? '');
  const match = decision.decision === 'is_face' ? await matchFace(repositories, face, policy) : null;
  return planSuspectFaceDecision(decision, {
    itemId: item.id,
    faceId: face.id,
    constraints: await loadConstraints(repositories, [], [face.id]),
    matched: match?.changes ?? [],
    clusterId: match?.clusterId ?? null,
  });
}

export async function planDuplicateImage(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: DuplicateImageDecision,
): Promise<ChangePlan> {
  const ids = [item.imageId ?? '', item.otherImageId ?? ''];
  const images = await repositories.images.findMany(ids);
  const [a, b] = ids.map((id) => images.find((image) => image.id === id));
  if (a === undefined || b === undefined) throw new DomainError('image.not_found', 'There is no such image.');
  const faces = await repositories.faces.listByImages(ids);
  const clusterIds = [...new Set(faces.flatMap((face) => face.clusterId ?? []))];
  return planDuplicateImageDecision(decision, {
    itemId: item.id,
    images: [boxed(a, faces), boxed(b, faces)],
    clusters: await loadClusters(repositories, clusterIds),
    constraints: await loadConstraints(
      repositories,
      clusterIds,
      faces.map((face) => face.id),
    ),
  });
}

const boxed = ({ id, width, height }: ImageRecord, faces: readonly FaceRecord[]): BoxedImage<PlacedFace> => ({
  id,
  width,
  height,
  faces: faces.filter((face) => face.imageId === id).map((face) => ({ ...faceFacts(face), box: face.box })),
});

export async function planConstraintConflict(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  decision: ConstraintConflictDecision,
): Promise<ChangePlan> {
  const { proposal: proposed } = item.evidence as unknown as ConstraintConflictEvidence;
  const source =
    proposed.source_cluster_id === null ? null : await getCluster(repositories, proposed.source_cluster_id);
  const target =
    proposed.target_cluster_id === null ? null : await getCluster(repositories, proposed.target_cluster_id);
  const faces = (await repositories.faces.findMany(proposed.face_ids)).map(faceFacts);
  const proposal: Proposal | null =
    proposed.do === 'move'
      ? { do: 'move', faces, source, target, label: proposed.label }
      : source && target && { do: 'merge', source, target };
  if (proposal === null) throw new DomainError('cluster.not_found', 'There is no such cluster.');
  const clusterIds = [source, target].flatMap((cluster) => cluster?.id ?? []);
  return planConstraintConflictDecision(decision, {
    itemId: item.id,
    proposal,
    constraints: await loadConstraints(repositories, clusterIds, proposed.face_ids),
    newClusterId: uuidv7(),
  });
}
