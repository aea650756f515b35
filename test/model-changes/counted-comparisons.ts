// Counts what compares embeddings in a database of a test's own, whoever is connected to it.
import type pg from 'pg';
import { expect } from 'vitest';

export interface Comparisons {
  /** Distances between vectors, calculated by whatever statement. */
  readonly distances: number;
  /** Those of statements that do not ask `kindred_same_space`. */
  readonly unguarded: number;
  /** How often it was asked. */
  readonly asked: number;
  /** How often a result met two spaces, and so ended the statement. A candidate that did not become a result is not asked about. */
  readonly crossed: number;
}

/**
 * The server counts calls of functions, in transactions that only read and in those that are rolled back too. So the guard is asked
 * through a function of its name, and pgvector's operators are reached through operators of their names. Small galleries only: no
 * index serves these operators.
 */
const COUNT = `
  CREATE SCHEMA counting;
  GRANT USAGE ON SCHEMA counting TO PUBLIC;
  CREATE FUNCTION counting.crossed() RETURNS VOID LANGUAGE plpgsql AS 'BEGIN END';
  CREATE FUNCTION counting.unguarded() RETURNS VOID LANGUAGE plpgsql AS 'BEGIN END';

  ALTER FUNCTION kindred_same_space(TEXT, TEXT) SET SCHEMA counting;
  ALTER FUNCTION counting.kindred_same_space(TEXT, TEXT) RENAME TO guard;
  -- As immutable as the guard itself, lest the planner treats it otherwise.
  CREATE FUNCTION kindred_same_space(a TEXT, b TEXT) RETURNS BOOLEAN LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
  BEGIN
    IF a IS DISTINCT FROM b THEN PERFORM counting.crossed(); END IF;
    RETURN counting.guard(a, b);
  END $$;

  CREATE SCHEMA vectors;
  GRANT USAGE ON SCHEMA vectors TO PUBLIC;
  ALTER EXTENSION vector SET SCHEMA vectors;
  DO $do$
  DECLARE
    kind text;
    operator text;
  BEGIN
    FOREACH kind IN ARRAY ARRAY['vector', 'halfvec'] LOOP
      FOREACH operator IN ARRAY ARRAY['<#>', '<=>', '<->', '<+>'] LOOP
        EXECUTE format($sql$
          CREATE FUNCTION counting.%1$I(a vectors.%2$I, b vectors.%2$I) RETURNS FLOAT8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
          BEGIN
            IF strpos(current_query(), 'kindred_same_space') = 0 THEN PERFORM counting.unguarded(); END IF;
            RETURN a OPERATOR(vectors.%3$s) b;
          END $$;
          CREATE OPERATOR counting.%3$s (LEFTARG = vectors.%2$I, RIGHTARG = vectors.%2$I, FUNCTION = counting.%1$I);
        $sql$, 'distance ' || operator, kind, operator);
      END LOOP;
    END LOOP;
    EXECUTE format('ALTER DATABASE %I SET search_path = public, counting, vectors', current_database());
    EXECUTE format('ALTER DATABASE %I SET track_functions = pl', current_database());
  END $do$;
  SET search_path = public, counting, vectors;
  SET track_functions = pl;`;

const COUNTED = `
  SELECT coalesce(sum(calls) FILTER (WHERE schemaname = 'counting' AND funcname LIKE 'distance %'), 0)::int AS distances,
         coalesce(sum(calls) FILTER (WHERE schemaname = 'counting' AND funcname = 'unguarded'), 0)::int AS unguarded,
         coalesce(sum(calls) FILTER (WHERE schemaname = 'public' AND funcname = 'kindred_same_space'), 0)::int AS asked,
         coalesce(sum(calls) FILTER (WHERE schemaname = 'counting' AND funcname = 'crossed'), 0)::int AS crossed
  FROM pg_stat_user_functions`;

/**
 * Call it before the service connects: what is connected already is not counted.
 * @param client Of a superuser.
 * @returns What was counted since. The service must have ended: a connection reports its calls when it closes, at the latest.
 */
export async function countComparisons(client: pg.Client): Promise<() => Promise<Comparisons>> {
  await client.query(COUNT);
  const connected = async (): Promise<number> =>
    (
      await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      )
    ).rows.length;
  return async () => {
    await expect.poll(connected, { timeout: 30_000 }).toBe(0);
    await client.query('SELECT pg_stat_force_next_flush()');
    return (await client.query<Comparisons>(COUNTED)).rows[0]!;
  };
}
