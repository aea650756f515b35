// Receipts: signed with this process's key, handed out for ever, with the public keys of all processes there ever were.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SystemStore } from '../database/system-store.js';
import { DomainError } from '../domain/domain-error.js';
import { ReceiptKey, receiptKeyJwk, type ReceiptKeyJwk } from '../receipts/receipt-key.js';
import { signReceipt, type SignedReceipt } from '../receipts/signed-receipt.js';

@Injectable()
export class ReceiptsService implements OnModuleInit {
  constructor(
    private readonly key: ReceiptKey,
    private readonly system: SystemStore,
  ) {}

  /** Writes the public key down before anything is signed with it: receipts outlive their key's file. */
  async onModuleInit(): Promise<void> {
    const { kid, x } = this.key.jwk;
    await this.system.transaction(({ receiptKeys }) =>
      receiptKeys.register({ id: kid, publicKey: x, createdAt: new Date() }),
    );
  }

  /** The signed document, as it is kept. */
  sign(receipt: SignedReceipt['receipt']): string {
    return signReceipt(this.key, receipt);
  }

  /** Newest first. */
  async keys(): Promise<ReceiptKeyJwk[]> {
    const keys = await this.system.transaction(({ receiptKeys }) => receiptKeys.list());
    return keys.map(({ publicKey }) => receiptKeyJwk(publicKey));
  }

  /** The very bytes that were signed. @throws DomainError receipt.not_found, also while the erasure is under way. */
  async get(id: string): Promise<string> {
    const erasure = await this.system.transaction(({ erasures }) => erasures.find(id));
    const receipt = erasure?.receipt ?? null;
    if (receipt === null) throw new DomainError('receipt.not_found', 'There is no such receipt.');
    return receipt;
  }
}
