// A stored face that belongs to nobody finds its cluster as a new face would, and what was said about it is obeyed.
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { decideAssignment } from '../../domain/cluster/assignment.js';
import type { Candidate } from '../../domain/cluster/candidates.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import { blockingConstraints } from '../../domain/cluster/constraints.js';
import { imagesInBoth } from '../../domain/cluster/same-image.js';
import type { TenantPolicy } from './assignment-policies.js';
import { followUp } from './decision-changes.js';
import { gatherAll } from './gather-candidates.js';
import { loadClusters, loadConstraints } from '../load-facts.js';

export interface FaceMatch {
  readonly clusterId: string;
  readonly changes: readonly Change[];
}

/** @param face Unclustered. Without an embedding in today's space it founds a cluster of its own. */
export async function matchFace(
  repositories: TenantRepositories,
  face: FaceRecord,
  policy: TenantPolicy,
): Promise<FaceMatch> {
  const [stored] = await repositories.embeddings.load([face.id], policy.space);
  const probes = stored === undefined ? [] : [{ embedding: stored.embedding, quality: face.quality }];
  const gathered = await gatherAll(repositories, probes, policy);
  const candidates = await obeying(repositories, face, gathered.candidates[0] ?? []);
  const probe = { faceId: face.id, imageId: face.imageId, contentKey: face.id, reasons: [] };
  const decision = decideAssignment(probe, candidates, policy, gathered.pair);
  const clusterId = decision.kind === 'assign' ? decision.clusterId : uuidv7();
  const compared = decision.kind === 'assign' || decision.kind === 'ask' ? decision : null;
  return {
    clusterId,
    changes: [
      ...(decision.kind === 'assign'
        ? []
        : [
            {
              do: 'create_cluster',
              clusterId,
              state: 'pending',
              label: null,
              externalRef: null,
            } as const,
          ]),
      {
        do: 'move_face',
        faceId: face.id,
        toClusterId: clusterId,
        assignedBy: 'auto',
        similarity: compared?.similarity ?? null,
        probability: compared?.probability ?? null,
      },
      ...followUp(decision, clusterId, gathered),
    ],
  };
}

/** Marks the candidates that the face may not join: a human keeps it out, or the cluster holds another face of its photo. */
async function obeying(
  repositories: TenantRepositories,
  face: FaceRecord,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const ids = candidates.map((candidate) => candidate.clusterId);
  if (ids.length === 0) return [];
  const clusters = await loadClusters(repositories, ids);
  const constraints = await loadConstraints(repositories, ids, [face.id]);
  return candidates.map((candidate) => {
    const members = clusters.get(candidate.clusterId)?.faces ?? [];
    const memberIds = members.map((member) => member.id);
    return {
      ...candidate,
      cannotLink: blockingConstraints([face.id], memberIds, constraints).length > 0,
      holdsImage: imagesInBoth([face], members, constraints).length > 0,
    };
  });
}
