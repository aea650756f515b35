// Pages of what was asked, answered and done. Of a person: without anything that names somebody else.
import type { OperationRecord, OperationSubjects, ReviewItemRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { OperationLine, ReviewItemLine } from '../domain/transfer/export-line.js';
import { operationLine, reviewItemLine } from './export-lines.js';
import { type ExportPage, type ExportScope, pageOf } from './export-page.js';

const ITEMS_PER_PAGE = 200;
/** A consolidation of 20,000 faces is recorded in megabytes. */
const OPERATIONS_PER_PAGE = 10;

/** Kinds that are about one person alone. */
const ABOUT_ONE: ReadonlySet<string> = new Set([
  'new_cluster',
  'uncertain_assignment',
  'split_suggestion',
  'suspect_face',
]);

export async function itemPage(
  repositories: TenantRepositories,
  { personId }: ExportScope,
  after: string | undefined,
): Promise<ExportPage> {
  const items = await repositories.reviewItems.listAll({ limit: ITEMS_PER_PAGE, after }, personId);
  const lines =
    personId === undefined ? items.map(reviewItemLine) : await answeredAbout(repositories, personId, items);
  return pageOf(items, ITEMS_PER_PAGE, lines);
}

/** Answered questions about the person alone. Evidence shows whom it was compared with: that is theirs. */
async function answeredAbout(
  repositories: TenantRepositories,
  personId: string,
  items: readonly ReviewItemRecord[],
): Promise<ReviewItemLine[]> {
  const faces = await repositories.faces.findMany(items.flatMap((item) => item.faceId ?? []));
  const own = new Set(faces.filter((face) => face.clusterId === personId).map((face) => face.id));
  return items
    .filter(({ kind, state, faceId, clusterId }) => {
      if (!ABOUT_ONE.has(kind) || state === 'open' || state === 'claimed') return false;
      return faceId === null ? clusterId === personId : own.has(faceId);
    })
    .map((item) => {
      const decision = item.outcome?.['decision'];
      return {
        ...reviewItemLine(item),
        cluster_id: item.clusterId === personId ? personId : null,
        evidence: {},
        similarity: null,
        probability: null,
        outcome: typeof decision === 'string' ? { decision } : null,
        notes: [],
      };
    });
}

export async function historyPage(
  repositories: TenantRepositories,
  { personId }: ExportScope,
  after: string | undefined,
): Promise<ExportPage> {
  const operations = await repositories.operations.list({
    limit: OPERATIONS_PER_PAGE,
    after,
    first: 'oldest',
    clusterId: personId,
  });
  const subjects = await repositories.operations.subjectsOfMany(operations.map(({ id }) => id));
  const lines =
    personId === undefined
      ? operations.map((operation) => operationLine(operation, subjects.get(operation.id)))
      : await doneTo(repositories, personId, operations, subjects);
  return pageOf(operations, OPERATIONS_PER_PAGE, lines);
}

/** That something was done to the person, by whom and when, and to which of its faces. */
async function doneTo(
  repositories: TenantRepositories,
  personId: string,
  operations: readonly OperationRecord[],
  subjects: ReadonlyMap<string, OperationSubjects>,
): Promise<OperationLine[]> {
  const named = [...new Set([...subjects.values()].flatMap(({ faceIds }) => faceIds))];
  const faces = await repositories.faces.findMany(named);
  const own = new Set(faces.filter((face) => face.clusterId === personId).map((face) => face.id));
  return operations.map((operation) => ({
    ...operationLine(operation, {
      faceIds: (subjects.get(operation.id)?.faceIds ?? []).filter((id) => own.has(id)),
      clusterIds: [personId],
    }),
    undoes_id: null,
    summary: {},
    changes: null,
  }));
}
