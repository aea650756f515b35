// The bytes of an upload on their way into a file: counted, hashed, and gathered into few writes.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { DomainError } from '../domain/domain-error.js';

export interface WrittenUpload {
  /** Hex. */
  readonly sha256: string;
  readonly byteLength: number;
}

/** Hashing this many bytes takes under 1 ms: a large chunk is cut so that it never holds up the event loop. */
const SLICE_BYTES = 512 * 1024;

/** A socket hands over 64 kB at most: gathered, they cost a tenth of the system calls. */
const WRITE_BYTES = 512 * 1024;

function* slices(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += SLICE_BYTES) yield chunk.subarray(at, at + SLICE_BYTES);
}

/**
 * Writes all of the source at the end of the file, which stays open; memory stays bounded by the source's chunks.
 * @throws DomainError image.too_large over `limitBytes`; the source's own error otherwise.
 */
export async function writeUpload(
  file: FileHandle,
  source: Readable,
  limitBytes: number,
): Promise<WrittenUpload> {
  const hash = createHash('sha256');
  let byteLength = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    await file.writeFile(bytes);
  };
  for await (const chunk of source as AsyncIterable<Uint8Array | string>) {
    for (const slice of slices(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)) {
      byteLength += slice.length;
      if (byteLength > limitBytes) {
        throw new DomainError('image.too_large', `the file is larger than ${limitBytes} bytes`, {
          extensions: { bytes_max: limitBytes },
        });
      }
      hash.update(slice);
      pending.push(slice);
      pendingBytes += slice.length;
      if (pendingBytes >= WRITE_BYTES) await flush();
    }
  }
  if (pendingBytes > 0) await flush();
  return { sha256: hash.digest('hex'), byteLength };
}
