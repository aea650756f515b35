// Review items of an import. What was answered elsewhere is answered here; what is asked here already is not asked twice.
import type { ClusterRecord, FaceRecord, ImageRecord, ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { duplicateImageSubject } from '../../domain/review/duplicate-image.js';
import { mergeSuggestionSubject } from '../../domain/review/merge-suggestion.js';
import { OPEN_REVIEW_STATES } from '../../domain/review/review-item.js';
import type { IncomingItem } from './incoming.js';

const isOpen = ({ state }: Pick<ReviewItemRecord, 'state'>): boolean =>
  OPEN_REVIEW_STATES.some((open) => open === state);

/** @returns Items that were added, and those that were left out. */
export async function importItems(
  repositories: TenantRepositories,
  items: readonly IncomingItem[],
): Promise<{ readonly added: number; readonly leftOut: number }> {
  const known = new Set(
    (await repositories.reviewItems.findMany(items.map(({ id }) => id))).map(({ id }) => id),
  );
  const fresh = items.filter(({ id }) => !known.has(id)).map(withSubject);
  const there = await namedThings(repositories, fresh);
  let added = 0;
  for (const item of fresh) {
    const placed = fitted(item, there);
    if (placed === null || !(await mayEnter(repositories, placed))) continue;
    await repositories.reviewItems.insertMany([placed]);
    added++;
  }
  return { added, leftOut: fresh.length - added };
}

/** Subjects of pairs are sorted by id: a mapped id may stand elsewhere. */
function withSubject(item: IncomingItem): IncomingItem {
  const { kind, clusterId, otherClusterId, imageId, otherImageId } = item;
  if (kind === 'merge_suggestion' && clusterId !== null && otherClusterId !== null)
    return { ...item, subjectKey: mergeSuggestionSubject(clusterId, otherClusterId) };
  if (kind === 'duplicate_image' && imageId !== null && otherImageId !== null)
    return { ...item, subjectKey: duplicateImageSubject(imageId, otherImageId) };
  return item;
}

/** What the items name, as it is here, by id. */
interface Named {
  readonly faces: ReadonlyMap<string, FaceRecord>;
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  readonly images: ReadonlyMap<string, ImageRecord>;
}

async function namedThings(repositories: TenantRepositories, items: readonly IncomingItem[]): Promise<Named> {
  const named = (pick: (item: IncomingItem) => readonly (string | null)[]): string[] => [
    ...new Set(items.flatMap(pick).flatMap((id) => id ?? [])),
  ];
  const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
    new Map(rows.map((row) => [row.id, row]));
  return {
    faces: byId(await repositories.faces.findMany(named((item) => [item.faceId]))),
    clusters: byId(
      await repositories.clusters.findMany(named((item) => [item.clusterId, item.otherClusterId])),
    ),
    images: byId(await repositories.images.findMany(named((item) => [item.imageId, item.otherImageId]))),
  };
}

/**
 * A closed item forgets what is not here, as it does when something is erased. An open one makes no sense without it, nor when what
 * it asks is settled here.
 */
function fitted(item: IncomingItem, { faces, clusters, images }: Named): IncomingItem | null {
  const known = (id: string | null, there: ReadonlyMap<string, unknown>): string | null =>
    id !== null && there.has(id) ? id : null;
  const placed = {
    ...item,
    faceId: known(item.faceId, faces),
    clusterId: known(item.clusterId, clusters),
    otherClusterId: known(item.otherClusterId, clusters),
    imageId: known(item.imageId, images),
    otherImageId: known(item.otherImageId, images),
  };
  if (!isOpen(item)) return placed;
  const whole = (['faceId', 'clusterId', 'otherClusterId', 'imageId', 'otherImageId'] as const).every(
    (name) => placed[name] === item[name],
  );
  return whole && !isMoot(item, { faces, clusters }) ? placed : null;
}

function isMoot(item: IncomingItem, { faces, clusters }: Pick<Named, 'faces' | 'clusters'>): boolean {
  const named = [item.clusterId, item.otherClusterId].flatMap((id) => (id && clusters.get(id)) || []);
  if (named.some(({ state }) => state === 'merged')) return true;
  const face = item.faceId === null ? undefined : faces.get(item.faceId);
  switch (item.kind) {
    case 'new_cluster':
      return named[0]?.state !== 'pending';
    case 'uncertain_assignment':
      // Answered by a place that a human, or somebody else's photo here, gave it.
      return face === undefined || face.locked || face.clusterId !== item.evidence['own_cluster_id'];
    case 'suspect_face':
      return face === undefined || face.state === 'dismissed' || face.locked;
    default:
      return false;
  }
}

/** Makes way for an answer; an open question enters only where it is not asked, and was not answered since. */
async function mayEnter(repositories: TenantRepositories, item: IncomingItem): Promise<boolean> {
  const [open] = await repositories.reviewItems.findOpenAsking([item]);
  if (isOpen(item)) {
    const last = await repositories.reviewItems.findLastClosed(item.kind, item.subjectKey);
    const answered = last !== null && isAnswer(last) && last.resolvedAt! > item.createdAt;
    return open === undefined && !answered;
  }
  if (open !== undefined && isAnswer(item)) {
    await repositories.reviewItems.close(open.id, {
      state: 'superseded',
      outcome: null,
      operationId: null,
      resolvedBy: null,
      resolvedAt: new Date(),
    });
  }
  return true;
}

const isAnswer = ({ state }: Pick<ReviewItemRecord, 'state'>): boolean =>
  state === 'resolved' || state === 'dismissed';
