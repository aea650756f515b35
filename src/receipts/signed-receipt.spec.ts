// Receipts are checked with the public key alone, and nothing in them can be changed.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReceiptKey, receiptKeyJwk } from './receipt-key.js';
import { pseudonym, signReceipt, verifyReceipt, type SignedReceipt } from './signed-receipt.js';

const RECEIPT = { id: 'r', erased: { faces: 2, files: 1 }, note: 'naïve', at: '2026-01-01T00:00:00.000Z' };

describe('receipts', () => {
  let dataDir: string;
  let key: ReceiptKey;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'kindred-receipts-'));
    key = await ReceiptKey.open({ dataDir });
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const document = (): SignedReceipt => JSON.parse(signReceipt(key, RECEIPT)) as SignedReceipt;

  it('verify with the public key, however their members are ordered and spaced', () => {
    expect(verifyReceipt(document(), [key.jwk])).toEqual({ valid: true, receipt: RECEIPT });
    const { receipt, signature } = document();
    const reordered = {
      signature,
      receipt: Object.fromEntries(Object.entries(receipt).reverse()),
    };
    expect(verifyReceipt(reordered, [key.jwk])).toMatchObject({ valid: true });
  });

  it.each([
    ['a count', { erased: { faces: 3, files: 1 } }],
    ['a time', { at: '2026-01-02T00:00:00.000Z' }],
    ['a member more', { more: true }],
  ])('do not verify with %s changed', (_, change) => {
    const { receipt, signature } = document();
    expect(verifyReceipt({ receipt: { ...receipt, ...change }, signature }, [key.jwk])).toEqual({
      valid: false,
      reason: 'signature_wrong',
    });
  });

  it('do not verify with another key, nor with another key under the right name', () => {
    const other = receiptKeyJwk(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x!);
    for (const keys of [[], [other], [{ ...other, kid: key.jwk.kid }]]) {
      expect(verifyReceipt(document(), keys)).toEqual({ valid: false, reason: 'unknown_key' });
    }
  });

  it.each([null, [], 'x', {}, { receipt: {} }, { receipt: {}, signature: { algorithm: 'none' } }])(
    'are not %j',
    (value) => {
      expect(verifyReceipt(value, [key.jwk])).toEqual({ valid: false, reason: 'not_a_receipt' });
    },
  );

  it('are signed with a key that is made once, closed to others, and the same for all who start at once', async () => {
    const again = await Promise.all([1, 2, 3].map(() => ReceiptKey.open({ dataDir })));
    expect(again.map(({ jwk }) => jwk.kid)).toEqual(Array(3).fill(key.jwk.kid));
    const file = join(dataDir, 'receipt-key.pem');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('BEGIN PRIVATE KEY');
    expect(JSON.stringify({ key })).toBe('{"key":"[secret]"}');
  });

  it('are signed with the configured key, and with nothing that is no Ed25519 key', async () => {
    const file = join(dataDir, 'own.pem');
    const pem = (pair: ReturnType<typeof generateKeyPairSync>): string =>
      pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const own = generateKeyPairSync('ed25519');
    await writeFile(file, pem(own));
    expect((await ReceiptKey.open({ dataDir, file })).jwk.x).toBe(own.publicKey.export({ format: 'jwk' }).x);
    for (const text of ['no key', pem(generateKeyPairSync('x25519'))]) {
      await writeFile(file, text);
      await expect(ReceiptKey.open({ dataDir, file })).rejects.toThrow('own.pem holds no Ed25519');
    }
  });

  it('name by a pseudonym that differs with salt, kind and id, and is the same for the same', () => {
    const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)];
    const names = [
      pseudonym(a, 'tenant', 'x'),
      pseudonym(b, 'tenant', 'x'),
      pseudonym(a, 'face', 'x'),
      pseudonym(a, 'tenant', 'y'),
    ];
    expect(new Set(names).size).toBe(4);
    expect(names[0]).toBe(pseudonym(a, 'tenant', 'x'));
    expect(names.join()).toMatch(/^(hmac-sha256:[0-9a-f]{64},?){4}$/);
  });
});
