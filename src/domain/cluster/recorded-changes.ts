// What an operation keeps of what it changed: enough to take it back, and no more. This is the one definition; it is stored
// as it stands (snake_case) in `operations.changes`, beside what explains the operation.
//
// [Note: Only what changed] An image holds the members that the operation changed, so that undo touches nothing else, and a
// merge of a thousand faces is one delta with a thousand ids.

export interface FaceImage {
  readonly cluster_id: string | null;
  readonly state: 'active' | 'unclustered' | 'dismissed';
  readonly assigned_by: 'auto' | 'human' | 'import';
  readonly locked: boolean;
  /** -1..1 */
  readonly similarity: number | null;
  /** 0..1 */
  readonly probability: number | null;
}

/** Faces that changed in the same way. */
export interface FaceDelta {
  readonly ids: readonly string[];
  readonly before: Partial<FaceImage>;
  readonly after: Partial<FaceImage>;
}

export interface ClusterImage {
  readonly state: 'pending' | 'confirmed' | 'ignored' | 'merged';
  readonly label: string | null;
  readonly external_ref: string | null;
  readonly cover_face_id: string | null;
  readonly merged_into: string | null;
}

export interface ClusterDelta {
  readonly id: string;
  readonly before: Partial<ClusterImage>;
  readonly after: Partial<ClusterImage>;
}

export interface DeletedCluster {
  readonly id: string;
  /** Null when it went with erased faces: erasure keeps no image. `created_at`: RFC 3339. */
  readonly before: (ClusterImage & { readonly created_at: string }) | null;
}

export interface ItemImage {
  readonly state: string;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly operation_id: string | null;
  /** RFC 3339. */
  readonly resolved_at: string | null;
  readonly resolved_by: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly cluster_id: string | null;
  /** The second of a pair. */
  readonly other_cluster_id: string | null;
  readonly priority: number;
  readonly similarity: number | null;
  readonly probability: number | null;
}

export interface ItemDelta {
  readonly id: string;
  readonly before: Partial<ItemImage>;
}

export interface RecordedChanges {
  readonly format: typeof FORMAT;
  /** Faces that came with the operation, and where they were put. */
  readonly faces_added: readonly { readonly id: string; readonly cluster_id: string | null }[];
  readonly faces_changed: readonly FaceDelta[];
  /** Their embeddings are erased: this can not be taken back. */
  readonly faces_dismissed: readonly string[];
  readonly faces_erased: readonly string[];
  readonly clusters_added: readonly string[];
  readonly clusters_changed: readonly ClusterDelta[];
  readonly clusters_deleted: readonly DeletedCluster[];
  readonly constraints_added: readonly string[];
  readonly constraints_retired: readonly string[];
  readonly constraints_reinstated: readonly string[];
  readonly items_opened: readonly string[];
  readonly items_changed: readonly ItemDelta[];
}

export const FORMAT = 1;

/** An operation that changed nothing. */
export const NO_CHANGES: RecordedChanges = {
  format: FORMAT,
  faces_added: [],
  faces_changed: [],
  faces_dismissed: [],
  faces_erased: [],
  clusters_added: [],
  clusters_changed: [],
  clusters_deleted: [],
  constraints_added: [],
  constraints_retired: [],
  constraints_reinstated: [],
  items_opened: [],
  items_changed: [],
};

/** What is stored, or null when it was stored in another way, by another version. */
export function parseRecordedChanges(stored: Readonly<Record<string, unknown>>): RecordedChanges | null {
  return stored['format'] === FORMAT ? (stored as unknown as RecordedChanges) : null;
}

/** The members of `before` that differ in `after`, as two images; null when none does. */
export function differingMembers<T extends object>(
  before: T,
  after: T,
): { readonly before: Partial<T>; readonly after: Partial<T> } | null {
  const keys = (Object.keys(before) as (keyof T)[]).filter((key) => before[key] !== after[key]);
  if (keys.length === 0) return null;
  const take = (from: T): Partial<T> => Object.fromEntries(keys.map((key) => [key, from[key]])) as Partial<T>;
  return { before: take(before), after: take(after) };
}

/** One delta for all faces that changed alike, in the order in which they first come. */
export function groupFaceDeltas(
  deltas: readonly {
    readonly id: string;
    readonly before: Partial<FaceImage>;
    readonly after: Partial<FaceImage>;
  }[],
): FaceDelta[] {
  const groups = new Map<string, { ids: string[]; before: Partial<FaceImage>; after: Partial<FaceImage> }>();
  for (const { id, before, after } of deltas) {
    const key = JSON.stringify([before, after]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ids: [id], before, after });
    else group.ids.push(id);
  }
  return [...groups.values()];
}

/** Whether anything was changed that could be taken back. */
export function hasEffect(changes: RecordedChanges): boolean {
  return (
    changes.faces_added.some((face) => face.cluster_id !== null) ||
    changes.faces_changed.length > 0 ||
    changes.clusters_added.length > 0 ||
    changes.clusters_changed.length > 0 ||
    changes.clusters_deleted.length > 0 ||
    changes.constraints_added.length > 0 ||
    changes.constraints_retired.length > 0 ||
    changes.constraints_reinstated.length > 0 ||
    changes.items_opened.length > 0 ||
    changes.items_changed.length > 0
  );
}

/** Faces that it moved, locked, added, dismissed or erased. */
export function facesOf(changes: RecordedChanges): string[] {
  return [
    ...new Set([
      ...changes.faces_added.map((face) => face.id),
      ...changes.faces_changed.flatMap((delta) => delta.ids),
      ...changes.faces_dismissed,
      ...changes.faces_erased,
    ]),
  ];
}

/** Clusters that it changed, made or deleted, or that gained or lost a face. */
export function clustersOf(changes: RecordedChanges): string[] {
  const ids = new Set<string>([
    ...changes.clusters_added,
    ...changes.clusters_changed.map((delta) => delta.id),
    ...changes.clusters_deleted.map((cluster) => cluster.id),
  ]);
  for (const face of changes.faces_added) if (face.cluster_id !== null) ids.add(face.cluster_id);
  for (const { before, after } of changes.faces_changed) {
    for (const id of [before.cluster_id, after.cluster_id]) if (typeof id === 'string') ids.add(id);
  }
  return [...ids];
}
