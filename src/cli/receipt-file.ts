// `kindred receipt verify`: checks a receipt with the public key, and whom it is about when the salt is known.
import { readFile } from 'node:fs/promises';
import type { ReceiptKeyJwk } from '../receipts/receipt-key.js';
import { pseudonym, verifyReceipt } from '../receipts/signed-receipt.js';

export interface ReceiptCheck {
  readonly valid: boolean;
  /** Why not; null when valid. */
  readonly reason: string | null;
  readonly receipt: Readonly<Record<string, unknown>> | null;
}

/** A JSON Web Key, or a set of them, as `/v1/receipts/key` answers it. */
export async function readKeys(file: string): Promise<ReceiptKeyJwk[]> {
  const value = JSON.parse(await readFile(file, 'utf8')) as ReceiptKeyJwk | { keys: ReceiptKeyJwk[] };
  return 'keys' in value ? value.keys : [value];
}

/** @param tenant With its salt: whether the receipt is about this tenant is checked, too. */
export async function checkReceipt(
  file: string,
  keys: readonly ReceiptKeyJwk[],
  tenant?: { readonly id: string; readonly salt: string },
): Promise<ReceiptCheck> {
  const verdict = verifyReceipt(parse(await readFile(file, 'utf8')), keys);
  if (!verdict.valid) return { valid: false, reason: verdict.reason, receipt: null };
  const { receipt } = verdict;
  const named = (receipt['subject'] as { tenant?: unknown } | undefined)?.tenant;
  if (tenant !== undefined && named !== pseudonym(tenant.salt, 'tenant', tenant.id)) {
    return { valid: false, reason: 'another_tenant', receipt };
  }
  return { valid: true, reason: null, receipt };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
