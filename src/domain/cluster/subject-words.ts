// What an operation meant for one face or one cluster, in one English sentence.
import type { PlanKind } from './change-plan.js';
import { clusterEffects, describeOperation, type WordedOperation } from './operation-words.js';
import { originOf } from './operation-origin.js';
import { clustersOf, type FaceDelta } from './recorded-changes.js';
import { counted, KIND_WORDS, listed, type NameOf, sentence } from './wording.js';

const WHO: Readonly<Record<ReturnType<typeof originOf>, string>> = {
  automatic: 'the machine',
  import: 'a name that came with a photo',
  human: 'a human',
};

/** Why, for the kinds where "moved" does not say it. */
const BECAUSE: Partial<Readonly<Record<PlanKind, string>>> = {
  assign: ', because a new photo showed both to be one person',
  consolidate: ', after looking at all faces again',
  cluster_merge: ' by a merge',
  cluster_split: ' by a split',
  cluster_delete: ' by taking its cluster apart',
  cluster_create: ' when making that cluster',
};

export function describeForFace(operation: WordedOperation, faceId: string, nameOf: NameOf): string {
  const { kind, changes, details } = operation;
  if (changes === null) return describeOperation(operation, nameOf);
  const decision = details.decisions.find((one) => one.face_id === faceId);
  if (decision !== undefined) {
    const home = decision.cluster_id === null ? 'nobody' : nameOf(decision.cluster_id);
    const words = {
      assign: `the machine found the face and put it into ${home}`,
      create: 'the machine found the face and founded a cluster with it',
      ask: 'the machine found the face and asked who it is',
      unclustered: 'the machine found the face, which was not clear enough to be grouped',
    };
    return sentence(words[decision.decision]);
  }
  if (changes.faces_erased.includes(faceId)) return sentence('a human erased the face');
  if (changes.faces_dismissed.includes(faceId)) return sentence('a human said that this is no face');
  const delta = changes.faces_changed.find(({ ids }) => ids.includes(faceId));
  if (delta === undefined) {
    return sentence(
      `${WHO[originOf(kind)]} said of it and another face whether they are one person (${KIND_WORDS[kind]})`,
    );
  }
  return sentence(faceChange(operation, delta, nameOf));
}

function faceChange(
  { kind, details }: WordedOperation,
  { before, after }: FaceDelta,
  nameOf: NameOf,
): string {
  const place = (id: string | null | undefined): string => (id ? nameOf(id) : 'nobody');
  const who =
    kind === 'undo'
      ? `a human took back ${details.undoes ? KIND_WORDS[details.undoes.kind] : 'a change'}, which`
      : WHO[originOf(kind)];
  if (before.cluster_id !== undefined) {
    return `${who} moved it from ${place(before.cluster_id)} to ${place(after.cluster_id)}${BECAUSE[kind] ?? ''}`;
  }
  if (after.locked === true) return `${who} fixed it where it is`;
  if (after.locked === false) return `${who} released it`;
  return `${who} confirmed where it is`;
}

export function describeForCluster(operation: WordedOperation, clusterId: string, nameOf: NameOf): string {
  const { changes } = operation;
  if (changes === null || !clustersOf(changes).includes(clusterId))
    return describeOperation(operation, nameOf);
  const { gained, lost } = clusterFigures(operation, clusterId);
  const itself = changes.clusters_changed.filter(({ id }) => id === clusterId);
  const parts = [
    ...(changes.clusters_added.includes(clusterId) ? ['it was made'] : []),
    ...(changes.clusters_deleted.some(({ id }) => id === clusterId) ? ['it was removed'] : []),
    ...itself.flatMap(({ before, after }) => clusterEffects('it is', before, after)),
    ...(gained > 0 ? [`it gained ${counted(gained, 'face')}`] : []),
    ...(lost > 0 ? [`it lost ${counted(lost, 'face')}`] : []),
  ];
  return parts.length === 0 ? describeOperation(operation, nameOf) : sentence(listed(parts));
}

/** Faces that an operation brought into a cluster and took out of it. */
export function clusterFigures(
  { changes }: WordedOperation,
  clusterId: string,
): { readonly gained: number; readonly lost: number } {
  let gained = changes?.faces_added.filter((face) => face.cluster_id === clusterId).length ?? 0;
  let lost = 0;
  for (const { ids, before, after } of changes?.faces_changed ?? []) {
    if (after.cluster_id === clusterId) gained += ids.length;
    if (before.cluster_id === clusterId) lost += ids.length;
  }
  return { gained, lost };
}
