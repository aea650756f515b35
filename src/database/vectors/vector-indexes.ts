// One approximate index (HNSW) for each large tenant and space: partial, so that a search in it sees no other tenant's
// rows, and none is lost to a filter behind it.
//
// [Note: How the planner finds it]
// A partial index is used only where its condition follows from the query's constants. The driver's statements have no
// name, so that PostgreSQL plans each with its values: `tenant_id = $1 AND space = $2` then is the index's condition.
import pg from 'pg';
import type { Database } from '../database.js';
import { VECTOR_INDEX_NAMES, vectorIndexName } from './index-search.js';
import {
  VECTOR_INDEX_POLICY,
  type VectorIndexPolicy,
  type VectorIndexStep,
  vectorIndexStep,
} from './vector-index-policy.js';

/** Links of a node, and candidates looked at while it is linked: pgvector's defaults, measured in the design. */
const HNSW = 'm = 16, ef_construction = 64';
/**
 * Memory for a build, unless the server's own `maintenance_work_mem` is larger; a graph that outgrows it is finished on disk, ten
 * times slower. 256 MB hold some 150,000 faces.
 */
const BUILD_MEMORY = '256MB';
/** Kindred's own number among PostgreSQL's advisory locks. */
const LOCK_NUMBER = 0x6b696e64;

export class VectorIndexes {
  constructor(
    private readonly database: Database,
    private readonly policy: VectorIndexPolicy = VECTOR_INDEX_POLICY,
  ) {}

  /** False on the embedded database: there an insert into an HNSW costs more than scanning 10,000 faces. */
  get supported(): boolean {
    return 'connectionString' in this.database.connection;
  }

  /**
   * What the tenant's size asks for. Cheap: a bounded count.
   * @param embeddings Of this tenant and space, counted up to `countLimit`.
   */
  async nextStep(tenantId: string, space: string, embeddings: number): Promise<VectorIndexStep> {
    if (!this.supported) return 'none';
    return this.withClient(async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT indexrelid::regclass::text AS name FROM pg_index
         WHERE indrelid = 'face_embeddings'::regclass AND indisvalid AND indexrelid::regclass::text LIKE $1`,
        [VECTOR_INDEX_NAMES],
      );
      const indexed = rows.some((row) => row.name === vectorIndexName(tenantId, space));
      return vectorIndexStep(embeddings, indexed, rows.length, this.policy);
    });
  }

  /** A count beyond this changes no decision. */
  get countLimit(): number {
    return this.policy.promoteAt;
  }

  /**
   * Builds the index while the tenant goes on being read and written. What an interrupted build left is replaced.
   * @returns False when another build or drop is under way.
   */
  async build(tenantId: string, space: string): Promise<boolean> {
    const name = vectorIndexName(tenantId, space);
    return this.alone(async (client) => {
      await client.query(
        `SELECT set_config('maintenance_work_mem', $1, false)
         WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes($1)`,
        [BUILD_MEMORY],
      );
      const { rows } = await client.query<{ valid: boolean }>(
        'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)',
        [name],
      );
      if (rows[0]?.valid === true) return;
      if (rows[0]) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
      await client.query(
        `CREATE INDEX CONCURRENTLY "${name}" ON face_embeddings USING hnsw (embedding halfvec_ip_ops) WITH (${HNSW})
         WHERE tenant_id = ${client.escapeLiteral(tenantId)} AND space = ${client.escapeLiteral(space)}`,
      );
    });
  }

  /** @returns False when another build or drop is under way. */
  async drop(tenantId: string, space: string): Promise<boolean> {
    if (!this.supported) return true;
    const name = vectorIndexName(tenantId, space);
    return this.alone(async (client) => {
      await client.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
    });
  }

  /**
   * Drops the tenant's indexes of all spaces: with them go the vectors that erased rows leave in index pages.
   * @returns False when another build or drop is under way.
   */
  async dropAll(tenantId: string): Promise<boolean> {
    if (!this.supported) return true;
    const spaces = await this.withClient((client) =>
      client.query<{ id: string }>('SELECT id FROM embedding_spaces ORDER BY id'),
    );
    for (const { id } of spaces.rows) if (!(await this.drop(tenantId, id))) return false;
    return true;
  }

  /** One build at a time on the table: two would wait for each other. The lock ends with the session. */
  private async alone(work: (client: pg.Client) => Promise<void>): Promise<boolean> {
    return this.withClient(async (client) => {
      const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
        LOCK_NUMBER,
      ]);
      if (!rows[0]!.got) return false;
      await work(client);
      return true;
    });
  }

  /** A session of its own: a build takes minutes and must hold up no unit of work. */
  private async withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ ...this.database.connection, application_name: 'kindred-index' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
