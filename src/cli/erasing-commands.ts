// The commands of cleaning up: their words, options and exit codes.
import { type Command, InvalidArgumentError } from 'commander';
import { connected, type Connect, type Connection } from './connected.js';
import { ApiError } from './kindred-client.js';
import { eraseAll, type Erased, EXIT } from './erasing.js';
import { type RetentionOptions, tellRetention } from './retention-command.js';
import { addModelCommands } from './model-commands.js';
import { checkReceipt, readKeys } from './receipt-file.js';

interface EraseOptions extends Connection {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly rate: number;
  readonly wait: number;
  readonly receipts?: string;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};

const erasing = (command: Command): Command =>
  connected(command)
    .option('--dry-run', 'only say what would be erased')
    .option('--yes', 'erase; without it nothing is erased')
    .option('--rate <number>', 'erasures begun in a second at most', positive, 5)
    .option('--wait <seconds>', 'longest wait for the end of one erasure', positive, 3600)
    .option('--receipts <folder>', 'keep the receipts here');

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'nothing';

function tell(erased: Erased, json: boolean): void {
  if (json) console.log(JSON.stringify(erased));
  else {
    const { subject, outcome, counts, receipt_id, salt } = erased;
    console.log(`${subject}: ${outcome}${outcome === 'absent' ? '' : `, ${counted(counts)}`}`);
    if (receipt_id !== null) console.log(`  receipt ${receipt_id}${salt === null ? '' : `, salt ${salt}`}`);
  }
}

/** Adds `tenants`, `erase` and `receipt` to the program. */
export function addErasingCommands(program: Command, connect: Connect): void {
  const run = async (
    options: EraseOptions,
    things: readonly { readonly subject: string; readonly path: string }[],
  ): Promise<void> => {
    if (options.dryRun !== true && options.yes !== true) {
      console.error('nothing was erased: say --yes, or --dry-run to see what would be');
      process.exitCode = EXIT.refused;
      return;
    }
    await connect(options, async (client) => {
      process.exitCode = await eraseAll(
        client,
        things,
        {
          dryRun: options.dryRun === true,
          rate: options.rate,
          waitSeconds: options.wait,
          receipts: options.receipts,
        },
        (erased) => tell(erased, options.json === true),
      );
    });
  };

  const tenants = program.command('tenants').description('look at tenants and delete them');
  connected(tenants.command('list').description('every tenant, with counts')).action(
    async (options: Connection & { json?: true }) => {
      await connect(options, async (client) => {
        for (const tenant of await client.tenants()) {
          console.log(options.json ? JSON.stringify(tenant) : `${tenant.id}\t${tenant.image_count} images`);
        }
      });
    },
  );
  for (const [name, what] of [
    ['usage', 'what a tenant holds: images, faces, clusters, open questions'],
    ['inspect', 'everything of a tenant that its deletion would take'],
  ] as const) {
    connected(tenants.command(`${name} <tenant>`).description(what)).action(
      async (tenant: string, options: Connection & { json?: true }) => {
        await connect(options, async (client) => {
          const figures =
            name === 'usage'
              ? { ...(await client.tenant(tenant)) }
              : {
                  space: (await client.tenant(tenant)).space,
                  ...(await client.erasurePlan(`/v1/tenants/${encodeURIComponent(tenant)}`)),
                };
          if (options.json) console.log(JSON.stringify(figures));
          else
            for (const [key, value] of Object.entries(figures))
              console.log(`${key}\t${JSON.stringify(value)}`);
        }).catch(exitNotFound);
      },
    );
  }
  connected(
    tenants
      .command('retention [tenants...]')
      .description('what the periods of tenants erase, and when; a dry run'),
  )
    .option('--by <time>', 'what would be erased by then; default: now')
    .option('--dry-run', 'as always: nothing is erased by asking')
    .action(async (ids: string[], options: Connection & RetentionOptions) => {
      await connect(options, (client) => tellRetention(client, ids, options)).catch(exitNotFound);
    });
  addModelCommands(tenants, connect);
  erasing(
    tenants.command('delete <tenants...>').description('erase tenants with everything they hold'),
  ).action((ids: string[], options: EraseOptions) =>
    run(
      options,
      ids.map((id) => ({ subject: `tenant ${id}`, path: `/v1/tenants/${encodeURIComponent(id)}` })),
    ),
  );

  erasing(program.command('erase').description('erase people, images or faces of a tenant'))
    .requiredOption('--tenant <id>', 'whose they are')
    .option('--person <ids...>', 'clusters, with all their faces')
    .option('--image <ids...>', 'images, with their faces and files')
    .option('--face <ids...>', 'faces')
    .action(
      async (
        options: EraseOptions & { tenant: string; person?: string[]; image?: string[]; face?: string[] },
      ) => {
        const of = (kind: string, room: string, ids: readonly string[] = [], query = '') =>
          ids.map((id) => ({
            subject: `${kind} ${id}`,
            path: `/v1/tenants/${encodeURIComponent(options.tenant)}/${room}/${encodeURIComponent(id)}${query}`,
          }));
        const things = [
          ...of('person', 'clusters', options.person, '?faces=erase'),
          ...of('image', 'images', options.image),
          ...of('face', 'faces', options.face),
        ];
        if (things.length === 0) throw new Error('wanted: --person, --image or --face');
        await run(options, things);
      },
    );

  const receipt = program.command('receipt').description('receipts of erasures');
  connected(receipt.command('verify <file>').description('check the signature of a receipt'))
    .option(
      '--key <file>',
      'public keys as /v1/receipts/key answers them; default: those of the running Kindred',
    )
    .option('--tenant <id>', 'check as well that it is about this tenant; with --salt')
    .option('--salt <salt>', 'what the answer to the erasure said')
    .action(
      async (
        file: string,
        options: Connection & { key?: string; tenant?: string; salt?: string; json?: true },
      ) => {
        if ((options.tenant === undefined) !== (options.salt === undefined)) {
          throw new Error('--tenant and --salt go together');
        }
        const tenant = options.tenant === undefined ? undefined : { id: options.tenant, salt: options.salt! };
        const check = async (keys: Awaited<ReturnType<typeof readKeys>>): Promise<void> => {
          const result = await checkReceipt(file, keys, tenant);
          if (options.json) console.log(JSON.stringify(result));
          else
            console.log(result.valid ? 'the receipt is valid' : `the receipt is NOT valid: ${result.reason}`);
          process.exitCode = result.valid ? EXIT.done : EXIT.failed;
        };
        if (options.key !== undefined) return check(await readKeys(options.key));
        await connect(options, async (client) => check(await client.receiptKeys()));
      },
    );
}

function exitNotFound(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 'tenant.not_found')) throw error;
  console.error(error.message);
  process.exitCode = EXIT.notFound;
}
