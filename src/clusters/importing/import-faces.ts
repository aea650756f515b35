// Which faces of an imported photo come in, which are here already, under which ids, and what decides where they go.
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord, ImageRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { matchingFaces } from '../../domain/review/duplicate-image.js';
import type { PhotoImportFacts } from '../../domain/transfer/plan-photo-import.js';
import type { IncomingConstraint, IncomingFace, IncomingPhoto } from './incoming.js';
import { faceFacts } from '../load-facts.js';

/** What was erased here, by its own id or with its person, does not come back. */
export async function withoutErased(
  repositories: TenantRepositories,
  photo: IncomingPhoto,
): Promise<{ readonly faces: readonly IncomingFace[]; readonly erased: number }> {
  const gone = await repositories.operations.erasedAmong({
    faceIds: photo.faces.map(({ record }) => record.id),
    clusterIds: photo.clusters.map(({ id }) => id),
  });
  const faces = photo.faces.filter(
    ({ record: { id, clusterId } }) => !gone.has(id) && (clusterId === null || !gone.has(clusterId)),
  );
  return { faces, erased: photo.faces.length - faces.length };
}

/** The faces that are here already: by id, and by their place in the photo. By the id in the export. */
export function matchFaces(
  from: ImageRecord,
  to: ImageRecord,
  incoming: readonly IncomingFace[],
  known: readonly FaceRecord[],
): Map<string, FaceRecord> {
  const here = new Map(known.map((face) => [face.id, face]));
  const matches = new Map<string, FaceRecord>();
  for (const { record } of incoming) {
    const same = here.get(record.id);
    if (same !== undefined) matches.set(record.id, same);
  }
  const taken = new Set([...matches.values()].map(({ id }) => id));
  const pairs = matchingFaces(
    { ...from, faces: incoming.map(({ record }) => record).filter(({ id }) => !matches.has(id)) },
    { ...to, faces: known.filter(({ id }) => !taken.has(id)) },
  );
  for (const [a, b] of pairs) matches.set(a.id, b);
  return matches;
}

/** Ids here by ids in the export: those of the matches, and the same where nobody has them. */
export async function newNames(
  repositories: TenantRepositories,
  faces: readonly IncomingFace[],
  matches: ReadonlyMap<string, FaceRecord>,
): Promise<Map<string, string>> {
  const ids = faces.map(({ record }) => record.id);
  const taken = new Set((await repositories.faces.findMany(ids)).map(({ id }) => id));
  return new Map(ids.map((id) => [id, matches.get(id)?.id ?? (taken.has(id) ? uuidv7() : id)]));
}

export function renamed(
  constraint: IncomingConstraint,
  names: ReadonlyMap<string, string>,
): IncomingConstraint {
  const [x, y] = [constraint.faceA, constraint.faceB].map((id) => names.get(id) ?? id) as [string, string];
  return { ...constraint, faceA: x < y ? x : y, faceB: x < y ? y : x };
}

/** What decides where the faces of a photo go, in the ids of here. */
export function photoFacts(
  imageId: string,
  photo: {
    readonly faces: readonly IncomingFace[];
    readonly known: readonly FaceRecord[];
    readonly matches: ReadonlyMap<string, FaceRecord>;
    readonly names: ReadonlyMap<string, string>;
    /** Cluster here by its id in the export; null: it is gone. */
    readonly homes: ReadonlyMap<string, string | null>;
    /** Renamed already. */
    readonly constraints: readonly IncomingConstraint[];
  },
): PhotoImportFacts {
  const { faces, known, matches, names, homes } = photo;
  return {
    imageId,
    incoming: faces.map(({ record: { id, clusterId, state, locked } }) => ({
      id: names.get(id)!,
      clusterId: clusterId && (homes.get(clusterId) ?? null),
      state,
      locked,
    })),
    known: known.map(faceFacts),
    matches: new Map([...matches].map(([id, face]) => [names.get(id)!, faceFacts(face)])),
    constraints: photo.constraints
      .filter(({ retiredAt }) => retiredAt === null)
      .map((one) => ({ ...one, operationId: '' })),
  };
}

export const placedState = (record: FaceRecord, clusterId: string | null): FaceRecord['state'] => {
  if (record.state === 'dismissed') return 'dismissed';
  return clusterId === null ? 'unclustered' : 'active';
};
