// Reads what the planner of an undo needs to know, inside the transaction that will apply its plan.
import type { ClusterRecord, FaceRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { clustersOf, facesOf, type RecordedChanges } from '../../domain/cluster/recorded-changes.js';
import type { ClusterNow, FaceNow, UndoFacts } from '../../domain/cluster/undo-facts.js';
import { faceFacts } from '../load-facts.js';

const faceNow = (face: FaceRecord): FaceNow => ({
  ...faceFacts(face),
  assignedBy: face.assignedBy,
  similarity: face.similarity,
  probability: face.probability,
});

const clusterNow = ({ id, state, label, coverFaceId, mergedInto }: ClusterRecord): ClusterNow => ({
  id,
  state,
  label,
  coverFaceId,
  mergedInto,
});

const given = (ids: readonly (string | null | undefined)[]): string[] => [
  ...new Set(ids.filter((id): id is string => typeof id === 'string')),
];

export async function loadUndoFacts(
  repositories: TenantRepositories,
  changes: RecordedChanges,
): Promise<UndoFacts> {
  const { items_opened, items_changed, constraints_added, constraints_retired, constraints_reinstated } =
    changes;
  const named = await repositories.constraints.findMany([
    ...constraints_added,
    ...constraints_retired,
    ...constraints_reinstated,
  ]);
  const items = await repositories.reviewItems.findMany([
    ...items_opened,
    ...items_changed.map(({ id }) => id),
  ]);

  const moved = facesOf(changes);
  const covers = [...changes.clusters_changed, ...changes.clusters_deleted].map(
    ({ before }) => before?.cover_face_id,
  );
  const faces = new Map<string, FaceNow>();
  const own = await repositories.faces.findMany(
    given([...moved, ...covers, ...named.flatMap(({ faceA, faceB }) => [faceA, faceB])]),
  );
  const clusters = await loadClusterRows(repositories, [
    ...clustersOf(changes),
    ...own.map((face) => face.clusterId),
    ...changes.clusters_changed.map(({ before }) => before.merged_into),
    ...changes.clusters_deleted.map(({ before }) => before?.merged_into),
    ...items.map((item) => item.clusterId),
    ...items_changed.flatMap(({ before }) => [before.cluster_id, before.other_cluster_id]),
  ]);
  for (const face of await repositories.faces.listByClusters(placesOf(changes, clusters))) {
    faces.set(face.id, faceNow(face));
  }
  for (const face of own) faces.set(face.id, faceNow(face));

  const mergedInto = new Map<string, string[]>();
  for (const { id, mergedInto: into } of await repositories.clusters.listMergedInto(changes.clusters_added)) {
    mergedInto.set(into!, [...(mergedInto.get(into!) ?? []), id]);
  }
  const openNow = await repositories.reviewItems.findOpenAsking(items);
  const isOpen = (state: string): boolean => state === 'open' || state === 'claimed';
  return {
    faces,
    clusters,
    mergedInto,
    constraints: await repositories.constraints.findTouching([...faces.keys()]),
    constraintsNamed: new Map(
      named.map(({ retiredAt, ...constraint }) => [
        constraint.id,
        { ...constraint, retired: retiredAt !== null },
      ]),
    ),
    items: new Map(
      items.map(({ id, kind, subjectKey, state, operationId, faceId, clusterId, evidence }) => {
        const emptied = Object.keys(evidence).length === 0;
        return [id, { id, kind, subjectKey, open: isOpen(state), operationId, faceId, clusterId, emptied }];
      }),
    ),
    openSubjects: new Set(openNow.map(({ kind, subjectKey }) => `${kind} ${subjectKey}`)),
  };
}

/** Rows of the clusters, and of what they were merged into. */
async function loadClusterRows(
  repositories: TenantRepositories,
  ids: readonly (string | null | undefined)[],
): Promise<Map<string, ClusterNow>> {
  const rows = await repositories.clusters.findMany(given(ids));
  const targets = await repositories.clusters.findMany(given(rows.map((row) => row.mergedInto)));
  return new Map([...rows, ...targets].map((row) => [row.id, clusterNow(row)]));
}

/** Clusters whose members matter: those that faces go back to, those that the operation made or had parted, and the ends of its joins. */
function placesOf(changes: RecordedChanges, clusters: ReadonlyMap<string, ClusterNow>): string[] {
  const ids = new Set<string>(changes.clusters_added);
  for (const { before, after } of changes.faces_changed) {
    for (const id of [before.cluster_id, after.cluster_id]) {
      if (typeof id !== 'string') continue;
      ids.add(id);
      const target = clusters.get(id)?.mergedInto;
      if (typeof target === 'string') ids.add(target);
    }
  }
  for (const { id, before } of changes.clusters_changed)
    if (before.state === 'merged') for (const end of given([id, before.merged_into])) ids.add(end);
  return [...ids];
}
