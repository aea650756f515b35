// The bridge in front of the embedded database: many connections, one session, nobody gets another's answer.
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded, type TestDatabase } from '../harness/database.js';

describe('the bridge to the embedded database', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    db = await openEmbedded({ poolSize: 2 });
    pool = new pg.Pool({ ...db.database.connection, max: 10 });
    await pool.query('CREATE TABLE stress (job int, step int)');
  });
  afterAll(async () => {
    await pool.end();
    await db.close();
  });

  it('600 mixed jobs on 10 connections: every answer is its own, every transaction whole', async () => {
    const wrong: string[] = [];
    const query = async (job: number): Promise<void> => {
      const { rows } = await pool.query<{ job: number; text: string }>(
        `SELECT $1::int AS job, repeat('x', $2::int) AS text`,
        [job, job % 50],
      );
      if (rows[0]?.job !== job || rows[0].text.length !== job % 50) wrong.push(`query ${job}`);
    };
    const failing = async (job: number): Promise<void> => {
      const error = await pool.query('SELECT 1 / ($1::int - $1::int)', [job]).catch((e: Error) => e.message);
      if (error !== 'division by zero') wrong.push(`failing ${job}`);
    };
    const transaction = async (job: number, end: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        for (const step of [1, 2, 3]) {
          await client.query('INSERT INTO stress VALUES ($1, $2)', [job, step]);
          const { rows } = await client.query<{ n: number }>(
            'SELECT count(*)::int AS n FROM stress WHERE job = $1',
            [job],
          );
          if (rows[0]?.n !== step) wrong.push(`transaction ${job} sees ${rows[0]?.n} at ${step}`);
        }
        await client.query(end);
      } finally {
        client.release();
      }
    };
    const jobs = Array.from({ length: 600 }, (_, job) => {
      if (job % 6 === 0) return failing(job);
      if (job % 6 === 1) return transaction(job, 'COMMIT');
      if (job % 6 === 2) return transaction(job, 'ROLLBACK');
      return query(job);
    });
    await Promise.all(jobs);
    expect(wrong).toEqual([]);
    const { rows } = await pool.query('SELECT job % 6 AS kind, count(*)::int AS n FROM stress GROUP BY 1');
    expect(rows).toEqual([{ kind: 1, n: 300 }]);
  });

  it('a client that vanishes inside a transaction is rolled back, and the others go on', async () => {
    const client = new pg.Client(db.database.connection);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO stress VALUES (-1, 0)');
    const waiting = pool.query<{ n: number }>('SELECT count(*)::int AS n FROM stress WHERE job = -1');
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect((await waiting).rows).toEqual([{ n: 0 }]);
  });

  it('a client that speaks no PostgreSQL harms nobody', async () => {
    const { host } = db.database.connection as { host: string };
    const socket = connect(join(host, '.s.PGSQL.5432'));
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    socket.destroy();
    const garbage = connect(join(host, '.s.PGSQL.5432'));
    garbage.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => garbage.once('close', () => resolve()));
    garbage.write(Buffer.from([0, 0, 0, 8, 0, 0, 0, 1]));
    garbage.write(Buffer.from([0x51, 0, 0, 0, 1]));
    garbage.end();
    await closed;
    expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  });

  it('a long query does not hold up the thread of the service', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await pool.query('SELECT count(*) FROM generate_series(1, 3000000)');
    clearInterval(timer);
    // A thread that were held up would tick when the query is sent and when it is answered.
    expect(ticks).toBeGreaterThan(10);
  });
});
