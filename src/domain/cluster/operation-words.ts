// An operation in one English sentence, for lists and histories.
import type { PlanKind } from './change-plan.js';
import type { OperationDetails } from './operation-details.js';
import type { ClusterImage, RecordedChanges } from './recorded-changes.js';
import { counted, KIND_WORDS, listed, type NameOf, sentence } from './wording.js';

export interface WordedOperation {
  readonly kind: PlanKind;
  /** Null when they were recorded in another way. */
  readonly changes: RecordedChanges | null;
  readonly details: OperationDetails;
}

export function describeOperation({ kind, changes, details }: WordedOperation, nameOf: NameOf): string {
  if (changes === null) return sentence(`${KIND_WORDS[kind]} was recorded by an earlier version`);
  switch (kind) {
    case 'assign':
      return describeAssign(changes, details);
    case 'consolidate':
      return describeRegrouping('the machine looked at all faces again', changes);
    case 'change_model':
      return describeRegrouping('all faces were looked at with other models', changes);
    case 'import_label':
      return sentence(`a name came with a photo: ${effects(changes, nameOf)}`);
    case 'import':
      return sentence(
        `${counted(changes.faces_added.length, 'face')} came from another gallery: ${effects(changes, nameOf)}`,
      );
    case 'cluster_create':
      return sentence(`${called(changes.clusters_added, nameOf)} was made${withFaces(movedCount(changes))}`);
    case 'cluster_update':
      return sentence(`a cluster was changed: ${effects(changes, nameOf)}`);
    case 'cluster_delete':
      return describeEnd(changes, nameOf);
    case 'cluster_merge':
      return sentence(`clusters were merged: ${effects(changes, nameOf)}`);
    case 'cluster_split':
      return sentence(`a cluster was split: ${effects(changes, nameOf)}`);
    case 'face_move':
      return sentence(`a face was moved: ${effects(changes, nameOf)}`);
    case 'face_dismiss': {
      const count = changes.faces_dismissed.length;
      return sentence(`${counted(count, 'detection')} ${count === 1 ? 'was' : 'were'} said to be no face`);
    }
    case 'face_delete':
      return sentence('a face was erased');
    case 'image_delete':
      return sentence(`a photo was erased with ${counted(changes.faces_erased.length, 'face')}`);
    case 'review_decision':
      return sentence(
        `a question was answered${details.answer ? ` “${details.answer.decision}”` : ''}: ${effects(changes, nameOf)}`,
      );
    case 'undo':
      return sentence(
        `${details.undoes ? KIND_WORDS[details.undoes.kind] : 'a change'} was taken back: ${effects(changes, nameOf)}`,
      );
  }
}

function describeEnd(changes: RecordedChanges, nameOf: NameOf): string {
  const erased = changes.faces_erased.length;
  if (erased > 0) return sentence(`a cluster was erased with ${counted(erased, 'face')}`);
  const freed = movedCount(changes);
  const name = called(
    changes.clusters_deleted.map(({ id }) => id),
    nameOf,
  );
  return sentence(`${name} was taken apart: ${counted(freed, 'face')} now with nobody`);
}

const called = (ids: readonly string[], nameOf: NameOf): string =>
  ids.length === 0 ? 'a cluster' : listed(ids.map(nameOf));

function describeAssign(changes: RecordedChanges, { decisions }: OperationDetails): string {
  const of = (kind: string): number => decisions.filter((one) => one.decision === kind).length;
  const bridges = decisions.reduce((sum, one) => sum + one.bridges.length, 0);
  const parts = [
    [of('assign'), 'joined known people'],
    [of('create'), 'founded a new cluster'],
    [of('ask'), 'in doubt'],
    [of('unclustered'), 'not clear enough to be grouped'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const joined = bridges > 0 ? `; ${counted(bridges, 'cluster')} joined another because of it` : '';
  return sentence(`a photo brought ${counted(changes.faces_added.length, 'face')}: ${listed(told)}${joined}`);
}

function describeRegrouping(what: string, changes: RecordedChanges): string {
  const joined = changes.clusters_changed.filter(({ after }) => after.state === 'merged').length;
  const parts = [
    ...count(movedCount(changes), 'face', 'moved'),
    ...count(joined, 'cluster', 'joined another'),
    ...count(changes.clusters_added.length, 'cluster', 'founded'),
    ...count(changes.clusters_deleted.length, 'cluster', 'left empty'),
    ...count(changes.items_opened.length, 'question', 'raised'),
  ];
  return sentence(`${what}: ${parts.length === 0 ? 'nothing changed' : listed(parts)}`);
}

const count = (number: number, one: string, what: string): string[] =>
  number === 0 ? [] : [`${counted(number, one)} ${what}`];

const movedCount = (changes: RecordedChanges): number =>
  changes.faces_changed.reduce(
    (sum, { ids, before }) => sum + (before.cluster_id === undefined ? 0 : ids.length),
    0,
  );

const withFaces = (count: number): string => (count === 0 ? '' : ` with ${counted(count, 'face')}`);

/** Every effect in words, by what changed. */
function effects(changes: RecordedChanges, nameOf: NameOf): string {
  const place = (id: string | null | undefined): string => (id ? nameOf(id) : 'nobody');
  const moves = changes.faces_changed
    .filter(({ before }) => before.cluster_id !== undefined)
    .map(
      ({ ids, before, after }) =>
        `${counted(ids.length, 'face')} from ${place(before.cluster_id)} to ${place(after.cluster_id)}`,
    );
  const fixed = changes.faces_changed
    .filter(({ before, after }) => before.cluster_id === undefined && after.locked === true)
    .reduce((sum, { ids }) => sum + ids.length, 0);
  const released = changes.faces_changed
    .filter(({ before, after }) => before.cluster_id === undefined && after.locked === false)
    .reduce((sum, { ids }) => sum + ids.length, 0);
  const constraints = changes.constraints_added.length + changes.constraints_reinstated.length;
  const parts = [
    ...moves,
    ...(fixed > 0 ? [`${counted(fixed, 'face')} fixed`] : []),
    ...(released > 0 ? [`${counted(released, 'face')} released`] : []),
    ...(changes.faces_dismissed.length > 0
      ? [`${counted(changes.faces_dismissed.length, 'detection')} no face`]
      : []),
    ...changes.clusters_changed.flatMap(({ id, before, after }) => clusterEffects(nameOf(id), before, after)),
    ...(constraints > 0 ? [`${counted(constraints, 'constraint')} set`] : []),
    ...(changes.constraints_retired.length > 0
      ? [`${counted(changes.constraints_retired.length, 'constraint')} retired`]
      : []),
  ];
  return parts.length === 0 ? 'nothing changed' : listed(parts);
}

const STATE_WORDS: Readonly<Record<ClusterImage['state'], string>> = {
  pending: 'provisional again',
  confirmed: 'confirmed',
  ignored: 'hidden',
  merged: 'merged into another',
};

/** What became of a cluster itself. */
export function clusterEffects(
  name: string,
  before: Partial<ClusterImage>,
  after: Partial<ClusterImage>,
): string[] {
  const parts: string[] = [];
  if (after.state !== undefined) parts.push(`${name} ${STATE_WORDS[after.state]}`);
  if (after.label !== undefined) {
    if (after.label === null) parts.push(`${name} lost the name “${before.label}”`);
    else if (before.label === null || before.label === undefined)
      parts.push(`a cluster named “${after.label}”`);
    else parts.push(`“${before.label}” renamed to “${after.label}”`);
  }
  if (after.external_ref !== undefined) parts.push(`the reference of ${name} changed`);
  if (after.cover_face_id !== undefined && after.state === undefined)
    parts.push(`the cover of ${name} changed`);
  return parts;
}
