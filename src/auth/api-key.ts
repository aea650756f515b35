// An API key as text: kindred_<prefix>_<secret>. The prefix finds the key, the secret proves it; only a hash is kept.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Characters of the prefix: 50 bits, so that even beside a billion keys a new one collides once in a million times. */
const PREFIX_LENGTH = 10;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const SECRET_BYTES = 32;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Characters that 256 bits need in base 62. */
const SECRET_LENGTH = 43;

const API_KEY = new RegExp(`^kindred_([a-z2-7]{${PREFIX_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})$`);

export interface NewApiKey {
  /** Shown once and never kept. */
  readonly key: string;
  readonly prefix: string;
}

export function makeApiKey(): NewApiKey {
  const prefix = [...randomBytes(PREFIX_LENGTH)].map((byte) => BASE32[byte & 31]!).join('');
  return { key: `kindred_${prefix}_${randomSecret()}`, prefix };
}

/** The prefix of a token that has the form of an API key. */
export const prefixOf = (token: string): string | undefined => API_KEY.exec(token)?.[1];

/** 256 random bits in 43 letters and digits. */
export const randomSecret = (): string => base62(randomBytes(SECRET_BYTES));

/** 32 bytes as 43 letters and digits. */
export function base62(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let i = 0; i < SECRET_LENGTH; i++) {
    text = BASE62[Number(rest % 62n)]! + text;
    rest /= 62n;
  }
  return text;
}

/** 64 lower-case hex characters. A random key of 256 bits needs no slow hash. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Compares two hashes in a time that does not tell where they differ. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'latin1');
  const right = Buffer.from(b, 'latin1');
  return left.length === right.length && timingSafeEqual(left, right);
}
