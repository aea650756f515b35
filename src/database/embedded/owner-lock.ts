// PGlite lets two processes open one folder and then loses rows. This lock file keeps the second one out.
//
// [Note: Who holds the lock]
// The file names a process by its id and its start time. An id alone is not enough: after `kill -9` and a reboot another
// program may bear it. A holder that does not run any more, or runs since another time, is no holder.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseStartError } from '../database-error.js';

interface Holder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot, with the id of that boot; null where the system does not tell. */
  readonly startedAt: string | null;
}

/** Tries against others who clear the same stale file at the same time. */
const ATTEMPTS = 20;

/**
 * Takes the folder for this process. Throws DatabaseStartError when a running process holds it.
 * @returns Gives the folder back; may be called twice.
 */
export function takeOwnerLock(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'owner.lock');
  const own: Holder = { pid: process.pid, startedAt: startOf(process.pid) };
  const token = `${JSON.stringify({ ...own, token: randomUUID() })}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (createWhole(path, token)) {
      return () => {
        if (readText(path) === token) rmSync(path, { force: true });
      };
    }
    const text = readText(path);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder && holds(holder)) {
      throw new DatabaseStartError(
        `${folder} is in use by process ${holder.pid}. The embedded database belongs to one process: ` +
          `stop that one, choose another data folder, or use PostgreSQL (DATABASE_URL).`,
      );
    }
    clearStale(path, text);
  }
  throw new DatabaseStartError(`${path} could not be taken: other processes are starting on the same folder`);
}

/** Makes the file appear with its whole content, or not at all because it is there. */
function createWhole(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Removes the file if it is still the one that was judged: another starter may have put its own in its place. */
function clearStale(path: string, judged: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readText(aside) === judged) {
    rmSync(aside, { force: true });
    return;
  }
  // It was a living one's: give it back.
  try {
    linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && pid > 0 ? { pid, startedAt: startedAt ?? null } : null;
  } catch {
    return null;
  }
}

function holds(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = startOf(holder.pid);
  return start === null || holder.startedAt === null || start === holder.startedAt;
}

/** Linux: boot id and field 22 of /proc/<pid>/stat. Elsewhere null, and the id alone decides. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may hold spaces and brackets: count behind its last bracket.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${ticks}`;
  } catch {
    return null;
  }
}
