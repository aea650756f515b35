// What an export is of, and what one page of it is.
import type { DataLine } from '../domain/transfer/export-line.js';

/** What an export is of. */
export interface ExportScope {
  /** The person; undefined: the whole tenant. */
  readonly personId: string | undefined;
  readonly embeddings: boolean;
  /** Values of each space. */
  readonly widths: ReadonlyMap<string, number>;
}

export interface ExportPage {
  readonly lines: readonly DataLine[];
  /** The last thing on it; undefined: the section ends with it. */
  readonly last: string | undefined;
}

/** A page ends its section when it is not full. */
export const pageOf = <T extends { readonly id: string }>(
  rows: readonly T[],
  limit: number,
  lines: readonly DataLine[],
): ExportPage => ({ lines, last: rows.length < limit ? undefined : rows.at(-1)!.id });
