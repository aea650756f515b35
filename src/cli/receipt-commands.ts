// `kindred receipt`: checks the receipt of an erasure, with the keys of a file or of a running Kindred.
import type { Command } from 'commander';
import type { ReceiptKeyJwk } from '../receipts/receipt-key.js';
import { connected, type Connect, type Connection } from './connected.js';
import { EXIT } from './erasing.js';
import { checkReceipt, readKeys } from './receipt-file.js';

interface VerifyOptions extends Connection {
  readonly key?: string;
  readonly tenant?: string;
  readonly salt?: string;
  readonly json?: true;
}

export function addReceiptCommands(program: Command, connect: Connect): void {
  const receipt = program.command('receipt').description('receipts of erasures');
  connected(receipt.command('verify <file>').description('check the signature of a receipt'))
    .option(
      '--key <file>',
      'public keys as /v1/receipts/key answers them; default: those of the running Kindred',
    )
    .option('--tenant <id>', 'check as well that it is about this tenant; with --salt')
    .option('--salt <salt>', 'what the answer to the erasure said')
    .action(async (file: string, options: VerifyOptions) => {
      if ((options.tenant === undefined) !== (options.salt === undefined)) {
        throw new Error('--tenant and --salt go together');
      }
      if (options.key !== undefined) return verify(file, await readKeys(options.key), options);
      await connect(options, async (client) => verify(file, await client.receiptKeys(), options));
    });
}

async function verify(
  file: string,
  keys: readonly ReceiptKeyJwk[],
  { tenant, salt, json }: VerifyOptions,
): Promise<void> {
  const subject = tenant === undefined ? undefined : { id: tenant, salt: salt! };
  const result = await checkReceipt(file, keys, subject);
  if (json) console.log(JSON.stringify(result));
  else console.log(result.valid ? 'the receipt is valid' : `the receipt is NOT valid: ${result.reason}`);
  process.exitCode = result.valid ? EXIT.done : EXIT.failed;
}
