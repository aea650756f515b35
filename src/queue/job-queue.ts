// Background work over pg-boss: what a process accepted is done by some process, also after a crash.
//
// A message holds ids only. What a job is about, how far it is and how it ended stands in the tenant's own `jobs` row,
// under row-level security; the queue's tables never hold anything of a tenant but its id.
import { setTimeout as wait } from 'node:timers/promises';
import PgBoss from 'pg-boss';

/** Kinds of background work; each has one queue. */
export const JOB_KINDS = ['ingest_image', 'tend_vector_index', 'consolidate'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export interface JobMessage {
  readonly tenantId: string;
  readonly jobId: string;
}

/** One try at a job. */
export interface JobAttempt extends JobMessage {
  /** True when no retry follows a failure. */
  readonly last: boolean;
}

/** Throws when the job shall be tried again. */
export type JobHandler = (attempt: JobAttempt) => Promise<void>;

/** Where the queue's tables are: a URL, or the socket folder of the embedded database. */
export type QueueConnection =
  | { readonly connectionString: string }
  | { readonly host: string; readonly user: string; readonly database: string };

/** Tries after the first one, and the first pause between them (doubled each time), s. */
const RETRY_LIMIT = 3;
const RETRY_DELAY_SECONDS = 2;
/** After this time a job whose process died is given to another, s. It must exceed the longest honest run of a job. */
const EXPIRE_SECONDS: Readonly<Record<JobKind, number>> = {
  ingest_image: 120,
  tend_vector_index: 6 * 3600,
  consolidate: 3600,
};
/**
 * pg-boss polls. What this process sends wakes its own workers at once, so a process that also takes the requests looks seldom for what others
 * send, or what is to be tried again; one that only works looks as often as pg-boss can. s
 */
export const POLLING_SECONDS = { whereJobsAreSent: 2, elsewhere: 0.5 } as const;
/** Time that running jobs get to end on shutdown, ms. */
const STOP_TIMEOUT_MS = 30_000;

/** Messages of a tenant that are forgotten in one transaction: the others' are taken meanwhile. */
const FORGET_BATCH = 2000;

const SCHEMA = 'kindred_queue';
/** Where pg-boss keeps messages, and messages that are done. */
const MESSAGE_TABLES = [`${SCHEMA}.job`, `${SCHEMA}.archive`] as const;

/** SQLSTATE of PostgreSQL. */
const DEADLOCK_DETECTED = '40P01';
const CREATE_ATTEMPTS = 5;
const CREATE_PAUSE_MS = 200;

export class JobQueue {
  /** Ids of the workers in this process. */
  private readonly workers = new Map<JobKind, string[]>();

  private constructor(
    private readonly boss: PgBoss,
    private readonly pollingSeconds: number,
  ) {}

  /**
   * Connects and creates the queue's tables when they are missing.
   * @param onError Told of faults in the background (a lost connection, a failed poll): they are retried by pg-boss.
   * @param pollingSeconds Between two looks of a worker that nobody wakes, at least .5.
   */
  static async start(
    connection: QueueConnection,
    onError: (error: Error) => void,
    pollingSeconds: number = POLLING_SECONDS.elsewhere,
  ): Promise<JobQueue> {
    const boss = new PgBoss({
      ...connection,
      schema: SCHEMA,
      application_name: 'kindred-queue',
      max: 2,
      schedule: false,
      maintenanceIntervalSeconds: 30,
      deleteAfterDays: 2,
      archiveCompletedAfterSeconds: 3600,
    });
    boss.on('error', onError);
    await boss.start();
    for (const kind of JOB_KINDS) await createQueue(boss, kind);
    return new JobQueue(boss, pollingSeconds);
  }

  /**
   * Hands a job to the workers. Sending the same job again changes nothing: the job's id is the message's id.
   * @param priority Higher ones are taken first; among equals, the older ones.
   */
  async send(kind: JobKind, message: JobMessage, priority = 0): Promise<void> {
    await this.boss.send(kind, { ...message }, { id: message.jobId, priority });
    for (const worker of this.workers.get(kind) ?? []) this.boss.notifyWorker(worker);
  }

  /** Works on jobs of one kind, `concurrency` at once in this process. */
  async work(kind: JobKind, concurrency: number, handler: JobHandler): Promise<void> {
    for (let worker = 0; worker < concurrency; worker++) {
      const id: string = await this.boss.work<JobMessage>(
        kind,
        { batchSize: 1, pollingIntervalSeconds: this.pollingSeconds, includeMetadata: true },
        async ([job]) => {
          // Another one may wait behind it.
          if (job) this.boss.notifyWorker(id);
          if (job) await handler({ ...job.data, last: job.retryCount >= job.retryLimit });
        },
      );
      this.workers.set(kind, [...(this.workers.get(kind) ?? []), id]);
    }
  }

  /** Forgets all messages of a tenant, those that are done too, some at a time. @returns Messages deleted. */
  async forgetTenant(tenantId: string): Promise<number> {
    let forgotten = 0;
    for (const table of MESSAGE_TABLES) {
      for (let deleted = FORGET_BATCH; deleted === FORGET_BATCH;) {
        deleted = await this.count(
          `WITH gone AS (DELETE FROM ${table} WHERE data->>'tenantId' = $1 AND id = ANY (ARRAY(
             SELECT id FROM ${table} WHERE data->>'tenantId' = $1 LIMIT ${FORGET_BATCH})) RETURNING 1)
           SELECT count(*)::int AS count FROM gone`,
          tenantId,
        );
        forgotten += deleted;
      }
    }
    return forgotten;
  }

  /** Messages of a tenant that the queue's tables hold, those that are done too. */
  async countOfTenant(tenantId: string): Promise<number> {
    let messages = 0;
    for (const table of MESSAGE_TABLES)
      messages += await this.count(
        `SELECT count(*)::int AS count FROM ${table} WHERE data->>'tenantId' = $1`,
        tenantId,
      );
    return messages;
  }

  private async count(sql: string, tenantId: string): Promise<number> {
    const answer = await this.boss.getDb().executeSql(sql, [tenantId]);
    const [{ count }] = answer.rows as [{ count: number }];
    return count;
  }

  /** Takes no new job, lets the running ones end, and closes the connection. */
  async stop(): Promise<void> {
    await this.boss.stop({ graceful: true, wait: true, timeout: STOP_TIMEOUT_MS });
  }
}

/**
 * Making a queue makes a partition, under locks that pg-boss does not order: of two processes that start at once on a new
 * database PostgreSQL may end one. The queue is made once, whoever makes it, so the loser just asks again.
 */
async function createQueue(boss: PgBoss, kind: JobKind): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await boss.createQueue(kind, {
        name: kind,
        policy: 'standard',
        retryLimit: RETRY_LIMIT,
        retryDelay: RETRY_DELAY_SECONDS,
        retryBackoff: true,
        expireInSeconds: EXPIRE_SECONDS[kind],
      });
    } catch (error) {
      const deadlock = (error as { code?: string }).code === DEADLOCK_DETECTED;
      if (!deadlock || attempt === CREATE_ATTEMPTS) throw error;
      await wait(CREATE_PAUSE_MS * attempt);
    }
  }
}
