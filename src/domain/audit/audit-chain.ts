// The chain of an audit log: every event carries a hash over itself and the hash before it.
//
// [Note: What the chain proves]
// An event that was changed, left out or put between others no longer fits. Events cut off at the end do: whoever wants to
// notice that notes the newest hash somewhere else.

/** One link as it is kept. */
export interface AuditLink {
  /** 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** What happened: the exact JSON text that the hash is about. */
  readonly text: string;
  /** Of the event before; 64 zeros for the first. */
  readonly prevHash: string;
  /** SHA-256 of `hashedText`, 64 lower-case hex characters. */
  readonly hash: string;
}

export const FIRST_PREV_HASH = '0'.repeat(64);

/** What the hash of a link is computed of (UTF-8). @param ref The tenant's pseudonym. */
export const hashedText = (ref: string, { seq, text, prevHash }: AuditLink): string =>
  `${prevHash}\n${ref}\n${seq}\n${text}`;

/** Reads a chain from its newest link to its first, in constant memory. */
export class ChainReader {
  private newer: AuditLink | undefined;

  /** @param sha256 SHA-256 of a text in UTF-8, as lower-case hex. */
  constructor(
    private readonly ref: string,
    private readonly sha256: (text: string) => string,
  ) {}

  /** Takes the next older link. @returns What is wrong with it, in words; undefined: nothing. */
  read(link: AuditLink): string | undefined {
    const { newer } = this;
    this.newer = link;
    if (this.sha256(hashedText(this.ref, link)) !== link.hash) return `event ${link.seq} was changed`;
    if (newer !== undefined && newer.seq !== link.seq + 1)
      return `events between ${link.seq} and ${newer.seq} are missing`;
    if (newer !== undefined && newer.prevHash !== link.hash)
      return `event ${newer.seq} does not follow event ${link.seq}`;
    return undefined;
  }

  /** Call it after the last link. @returns What is wrong with the beginning; undefined: nothing. */
  end(): string | undefined {
    const { newer } = this;
    if (newer === undefined) return undefined;
    return newer.seq === 1 && newer.prevHash === FIRST_PREV_HASH
      ? undefined
      : `events before ${newer.seq} are missing`;
  }
}
