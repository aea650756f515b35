// Folders whose making and whose entries survive a power cut.
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a folder's entries to the disk; a folder that is gone has none. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await ignoreMissing(open(path, 'r'));
  if (!folder) return;
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder and its parents (0700) and writes each new entry to the disk. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** The result, or undefined when the file or folder is not there (or `alsoCode` says that it cannot be had). */
export async function ignoreMissing<T>(work: Promise<T>, alsoCode?: string): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || (code !== undefined && code === alsoCode)) return undefined;
    throw error;
  }
}

/** Writes a file's bytes to the disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
