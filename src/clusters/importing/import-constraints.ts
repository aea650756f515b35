// Words of humans about pairs of faces, from an import. One that fits stands here too, with its author and its time; one that
// contradicts a human here becomes a question; where only the machine thought otherwise, faces move.
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { MoveProposal } from '../../domain/review/constraint-conflict.js';
import type { IncomingConstraint } from './incoming.js';
import { faceFacts, loadClusters } from '../load-facts.js';
import { weighStored } from '../weigh-proposal.js';

/** How changes are written: each is an operation. */
export interface ImportWriter {
  /** The operation that constraints are recorded with. */
  operationId(): Promise<string>;
  apply(changes: readonly Change[]): Promise<void>;
}

export interface ImportedConstraints {
  readonly added: number;
  readonly conflicts: number;
  readonly waiting: readonly string[];
}

export async function importConstraints(
  repositories: TenantRepositories,
  constraints: readonly IncomingConstraint[],
  writer: ImportWriter,
): Promise<ImportedConstraints> {
  const stored = await repositories.constraints.findMany(constraints.map(({ id }) => id));
  const known = new Set(stored.map(({ id }) => id));
  const waiting: string[] = [];
  let [added, conflicts] = [0, 0];
  for (const constraint of constraints) {
    if (known.has(constraint.id)) continue;
    const ends = await repositories.faces.findMany([constraint.faceA, constraint.faceB]);
    const [a, b] = ends;
    if (a === undefined || b === undefined) {
      waiting.push(constraint.id);
      continue;
    }
    const fits = constraint.retiredAt !== null || (await makeFit(repositories, constraint, [a, b], writer));
    if (!fits) {
      conflicts++;
      continue;
    }
    const operationId = await writer.operationId();
    added += await repositories.constraints.insertMany([{ ...constraint, operationId }]);
  }
  return { added, conflicts, waiting };
}

/** Whether the constraint may stand: the faces are where it says, or were moved there. */
async function makeFit(
  repositories: TenantRepositories,
  { kind }: IncomingConstraint,
  ends: readonly [FaceRecord, FaceRecord],
  writer: ImportWriter,
): Promise<boolean> {
  const [a, b] = ends;
  if (kind === 'same_image_ok') return a.imageId === b.imageId;
  const together = a.clusterId !== null && a.clusterId === b.clusterId;
  if (kind === 'must_link' ? together : !together) return true;
  // A must-link of faces that nobody has placed ties nothing and parts nothing.
  if (kind === 'must_link' && a.clusterId === null && b.clusterId === null) return true;
  const [leaving, other] = a.locked && !b.locked ? [b, a] : [a, b];
  // Nowhere to go to: the other one belongs to nobody.
  const [moving, anchor] =
    kind === 'must_link' && other.clusterId === null ? [other, leaving] : [leaving, other];
  return moveApart(repositories, { kind, moving, anchor }, writer);
}

/** Moves a face where the word wants it, or asks. @returns Whether it was moved. */
async function moveApart(
  repositories: TenantRepositories,
  word: {
    readonly kind: 'must_link' | 'cannot_link';
    readonly moving: FaceRecord;
    readonly anchor: FaceRecord;
  },
  writer: ImportWriter,
): Promise<boolean> {
  const { kind, moving, anchor } = word;
  const clusters = await loadClusters(
    repositories,
    [moving.clusterId, anchor.clusterId].flatMap((id) => id ?? []),
  );
  const source = (moving.clusterId && clusters.get(moving.clusterId)) || null;
  const target = (kind === 'must_link' && anchor.clusterId && clusters.get(anchor.clusterId)) || null;
  if (kind === 'must_link' && target === null) return false;
  const proposal: MoveProposal = { do: 'move', faces: [faceFacts(moving)], source, target, label: null };
  const verdict = await weighStored(repositories, 'import', proposal);
  if (verdict.kind === 'ask') await writer.apply([verdict.question]);
  if (verdict.kind !== 'clear') return false;
  if (target?.faces.some((face) => face.imageId === moving.imageId)) return false;
  const clusterId = target?.id ?? uuidv7();
  await writer.apply([
    ...(target === null
      ? [{ do: 'create_cluster', clusterId, state: 'pending', label: null, externalRef: null } as const]
      : []),
    { do: 'move_face', faceId: moving.id, toClusterId: clusterId, assignedBy: 'import' },
  ]);
  return true;
}
