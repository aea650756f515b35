// Finds the optional models and labelled photos that lie beside a checkout, and says loudly when they do not.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const shared = resolve(process.env['KINDRED_SHARED_DIR'] ?? join(repositoryRoot, '../shared'));
const found = existsSync(join(shared, 'models')) && existsSync(join(shared, 'photos/manifest.csv'));
if (!found) {
  console.warn(
    `SHARED DATA MISSING: no models and labelled photos at ../shared (or KINDRED_SHARED_DIR). What needs them is SKIPPED.`,
  );
}

/** Folders with real models and labelled photos, or undefined on a machine that has none. */
export const sharedData: { readonly models: string; readonly photos: string } | undefined = found
  ? { models: join(shared, 'models'), photos: join(shared, 'photos') }
  : undefined;

/** The six group photos that the compact pack's package carries: real input on every machine. */
export const samplePhotos: readonly string[] = [1, 2, 3, 4, 5, 6].map((n) =>
  join(repositoryRoot, 'node_modules/@vladmandic/face-api/demo', `sample${n}.jpg`),
);
