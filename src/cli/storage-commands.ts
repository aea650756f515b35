// `kindred storage encrypt`: originals that lie there plainly, from before encryption was turned on.
import type { Command } from 'commander';
import { connected, type Connect, type Connection } from './connected.js';
import type { ApiError } from './api-error.js';
import { EXIT } from './erasing.js';
import { exitRefused } from './exit-refused.js';
import type { KindredClient } from './kindred-client.js';

interface EncryptOptions extends Connection {
  readonly dryRun?: true;
  readonly json?: true;
}

/** What became of a tenant's originals, counts. */
interface Encrypted {
  readonly tenant: string;
  readonly dry_run: boolean;
  readonly encrypted: number;
  readonly encrypted_before: number;
  readonly missing: number;
}

export function addStorageCommands(program: Command, connect: Connect): void {
  connected(
    program
      .command('storage')
      .description('how photos are kept')
      .command('encrypt [tenants...]')
      .description(
        'encrypt originals of before encryption was turned on; default: of all tenants; run again, it goes on',
      ),
  )
    .option('--dry-run', 'only count')
    .action((tenants: string[], options: EncryptOptions) =>
      connect(options, (client) => encryptTenants(client, tenants, options)).catch(exitRefused(exitOf)),
    );
}

async function encryptTenants(
  client: KindredClient,
  tenants: readonly string[],
  options: EncryptOptions,
): Promise<void> {
  const ids = tenants.length > 0 ? tenants : (await client.tenants()).map(({ id }) => id);
  for (const id of ids) {
    const done = await encryptTenant(client, id, options.dryRun === true);
    if (options.json) console.log(JSON.stringify(done));
    else {
      const { encrypted, encrypted_before, missing, dry_run } = done;
      const words = dry_run ? 'would be encrypted' : 'encrypted';
      console.log(`${id}: ${encrypted} ${words}, ${encrypted_before} before, ${missing} without a file`);
    }
  }
}

async function encryptTenant(client: KindredClient, tenant: string, dryRun: boolean): Promise<Encrypted> {
  let done: Encrypted = { tenant, dry_run: dryRun, encrypted: 0, encrypted_before: 0, missing: 0 };
  const images = (await client.tenant(tenant)).image_count;
  for (let cursor: string | null = null; ;) {
    const page = await client.encryptOriginals(tenant, {
      dry_run: dryRun,
      ...(cursor === null ? {} : { cursor }),
    });
    done = {
      ...done,
      encrypted: done.encrypted + page.encrypted,
      encrypted_before: done.encrypted_before + page.encrypted_before,
      missing: done.missing + page.missing,
    };
    cursor = page.next_cursor;
    if (cursor === null) return done;
    console.error(`${tenant}: ${done.encrypted + done.encrypted_before + done.missing} of ${images} images`);
  }
}

function exitOf({ code }: ApiError): number {
  if (code === 'tenant.not_found') return EXIT.notFound;
  return code === 'storage.encryption_off' ? EXIT.refused : EXIT.failed;
}
