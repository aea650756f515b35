// Undo as a change plan: from what an operation recorded and from what is there now to the changes that take it back.
//
// [Note: Automation yields] People's later words about the same things stand in the way of an undo (undo-dependents.ts); the
// machine's do not. A face goes back to where it was, wherever the machine has put it since. Where its cluster is gone
// meanwhile it goes where that cluster was merged into; where that is forbidden or there is none, to nobody. A cluster that the
// operation made is removed; faces that the machine has added to it go along with its own faces when these all go to one
// place and nothing forbids it, else the cluster stays with them, as a provisional one without a name.
//
// [Note: An undone machine] Taking back what the machine did is a human's word: a photo's faces belong to nobody then and are
// locked, and clusters that it had joined are kept apart. Else the next photo would do it again. Faces that a consolidation had
// taken out of a cluster are tied to it again, and those that it had found a place for are kept out of that place.
import type { Change, ChangePlan } from './change-plan.js';
import type { FaceFacts } from './cluster-facts.js';
import { originOf } from './operation-origin.js';
import { keepApart, tieTo } from './reshape.js';
import { Rearrangement } from './undo-faces.js';
import type { UndoFacts, UndoneOperation } from './undo-facts.js';
import { undoItems } from './undo-items.js';

/** Faces that could not be put back where they were. */
export interface LeftFaces {
  /** Erased since, or said to be none. */
  readonly gone: readonly string[];
  /** Their cluster is gone, or a constraint keeps them out of it: they belong to nobody now. */
  readonly placeless: readonly string[];
}

export interface UndoPlan extends ChangePlan {
  readonly left: LeftFaces;
}

/** @param operation One that can be taken back, and that nothing depends on. */
export function planUndo(operation: UndoneOperation, facts: UndoFacts): UndoPlan {
  const { changes: recorded } = operation;
  const automatic = originOf(operation.kind) === 'automatic';
  const recreated = recorded.clusters_deleted.flatMap(({ id, before }) =>
    before === null || facts.clusters.has(id) ? [] : [{ id, before }],
  );
  const faces = new Rearrangement(operation, facts);
  const removed = faces.clearAddedClusters(automatic);
  const unmerged = faces.clearMergedClusters(removed);

  const exists = (id: string): boolean =>
    (facts.clusters.has(id) && !removed.has(id)) || recreated.some((cluster) => cluster.id === id);
  const covers = (clusterId: string, faceId: string | null): string | null =>
    faceId !== null && faces.homeOf(faceId) === clusterId ? faceId : null;
  const mergedInto = (id: string | null): string | null => (id !== null && exists(id) ? id : null);

  const changes: Change[] = [];
  // A row that others were merged into comes before them.
  for (const { id, before } of [...recreated].sort(
    (a, b) => Number(a.before.state === 'merged') - Number(b.before.state === 'merged'),
  )) {
    changes.push({
      do: 'recreate_cluster',
      clusterId: id,
      image: {
        ...before,
        cover_face_id: covers(id, before.cover_face_id),
        merged_into: mergedInto(before.merged_into),
      },
    });
  }
  changes.push(...faces.changes());
  for (const { id, before } of recorded.clusters_changed) {
    if (!facts.clusters.has(id) || removed.has(id) || unmerged.has(id)) continue;
    const image = {
      ...before,
      ...(before.cover_face_id === undefined ? {} : { cover_face_id: covers(id, before.cover_face_id) }),
      ...(before.merged_into === undefined ? {} : { merged_into: mergedInto(before.merged_into) }),
    };
    changes.push({ do: 'restore_cluster', clusterId: id, image });
  }
  changes.push(...faces.demotions());
  for (const clusterId of removed) changes.push({ do: 'delete_cluster', clusterId });

  changes.push(...undoConstraints(operation, facts));
  // Taking a change of model back is a word about the models, not about these faces.
  const judged = automatic && operation.kind !== 'change_model';
  if (judged) changes.push(...faces.joins().flatMap(([parted, stayed]) => keepApart(parted, stayed)));
  if (operation.kind === 'consolidate') {
    for (const [back, stayed] of faces.returns())
      changes.push(
        ...tieTo(
          back.map(({ id }) => id),
          stayed,
        ),
      );
    for (const [face, place] of faces.dropped()) changes.push(...keepApart([face], place));
  }
  changes.push(...undoItems(operation, facts, { exists, staying: faces.staying() }));
  return {
    kind: 'undo',
    changes,
    askAnewAbout: [...faces.staying()],
    left: faces.left(),
  };
}

/** What was added is retired and stays in the history; what was retired stands again while both its faces are faces. */
function undoConstraints({ changes: recorded }: UndoneOperation, facts: UndoFacts): Change[] {
  const flip = (ids: readonly string[], wasRetired: boolean): string[] =>
    ids.filter((id) => facts.constraintsNamed.get(id)?.retired === wasRetired);
  const alive = (faceId: string): boolean => {
    const face: FaceFacts | undefined = facts.faces.get(faceId);
    return face !== undefined && face.state !== 'dismissed';
  };
  const retire = flip([...recorded.constraints_added, ...recorded.constraints_reinstated], false);
  const reinstate = flip(recorded.constraints_retired, true).filter((id) => {
    const { faceA, faceB } = facts.constraintsNamed.get(id)!;
    return alive(faceA) && alive(faceB);
  });
  return [
    ...retire.map((constraintId): Change => ({ do: 'retire_constraint', constraintId })),
    ...reinstate.map((constraintId): Change => ({ do: 'reinstate_constraint', constraintId })),
  ];
}
