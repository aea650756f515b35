// A name that came with a photo: the caller says who the one person in it is. An import stands above the machine and
// below a human, so it may place the new face and name an unnamed cluster, and changes nothing that has a name.
import type { Change, ChangePlan } from './change-plan.js';
import type { ClusterFacts } from './cluster-facts.js';

export interface ImportLabelRequest {
  /** The only usable face of the photo, just stored. */
  readonly faceId: string;
  readonly label: string;
  /** Where the machine put the face. */
  readonly home: ClusterFacts;
  /** A standing cluster that has the label already; null when there is none. */
  readonly named: ClusterFacts | null;
  /** Id of the cluster that is made when the name needs one of its own. */
  readonly newClusterId: string;
}

/** Null when the face is where the label says already. */
export function planImportLabel(request: ImportLabelRequest): ChangePlan | null {
  const { label, home, named, newClusterId } = request;
  if (home.label === label) return null;
  if (named !== null) return plan(place(request, named.id));
  // A hidden cluster stays hidden, and one with another name is another person.
  if (home.label === null && home.state !== 'ignored') {
    return plan([
      { do: 'update_cluster', clusterId: home.id, label, state: 'confirmed' },
      imported(request.faceId, home.id),
    ]);
  }
  return plan([
    { do: 'create_cluster', clusterId: newClusterId, state: 'confirmed', label, externalRef: null },
    ...place(request, newClusterId),
  ]);
}

const plan = (changes: readonly Change[]): ChangePlan => ({ kind: 'import_label', changes });

const imported = (faceId: string, toClusterId: string): Change => ({
  do: 'move_face',
  faceId,
  toClusterId,
  assignedBy: 'import',
});

/** A cluster that this face alone had founded goes with it. */
function place({ faceId, home }: ImportLabelRequest, into: string): Change[] {
  const alone = home.faces.every((face) => face.id === faceId);
  return [
    imported(faceId, into),
    ...(alone ? [{ do: 'close_as_merged', clusterId: home.id, into } as const] : []),
  ];
}
