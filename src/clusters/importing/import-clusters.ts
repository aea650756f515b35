// Clusters of an import: kept under their ids, or the ones that are here already.
import type { ClusterRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { IncomingCluster } from './incoming.js';

export interface ImportedClusters {
  /** Cluster here by its id in the export; null: it was merged into one that is gone. */
  readonly homes: ReadonlyMap<string, string | null>;
  /** Those that were merged into another here, and this one. */
  readonly mapped: readonly (readonly [string, string])[];
  /** Clusters here that have no cover. */
  readonly coverless: ReadonlySet<string>;
  /** Inserted by this. */
  readonly added: readonly ClusterRecord[];
  /** What the machine had left open here and the import fills in. */
  readonly changes: readonly Change[];
}

/** @param clusters As the export has them. Their covers are set by the caller: a cover must be here first. */
export async function importClusters(
  repositories: TenantRepositories,
  clusters: readonly IncomingCluster[],
): Promise<ImportedClusters> {
  const known = new Map(
    (await repositories.clusters.findMany(clusters.map(({ id }) => id))).map((one) => [one.id, one]),
  );
  const targets = clusters.flatMap(({ mergedInto }) => mergedInto ?? []);
  const there = new Set([
    ...(await repositories.clusters.findMany(targets)).map(({ id }) => id),
    ...clusters.map(({ id }) => id),
  ]);
  const homes = new Map<string, string | null>();
  const mapped: [string, string][] = [];
  const added: ClusterRecord[] = [];
  const changes: Change[] = [];
  for (const cluster of clusters) {
    const here = known.get(cluster.id);
    if (here === undefined) {
      const { mergedInto } = cluster;
      const into = mergedInto !== null && there.has(mergedInto) ? mergedInto : null;
      const { consentRef: _consentRef, ...record } = cluster;
      added.push({ ...record, coverFaceId: null, mergedInto: into });
      homes.set(cluster.id, cluster.state === 'merged' ? into : cluster.id);
      continue;
    }
    homes.set(cluster.id, here.state === 'merged' ? here.mergedInto : here.id);
    if (here.mergedInto !== null) mapped.push([cluster.id, here.mergedInto]);
    changes.push(...filledIn(cluster, here));
  }
  await repositories.clusters.insertMany(added);
  const fresh = new Set(added.map(({ id }) => id));
  for (const { id, consentRef } of clusters)
    if (consentRef !== null && fresh.has(id)) await repositories.clusters.setConsentRef(id, consentRef);
  const standing = [...added, ...known.values()];
  const coverless = new Set(standing.filter(({ coverFaceId }) => coverFaceId === null).map(({ id }) => id));
  return { homes, mapped, coverless, added, changes };
}

/** A name, or that it is hidden, where nobody has said anything here. */
function filledIn(incoming: ClusterRecord, here: ClusterRecord): Change[] {
  const { state, label, externalRef } = incoming;
  const open = here.state === 'pending' && here.label === null;
  if (!open || state === 'merged' || (state === 'pending' && label === null)) return [];
  return [
    {
      do: 'update_cluster',
      clusterId: here.id,
      state,
      label,
      ...(here.externalRef === null ? { externalRef } : {}),
    },
  ];
}
