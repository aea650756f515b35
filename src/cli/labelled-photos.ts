// Labelled photos: a folder with a manifest.csv that says who is in each, or a folder with one sub-folder a person.
import { parse } from 'csv-parse/sync';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box } from '../domain/geometry/box.js';

export interface LabelledPhoto {
  readonly path: string;
  readonly person: string;
  /** The set of the manifest that it belongs to; null without a manifest. */
  readonly set: string | null;
  /** Where the labelled person's face is, px of the upright image, when the photo shows several. */
  readonly box: Box | undefined;
}

/** `x1 y1 x2 y2` in px. */
function parseBox(text: string | undefined): Box | undefined {
  const [x1, y1, x2, y2] = (text ?? '').trim().split(/\s+/).map(Number);
  const complete = x1 !== undefined && y1 !== undefined && x2 !== undefined && y2 !== undefined;
  return complete && [x1, y1, x2, y2].every(Number.isFinite) ? { x1, y1, x2, y2 } : undefined;
}

async function fromManifest(folder: string, sets: readonly string[]): Promise<LabelledPhoto[]> {
  const rows: Record<string, string>[] = parse(await readFile(join(folder, 'manifest.csv')), {
    columns: true,
    bom: true,
  });
  return rows
    .filter((row) => row['person'] && (sets.length === 0 || sets.includes(row['set'] ?? '')))
    .map((row) => ({
      path: join(folder, row['file']!),
      person: row['person']!,
      set: row['set'] ?? null,
      box: parseBox(row['label_face_box']),
    }));
}

async function fromFolders(folder: string): Promise<LabelledPhoto[]> {
  const photos: LabelledPhoto[] = [];
  const people = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name: person } of people) {
    const files = (await readdir(join(folder, person), { withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    photos.push(
      ...files.map(({ name }) => ({ path: join(folder, person, name), person, set: null, box: undefined })),
    );
  }
  return photos.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * @param folder With a `manifest.csv` (columns file, person, and optionally set and label_face_box), or with one folder a person.
 * @param sets Only these sets of the manifest; empty: all.
 */
export async function findLabelledPhotos(folder: string, sets: readonly string[]): Promise<LabelledPhoto[]> {
  const hasManifest = (await readdir(folder)).includes('manifest.csv');
  return hasManifest ? fromManifest(folder, sets) : fromFolders(folder);
}
