// The table `receipt_keys`: public halves of all keys that ever signed receipts here, whichever process holds them.
import type { Transaction } from '../transaction-client.js';

export interface ReceiptKeyRecord {
  /** Thumbprint of the key (RFC 7638). */
  readonly id: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  readonly createdAt: Date;
}

/** Far more than anybody makes: keys change by an operator's hand. */
const KEYS_MAX = 1000;

export class ReceiptKeyDirectory {
  constructor(private readonly tx: Transaction) {}

  /** Writes a key down, once. */
  async register(key: ReceiptKeyRecord): Promise<void> {
    await this.tx.receiptKey.createMany({ data: [key], skipDuplicates: true });
  }

  /** Newest first. */
  async list(): Promise<ReceiptKeyRecord[]> {
    return this.tx.receiptKey.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], take: KEYS_MAX });
  }
}
