// Receipts: what was erased, signed, so that anybody with the public key can check it later without asking Kindred.
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import { receiptKeyJwk, type ReceiptKey, type ReceiptKeyJwk } from './receipt-key.js';

export interface SignedReceipt {
  readonly receipt: Readonly<Record<string, unknown>>;
  readonly signature: { readonly algorithm: 'Ed25519'; readonly key_id: string; readonly value: string };
}

/** The document as it is kept and handed out: canonical itself, so that its bytes never depend on who writes it. */
export function signReceipt(key: ReceiptKey, receipt: SignedReceipt['receipt']): string {
  const signature = {
    algorithm: 'Ed25519',
    key_id: key.jwk.kid,
    value: key.sign(Buffer.from(canonicalJson(receipt))),
  } as const;
  return canonicalJson({ receipt, signature } satisfies SignedReceipt);
}

export type ReceiptVerdict =
  | { readonly valid: true; readonly receipt: SignedReceipt['receipt'] }
  | { readonly valid: false; readonly reason: 'not_a_receipt' | 'unknown_key' | 'signature_wrong' };

/** @param keys Public keys that are trusted: from the route, or a file that was kept. */
export function verifyReceipt(document: unknown, keys: readonly ReceiptKeyJwk[]): ReceiptVerdict {
  if (!isSignedReceipt(document)) return { valid: false, reason: 'not_a_receipt' };
  const { receipt, signature } = document;
  // The id follows from the key: a key under another's name is not taken.
  const key = keys.find(({ x }) => receiptKeyJwk(x).kid === signature.key_id);
  if (key === undefined) return { valid: false, reason: 'unknown_key' };
  const publicKey = createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: 'jwk' });
  const bytes = Buffer.from(canonicalJson(receipt));
  const good = verify(null, bytes, publicKey, Buffer.from(signature.value, 'base64url'));
  return good ? { valid: true, receipt } : { valid: false, reason: 'signature_wrong' };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSignedReceipt(value: unknown): value is SignedReceipt {
  if (!isObject(value) || !isObject(value['receipt']) || !isObject(value['signature'])) return false;
  const { algorithm, key_id, value: bytes } = value['signature'];
  return algorithm === 'Ed25519' && typeof key_id === 'string' && typeof bytes === 'string';
}

/**
 * Stands for an id in a receipt. Nobody can go back from it, or try ids out, without the salt, which is told only to whoever
 * asked for the erasure.
 * @param salt 256 bits, hex.
 */
export const pseudonym = (salt: string, kind: string, id: string): string =>
  `hmac-sha256:${createHmac('sha256', Buffer.from(salt, 'hex')).update(`${kind}\n${id}`).digest('hex')}`;
