// What humans elsewhere said about faces that are here already, weighed against what humans here said.
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { PhotoImportPlan } from '../../domain/transfer/plan-photo-import.js';
import { loadClusters } from '../load-facts.js';
import { weighStored } from '../weigh-proposal.js';

/** A human's word about a face that is here already: it moves, unless a human here said otherwise. */
export async function weighWishes(
  repositories: TenantRepositories,
  { wishes }: PhotoImportPlan,
): Promise<{ readonly changes: readonly Change[]; readonly conflicts: number }> {
  const changes: Change[] = [];
  const entered = new Set<string>();
  let conflicts = 0;
  for (const { face, clusterId } of wishes) {
    const clusters = await loadClusters(
      repositories,
      [clusterId, face.clusterId].flatMap((id) => id ?? []),
    );
    const target = (clusterId !== null && clusters.get(clusterId)) || null;
    const source = (face.clusterId !== null && clusters.get(face.clusterId)) || null;
    const verdict = await weighStored(repositories, 'import', {
      do: 'move',
      faces: [face],
      source,
      target,
      label: null,
    });
    // Nobody stands twice in a photo: the one that is there keeps the place.
    const taken =
      clusterId !== null &&
      (entered.has(clusterId) || target?.faces.some((other) => other.imageId === face.imageId) !== false);
    if (verdict.kind !== 'clear' || taken) conflicts++;
    else {
      if (clusterId !== null) entered.add(clusterId);
      changes.push({
        do: 'move_face',
        faceId: face.id,
        toClusterId: clusterId,
        assignedBy: 'human',
        locked: true,
      });
    }
    if (verdict.kind === 'ask') changes.push(verdict.question);
  }
  return { changes, conflicts };
}
