// Folds the face changes of a plan into one patch for each face, and writes them.
import type { FacePatch } from '../../database/repositories/face-repository.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';

export interface FaceWrites {
  readonly patches: ReadonlyMap<string, FacePatch>;
  readonly dismissed: readonly string[];
  readonly erased: readonly string[];
}

const DISMISSED: FacePatch = {
  clusterId: null,
  state: 'dismissed',
  assignedBy: 'human',
  locked: true,
  similarity: null,
  probability: null,
};

/** Later changes of one face win over earlier ones. */
export function foldFaceChanges(changes: readonly Change[]): FaceWrites {
  const patches = new Map<string, FacePatch>();
  const dismissed = new Set<string>();
  const erased = new Set<string>();
  const add = (faceId: string, patch: FacePatch): void => {
    patches.set(faceId, { ...patches.get(faceId), ...patch });
  };
  for (const change of changes) {
    if (change.do === 'move_face') {
      add(change.faceId, {
        clusterId: change.toClusterId,
        state: change.toClusterId === null ? 'unclustered' : 'active',
        ...(change.assignedBy === undefined ? {} : { assignedBy: change.assignedBy }),
        ...(change.locked === undefined ? {} : { locked: change.locked }),
        ...(change.similarity === undefined ? {} : { similarity: change.similarity }),
        ...(change.probability === undefined ? {} : { probability: change.probability }),
      });
    } else if (change.do === 'lock_face') {
      add(change.faceId, { assignedBy: 'human', locked: true });
    } else if (change.do === 'dismiss_face') {
      dismissed.add(change.faceId);
      add(change.faceId, DISMISSED);
    } else if (change.do === 'erase_face') {
      erased.add(change.faceId);
    }
  }
  for (const faceId of erased) patches.delete(faceId);
  return { patches, dismissed: [...dismissed], erased: [...erased] };
}

/** One statement a patch; embeddings of dismissed faces are erased. Centroids are the caller's to recompute. */
export async function writeFaces(repositories: TenantRepositories, writes: FaceWrites): Promise<void> {
  for (const { ids, patch } of groupByPatch(writes.patches)) await repositories.faces.update(ids, patch);
  if (writes.dismissed.length > 0) await repositories.embeddings.deleteByFaceIds(writes.dismissed);
  if (writes.erased.length > 0) await repositories.faces.delete(writes.erased);
}

/** Faces that take the same patch, so that each patch is one statement. */
function groupByPatch(
  patches: ReadonlyMap<string, FacePatch>,
): { readonly ids: string[]; readonly patch: FacePatch }[] {
  const groups = new Map<string, { ids: string[]; patch: FacePatch }>();
  for (const [faceId, patch] of patches) {
    const key = JSON.stringify(Object.entries(patch).sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ids: [faceId], patch });
    else group.ids.push(faceId);
  }
  return [...groups.values()];
}
