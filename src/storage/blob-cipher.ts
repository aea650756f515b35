// How an encrypted blob lies on disk.
//
// [Note: The format of encrypted blobs]
//   bytes 0–7    "KINDRED" and the version, 1
//   bytes 8–23   id of the tenant's key
//   bytes 24–55  salt, random for each file
//   then chunks of 64 KiB of the original (the last one shorter), each followed by a tag of 16 bytes
// AES-256-GCM under a key of the file's own: HKDF-SHA256 of the tenant's key, the salt and the blob's name. The nonce of a chunk
// is seven zeros, its number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár), the
// header is authenticated with each. So a file under another name or tenant, a chunk that was changed, moved or left out, and a
// file that ends early do not open. No nonce is used twice under one key, because no key is used for two files.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const MAGIC = Buffer.from('KINDRED\x01', 'latin1');
export const KEY_ID_BYTES = 16;
const SALT_BYTES = 32;
export const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + SALT_BYTES;
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

export interface BlobKeyMaterial {
  /** Says which key it is, and nothing about it. */
  readonly id: Buffer;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** The file was changed, cut off, or belongs to another name. */
export class DamagedBlob extends Error {
  override readonly name = 'DamagedBlob';
}

/** The key that a header names; undefined: the bytes are no encrypted blob. */
export function keyIdOf(header: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return bytes.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES);
}

/** Length of the original, bytes. @throws DamagedBlob for a length that no encrypted blob has. */
export function originalLength(fileLength: number): number {
  const body = fileLength - HEADER_BYTES;
  const chunks = Math.ceil(body / (CHUNK_BYTES + TAG_BYTES));
  const length = body - chunks * TAG_BYTES;
  if (chunks < 1 || length < (chunks - 1) * CHUNK_BYTES) throw new DamagedBlob('the file ends early');
  return length;
}

/** Writes the encrypted form of a file behind another, in constant memory. @param name The blob's key. */
export async function seal(
  from: FileHandle,
  to: FileHandle,
  name: string,
  { id, key }: BlobKeyMaterial,
): Promise<void> {
  const header = Buffer.concat([MAGIC, id, randomBytes(SALT_BYTES)]);
  const fileKey = fileKeyOf(key, header, name);
  await to.writeFile(header);
  const { size } = await from.stat();
  const chunks = Math.max(1, Math.ceil(size / CHUNK_BYTES));
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let i = 0; i < chunks; i++) {
    const plain = await readExactly(from, buffer, Math.min(CHUNK_BYTES, size - i * CHUNK_BYTES));
    const cipher = createCipheriv(ALGORITHM, fileKey, nonceOf(i, i === chunks - 1));
    cipher.setAAD(header);
    const sealed = cipher.update(plain);
    cipher.final();
    await to.writeFile(Buffer.concat([sealed, cipher.getAuthTag()]));
  }
}

/**
 * The original, chunk by chunk; each was authenticated before it comes, the whole when the last has come.
 * @param name The blob's key. @throws DamagedBlob
 */
export async function* unseal(file: FileHandle, name: string, key: Buffer): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  const length = originalLength(size);
  const header = await readExactly(file, Buffer.alloc(HEADER_BYTES), HEADER_BYTES, 0);
  const fileKey = fileKeyOf(key, header, name);
  const chunks = Math.max(1, Math.ceil(length / CHUNK_BYTES));
  const buffer = Buffer.alloc(CHUNK_BYTES + TAG_BYTES);
  let position = HEADER_BYTES;
  for (let i = 0; i < chunks; i++) {
    const plainBytes = Math.min(CHUNK_BYTES, length - i * CHUNK_BYTES);
    const sealed = await readExactly(file, buffer, plainBytes + TAG_BYTES, position);
    position += sealed.length;
    const decipher = createDecipheriv(ALGORITHM, fileKey, nonceOf(i, i === chunks - 1));
    decipher.setAAD(header).setAuthTag(sealed.subarray(plainBytes));
    const plain = decipher.update(sealed.subarray(0, plainBytes));
    try {
      decipher.final();
    } catch {
      throw new DamagedBlob('the file was changed, or belongs to another name');
    }
    yield plain;
  }
}

const fileKeyOf = (key: Buffer, header: Buffer, name: string): Buffer =>
  Buffer.from(
    hkdfSync('sha256', key, header.subarray(MAGIC.length + KEY_ID_BYTES), `kindred blob 1\n${name}`, 32),
  );

function nonceOf(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(chunk, 7);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

/** @param position Absent: where the last read ended. @throws DamagedBlob when the file ends before. */
async function readExactly(
  file: FileHandle,
  buffer: Buffer,
  length: number,
  position?: number,
): Promise<Buffer> {
  for (let at = 0; at < length;) {
    const where = position === undefined ? null : position + at;
    const { bytesRead } = await file.read(buffer, at, length - at, where);
    if (bytesRead === 0) throw new DamagedBlob('the file ends early');
    at += bytesRead;
  }
  return buffer.subarray(0, length);
}
