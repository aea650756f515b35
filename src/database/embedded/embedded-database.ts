// The database for those who have none: PGlite in a worker thread, kept in a folder that one process owns.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledWorker } from '../../config/compiled-worker.js';
import { DatabaseStartError } from '../database-error.js';
import { takeOwnerLock } from './owner-lock.js';

/** What the worker is to do: serve at the socket, or (null) only make a new database and end. */
export interface PgliteTask {
  readonly folder: string;
  readonly socketPath: string | null;
}

/** How PostgreSQL clients of this process reach the embedded database. */
export interface EmbeddedConnection {
  /** Folder of the unix socket. */
  readonly host: string;
  readonly user: string;
  readonly database: string;
}

/** The name that PostgreSQL clients look for in the socket folder. */
const SOCKET_NAME = '.s.PGSQL.5432';
/** File in the data folder that names the socket's folder while the database is open. */
const SOCKET_NOTE = 'socket-folder';

export class EmbeddedDatabase {
  private stopping: Promise<void> | undefined;

  private constructor(
    readonly connection: EmbeddedConnection,
    private readonly worker: Worker,
    private readonly release: () => void,
  ) {}

  /**
   * Opens the database in `folder`, and makes it when it is not there.
   * Throws DatabaseStartError when another process has it open.
   */
  static async open(folder: string): Promise<EmbeddedDatabase> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const unlock = takeOwnerLock(folder);
    const socketFolder = makeSocketFolder(folder);
    const release = (): void => {
      rmSync(socketFolder, { recursive: true, force: true });
      rmSync(join(folder, SOCKET_NOTE), { force: true });
      unlock();
    };
    try {
      const files = join(folder, 'pg');
      if (!existsSync(join(files, 'PG_VERSION'))) await createApart(files);
      const worker = startWorker({ folder: files, socketPath: join(socketFolder, SOCKET_NAME) });
      await reported(worker, 'ready');
      return new EmbeddedDatabase(
        { host: socketFolder, user: 'postgres', database: 'postgres' },
        worker,
        release,
      );
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Ends the database in order; may be called twice. */
  close(): Promise<void> {
    this.stopping ??= (async () => {
      try {
        const stopped = reported(this.worker, 'stopped');
        this.worker.postMessage('stop');
        await stopped;
        await this.worker.terminate();
      } finally {
        this.release();
      }
    })();
    return this.stopping;
  }
}

/**
 * A new folder for the socket, outside the data folder: a unix socket's path has at most 107 bytes. Its name is noted, so
 * that the next owner removes what a killed one left.
 */
function makeSocketFolder(folder: string): string {
  const note = join(folder, SOCKET_NOTE);
  const prefix = join(tmpdir(), 'kindred-');
  const left = existsSync(note) ? readFileSync(note, 'utf8') : '';
  if (left.startsWith(prefix) && !left.includes('..')) rmSync(left, { recursive: true, force: true });
  const made = mkdtempSync(prefix);
  writeFileSync(note, made, { mode: 0o600 });
  return made;
}

/** Making a database takes far more memory than running one, and WebAssembly never gives memory back: a thread of its own. */
async function createApart(folder: string): Promise<void> {
  const worker = startWorker({ folder, socketPath: null });
  await reported(worker, 'stopped');
  await worker.terminate();
}

function startWorker(task: PgliteTask): Worker {
  // Without the flags of the process: some (`--input-type`) make a thread fail that is a file.
  return new Worker(compiledWorker(import.meta.url, './pglite.worker.js'), {
    workerData: task,
    execArgv: [],
  });
}

async function reported(worker: Worker, message: 'ready' | 'stopped'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause?: unknown): void =>
      reject(new DatabaseStartError('the embedded database ended unexpectedly', cause));
    worker.once('error', fail);
    worker.once('exit', fail);
    worker.once('message', (reported) => {
      worker.off('error', fail);
      worker.off('exit', fail);
      if (reported === message) resolve();
      else fail(reported);
    });
  });
}
