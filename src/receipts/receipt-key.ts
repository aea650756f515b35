// The key that signs receipts: Ed25519, from the configured file, else made once and kept in <data_dir>/receipt-key.pem.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { keptSecret } from '../config/kept-secret.js';
import { canonicalJson } from './canonical-json.js';

const FILE_NAME = 'receipt-key.pem';
const PEM = /^-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----$/;

/** The public half as a JSON Web Key (RFC 8037). */
export interface ReceiptKeyJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** 32 bytes, base64url. */
  readonly x: string;
  readonly kid: string;
}

export class ReceiptKey {
  readonly jwk: ReceiptKeyJwk;

  private constructor(private readonly key: KeyObject) {
    this.jwk = receiptKeyJwk(createPublicKey(key).export({ format: 'jwk' }).x!);
  }

  /** @param file Configured key, PEM (PKCS #8). Throws when a file holds no Ed25519 key. */
  static async open({
    dataDir,
    file,
  }: {
    readonly dataDir: string;
    readonly file?: string | undefined;
  }): Promise<ReceiptKey> {
    const kept =
      file === undefined
        ? await keptSecret({ dataDir, fileName: FILE_NAME, what: 'private key', pattern: PEM, make: makeKey })
        : { file, secret: await readFile(file, 'utf8') };
    const key = parse(kept.secret);
    if (key?.asymmetricKeyType !== 'ed25519') {
      throw new Error(`${kept.file} holds no Ed25519 private key (PEM, PKCS #8)`);
    }
    return new ReceiptKey(key);
  }

  /** Signature over the bytes, base64url. */
  sign(bytes: Uint8Array): string {
    return sign(null, bytes, this.key).toString('base64url');
  }

  /** A log line with this object in it holds no secret. */
  toJSON(): string {
    return '[secret]';
  }
}

/** Names a public key by its thumbprint (RFC 7638). @param x 32 bytes, base64url. */
export function receiptKeyJwk(x: string): ReceiptKeyJwk {
  const bare = { kty: 'OKP', crv: 'Ed25519', x } as const;
  return { ...bare, kid: createHash('sha256').update(canonicalJson(bare)).digest('base64url') };
}

const makeKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().trim();

function parse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
