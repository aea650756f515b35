// Names of blobs. A key is a relative path that is safe on every file system, whatever a tenant is called.
//
// [Note: Tenant ids in paths]
// A tenant id may be '..', '.', 'CON' or 'aux', and 'A' and 'a' are two tenants while many file systems hold them for
// one name. So every byte but a-z, 0-9 and '-' is written as '_' and two hex digits, and a prefix keeps the result from
// ever being a reserved or hidden name. The encoding is injective, lower case only, and needs no table.
import { Buffer } from 'node:buffer';

/** Longest encoded name, bytes; ext4, APFS and NTFS allow 255. A tenant id of 64 characters needs at most 194. */
const SEGMENT_LENGTH_MAX = 240;
const SEGMENT = /^[a-z0-9][a-z0-9_-]*$/;

/** An injective, lower-case name for any text; at least `prefix` long. @throws RangeError when it would be too long. */
function encodeSegment(prefix: string, text: string): string {
  let encoded = prefix;
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    encoded += /[a-z0-9-]/.test(char) ? char : `_${byte.toString(16).padStart(2, '0')}`;
  }
  if (encoded.length > SEGMENT_LENGTH_MAX) throw new RangeError('the name is too long to be a blob key');
  return encoded;
}

/** Everything of a tenant lies under this prefix, and nothing of anybody else. */
export function tenantBlobPrefix(tenantId: string): string {
  return `${encodeSegment('t-', tenantId)}/`;
}

/** @param imageId A UUIDv7: its last two digits are random and spread the images over 256 folders. */
export function imageBlobKey(tenantId: string, imageId: string): string {
  const name = encodeSegment('i-', imageId);
  return `${tenantBlobPrefix(tenantId)}${encodeSegment('', name.slice(-2).replace(/[^a-z0-9]/g, '0'))}/${name}`;
}

/** @throws RangeError for anything that is not a plain chain of safe names. */
export function assertBlobKey(key: string): void {
  const segments = key.split('/');
  if (!segments.every((segment) => segment.length <= SEGMENT_LENGTH_MAX && SEGMENT.test(segment))) {
    throw new RangeError('not a blob key');
  }
}

/** A prefix is a folder: '' for everything, else a chain of safe names that ends in '/'. @throws RangeError otherwise. */
export function assertBlobPrefix(prefix: string): void {
  if (prefix === '') return;
  if (!prefix.endsWith('/')) throw new RangeError('a blob prefix ends in /');
  assertBlobKey(prefix.slice(0, -1));
}
