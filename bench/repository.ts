// Where things are: the repository, its compiled product, and the optional models beside the checkout.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of package.json: this file runs from a compiled copy, some folders below. */
export const repositoryRoot = ((): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/**
 * A module of the compiled product, so that every contender runs the very files that the service runs.
 * @param path Below `src`, ending in `.js`. The caller names the type: `compiled<typeof import('../src/…')>('…')`.
 */
export async function compiled<Module>(path: string): Promise<Module> {
  return (await import(pathToFileURL(join(repositoryRoot, 'dist', path)).href)) as Module;
}

/** A compiled file of the bench, beside this one. */
export const benchFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const shared = resolve(process.env['KINDRED_SHARED_DIR'] ?? join(repositoryRoot, '../shared'), 'models');

/** Folder with the weights of the small packs, or undefined on a machine that has none. */
export const sharedModels: string | undefined = existsSync(shared) ? shared : undefined;

/** Group photos of the compact pack's package: real faces on every machine. */
export const samplePhotos: readonly string[] = [1, 2, 3, 4, 5, 6].map((n) =>
  join(repositoryRoot, 'node_modules/@vladmandic/face-api/demo', `sample${n}.jpg`),
);
