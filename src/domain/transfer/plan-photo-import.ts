// Where the faces of an imported photo go. Precedence: erasure, then a human here, then the import, then the machine. So a face
// that is new comes as it was; one that is here already moves only by a human's word, and only where no human here said otherwise.
import type { Change } from '../cluster/change-plan.js';
import type { FaceFacts } from '../cluster/cluster-facts.js';
import type { Constraint } from '../cluster/constraints.js';
import { imagesShownTwice } from '../cluster/same-image.js';

/** A face as the export has it, with the cluster here that it is to come into. */
export interface IncomingFaceFacts {
  readonly id: string;
  readonly clusterId: string | null;
  readonly state: 'active' | 'unclustered' | 'dismissed';
  /** A human put it where it is. */
  readonly locked: boolean;
}

export interface PhotoImportFacts {
  readonly imageId: string;
  readonly incoming: readonly IncomingFaceFacts[];
  /** Faces of the photo that are here already. */
  readonly known: readonly FaceFacts[];
  /** Which of them an incoming face is, by the id of the incoming one. */
  readonly matches: ReadonlyMap<string, FaceFacts>;
  /** Of the export, in the ids of here: they may say that the photo shows somebody twice. */
  readonly constraints: readonly Constraint[];
}

export interface PhotoImportPlan {
  /** New faces and where they come. */
  readonly placed: readonly { readonly faceId: string; readonly clusterId: string | null }[];
  /** New faces whose cluster has a face of this photo already: each needs a cluster of its own. */
  readonly alone: readonly string[];
  /** What is changed without asking. */
  readonly changes: readonly Change[];
  /** A human elsewhere put it there, or with nobody (null); whether a human here said otherwise is to be weighed. */
  readonly wishes: readonly { readonly face: FaceFacts; readonly clusterId: string | null }[];
}

export function planPhotoImport(facts: PhotoImportFacts): PhotoImportPlan {
  const placed: { faceId: string; clusterId: string | null }[] = [];
  const alone: string[] = [];
  const changes: Change[] = [];
  const wishes: { face: FaceFacts; clusterId: string | null }[] = [];
  const members = new Map<string, string[]>();
  const join = (clusterId: string, faceId: string): void => {
    members.set(clusterId, [...(members.get(clusterId) ?? []), faceId]);
  };
  for (const face of facts.known) if (face.clusterId !== null) join(face.clusterId, face.id);
  for (const face of facts.incoming) {
    const match = facts.matches.get(face.id);
    if (match !== undefined) {
      changes.push(...changesOfKnown(face, match));
      if (wishesMove(face, match)) wishes.push({ face: match, clusterId: face.clusterId });
      continue;
    }
    const home = face.clusterId;
    if (home !== null && !mayJoin(facts, members.get(home) ?? [], face.id)) {
      alone.push(face.id);
      continue;
    }
    if (home !== null) join(home, face.id);
    placed.push({ faceId: face.id, clusterId: home });
  }
  return { placed, alone, changes, wishes };
}

/** What was said about a face elsewhere and contradicts nothing here. */
function changesOfKnown(incoming: IncomingFaceFacts, known: FaceFacts): Change[] {
  if (known.locked) return [];
  if (incoming.state === 'dismissed') {
    return known.state === 'dismissed' ? [] : [{ do: 'dismiss_face', faceId: known.id }];
  }
  const here = incoming.clusterId !== null && incoming.clusterId === known.clusterId;
  return incoming.locked && here ? [{ do: 'lock_face', faceId: known.id }] : [];
}

const wishesMove = (incoming: IncomingFaceFacts, known: FaceFacts): boolean =>
  incoming.locked &&
  (incoming.clusterId !== null || incoming.state === 'unclustered') &&
  known.state !== 'dismissed' &&
  incoming.clusterId !== known.clusterId;

/** Nobody stands twice in a photo, unless a human said so. */
function mayJoin(
  { imageId, constraints }: PhotoImportFacts,
  there: readonly string[],
  faceId: string,
): boolean {
  if (there.length === 0) return true;
  return imagesShownTwice(
    [...there, faceId].map((id) => ({ id, imageId })),
    constraints,
  ).has(imageId);
}
