// When a tenant gets an approximate index of its own. Below, the exact scan is as fast and cannot miss anybody.

export interface VectorIndexPolicy {
  /** Embeddings of one tenant and space from which an index is built. */
  readonly promoteAt: number;
  /** Embeddings under which it is dropped again; lower, so that a tenant at the border does not build and drop in turns. */
  readonly demoteBelow: number;
  /** Indexes on the table: every one of them costs each insert's planner a look. */
  readonly indexesMax: number;
}

export const VECTOR_INDEX_POLICY: VectorIndexPolicy = {
  promoteAt: 20_000,
  demoteBelow: 10_000,
  indexesMax: 300,
};

export type VectorIndexStep = 'build' | 'drop' | 'none';

/**
 * @param embeddings Of the tenant and space, counted up to `promoteAt`.
 * @param indexed Whether it has an index. @param indexes Indexes on the table.
 */
export function vectorIndexStep(
  embeddings: number,
  indexed: boolean,
  indexes: number,
  policy: VectorIndexPolicy,
): VectorIndexStep {
  if (indexed) return embeddings < policy.demoteBelow ? 'drop' : 'none';
  return embeddings >= policy.promoteAt && indexes < policy.indexesMax ? 'build' : 'none';
}
