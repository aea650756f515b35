// Test files run in processes of their own: this lets the first that needs a thing make it, and the others wait for it.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

/** Longest wait for another process to make the thing (an installation takes a minute on a slow line). ms */
const WAIT_MS = 280_000;
const POLL_MS = 50;

interface Outcome {
  readonly value?: string;
  readonly error?: string;
}

/**
 * @param name Name of the thing within the test run.
 * @param make Called by one process of the run.
 * @returns What `make` answered, in every process. Throws what it threw, in every process.
 */
export async function oncePerRun(
  name: string,
  make: (runFolder: string) => Promise<string>,
): Promise<string> {
  const runFolder = inject('runFolder');
  const outcomeFile = join(runFolder, `${name}.json`);
  if (await claim(join(runFolder, `${name}.claim`))) {
    const outcome = await make(runFolder).then(
      (value): Outcome => ({ value }),
      (error: unknown): Outcome => ({ error: (error as Error).message }),
    );
    await writeFile(`${outcomeFile}.part`, JSON.stringify(outcome));
    await rename(`${outcomeFile}.part`, outcomeFile);
  }
  const { value, error } = await outcomeOf(outcomeFile, name);
  if (value === undefined) throw new Error(`${name}: ${error}`);
  return value;
}

async function claim(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function outcomeOf(file: string, name: string): Promise<Outcome> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as Outcome;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${name} was not made within ${WAIT_MS} ms`);
}
