// Keyset pages: a caller hands in the key of the last row it saw and gets the rows behind it.

/** A page of a list in the order of ids. UUIDv7 ids are in order of time. */
export interface IdPage {
  /** Rows wanted, at least 1. */
  readonly limit: number;
  /** Id of the last row of the page before. */
  readonly after?: string | undefined;
}

/** A page counted from the start: rows that come or go meanwhile shift it. For the drop-in routes, whose clients count. */
export interface OffsetPage {
  /** Rows left out before the first. */
  readonly skip: number;
  /** Rows wanted, at least 1. */
  readonly limit: number;
}
