// Where an export is: the next page, and what was written so far. It travels in each checkpoint, so that whoever lost the
// connection goes on from there and the service remembers nothing.
import { COUNTED_LINES, type LineCounts } from '../domain/transfer/export-line.js';
import { decodeCursor, encodeCursor } from '../http/pagination.js';
import { isUuid } from '../http/params.js';

/** Parts of an export, in their order. */
export const SECTIONS = [
  'images',
  'clusters',
  'merged_clusters',
  'review_items',
  'operations',
  'end',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface ExportPlace {
  readonly section: Section;
  /** The last thing of the section that was written; null: none yet. */
  readonly after: string | null;
  /** Data lines and the header, so far. */
  readonly lines: number;
  /** Of the last checkpoint; '' before the first. */
  readonly sha256: string;
  /** The newest operation when the export began. */
  readonly asOf: string | null;
  readonly counts: LineCounts;
}

const SHA256 = /^[0-9a-f]{64}$/;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const encodePlace = (place: ExportPlace): string =>
  encodeCursor([
    place.section,
    place.after,
    place.lines,
    place.sha256,
    place.asOf,
    ...COUNTED_LINES.map((type) => place.counts[type]),
  ]);

/** Undefined for what `encodePlace` never makes. */
export function decodePlace(cursor: string): ExportPlace | undefined {
  const key = decodeCursor(cursor);
  if (!Array.isArray(key) || key.length !== 5 + COUNTED_LINES.length) return undefined;
  const [name, after, lines, sha256, asOf, ...numbers] = key as readonly unknown[];
  const section = SECTIONS.find((one) => one === name);
  if (section === undefined || !isCount(lines) || typeof sha256 !== 'string' || !SHA256.test(sha256))
    return undefined;
  if ((after !== null && !isUuid(after)) || (asOf !== null && !isUuid(asOf)) || !numbers.every(isCount))
    return undefined;
  const counts = Object.fromEntries(
    COUNTED_LINES.map((type, i) => [type, numbers[i]]),
  ) as unknown as LineCounts;
  return { section, after, lines, sha256, asOf, counts };
}
