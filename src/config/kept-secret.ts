// A secret that is made once and kept in a file of the data folder, for its owner's eyes only.
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeptSecretOptions {
  readonly dataDir: string;
  /** Name of the file in `dataDir`. */
  readonly fileName: string;
  /** For people: "admin token". */
  readonly what: string;
  readonly pattern: RegExp;
  /** Called when there is no file yet. */
  readonly make: () => string;
}

/** Reads the secret, or makes and keeps it. Throws when the file holds none. Processes that start together agree on one. */
export async function keptSecret(options: KeptSecretOptions): Promise<{ secret: string; file: string }> {
  const file = join(options.dataDir, options.fileName);
  return { secret: (await readKept(file, options)) ?? (await makeAndKeep(file, options)), file };
}

async function readKept(file: string, { pattern, what }: KeptSecretOptions): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (!pattern.test(text)) throw new Error(`${file} holds no ${what}: delete it, and a new one is made`);
  await chmod(file, 0o600);
  return text;
}

async function makeAndKeep(file: string, options: KeptSecretOptions): Promise<string> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const secret = options.make();
  // Written whole under another name, then linked: nobody ever reads half a secret, and the first process wins.
  const own = `${file}.${randomUUID()}`;
  const handle = await open(own, 'wx', 0o600);
  try {
    await handle.writeFile(`${secret}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(own, file);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readKept(file, options)) ?? makeAndKeep(file, options);
  } finally {
    await rm(own, { force: true });
  }
}
