// How far an erasure is, as its row says it.
import type { JsonObject } from '../records.js';

/** What an erasure is about. */
export const ERASURE_KINDS = ['tenant', 'cluster', 'image', 'face'] as const;
export type ErasureKind = (typeof ERASURE_KINDS)[number];

/** What an erasure does next; `done` is the end. */
export const ERASURE_PHASES = ['rows', 'messages', 'files', 'indexes', 'verify', 'done'] as const;
export type ErasurePhase = (typeof ERASURE_PHASES)[number];

export interface ErasureRecord {
  readonly id: string;
  /** Null once it is done. */
  readonly ofTenant: string | null;
  readonly kind: ErasureKind;
  readonly subjectId: string | null;
  /** 256 bits, hex: with it the pseudonyms of the receipt can be made again. Null once it is done. */
  readonly salt: string | null;
  readonly phase: ErasurePhase;
  /** What was erased so far, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly work: JsonObject;
  /** The signed receipt; null until it is done. */
  readonly receipt: string | null;
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
}
