// Everything of a tenant that undo must give back: whole rows as the database has them, without versions and times of change.
import type pg from 'pg';

interface Row {
  readonly id: string;
}
export interface FaceRow extends Row {
  readonly image_id: string;
  readonly cluster_id: string | null;
  readonly state: string;
  readonly locked: boolean;
}
export interface ClusterRow extends Row {
  readonly state: string;
  readonly label: string | null;
  readonly cover_face_id: string | null;
  readonly merged_into: string | null;
}
export interface ConstraintRow extends Row {
  readonly kind: string;
  readonly face_a: string;
  readonly face_b: string;
  readonly operation_id: string;
}
export interface ItemRow extends Row {
  readonly kind: string;
  readonly face_id: string | null;
  readonly cluster_id: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Each list in the order of ids. */
export interface Snapshot {
  readonly faces: readonly FaceRow[];
  readonly clusters: readonly ClusterRow[];
  /** That stand. */
  readonly constraints: readonly ConstraintRow[];
  /** That are open. */
  readonly items: readonly ItemRow[];
  /** Faces that the centroids count, by cluster. */
  readonly centroids: readonly { readonly id: string; readonly face_count: number }[];
  readonly operations: readonly { readonly id: string; readonly kind: string }[];
}

const rows = (from: string, columns = `to_jsonb(t) - 'version' - 'updated_at'`): string =>
  `(SELECT coalesce(jsonb_agg(r ORDER BY r->>'id'), '[]') FROM (SELECT ${columns} AS r FROM ${from}) AS listed)`;

/** One round trip, past Prisma: hundreds of histories take thousands of these. */
export async function snapshot(client: pg.Client, tenantId: string): Promise<Snapshot> {
  const answers = (await client.query(`
    SELECT set_config('kindred.tenant_id', '${tenantId}', true), set_config('role', 'kindred_tenant', true);
    SELECT jsonb_build_object(
      'faces', ${rows('faces t')},
      'clusters', ${rows('clusters t')},
      'constraints', ${rows('constraints t WHERE retired_at IS NULL')},
      'items', ${rows(`review_items t WHERE state IN ('open', 'claimed')`)},
      'centroids', ${rows('cluster_centroids t', `jsonb_build_object('id', cluster_id, 'face_count', face_count)`)},
      'operations', ${rows('operations t', `jsonb_build_object('id', id, 'kind', kind)`)}
    ) AS all`)) as unknown as { rows: { all: Snapshot }[] }[];
  return answers[1]!.rows[0]!.all;
}
