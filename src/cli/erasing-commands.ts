// The commands that erase: their words, options and exit codes; with them come those that look and those that check.
import { type Command, InvalidArgumentError } from 'commander';
import { connected, type Connect, type Connection } from './connected.js';
import { eraseAll, type Erased, EXIT } from './erasing.js';
import { addReceiptCommands } from './receipt-commands.js';
import { addTenantCommands } from './tenant-commands.js';

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

interface Thing {
  readonly subject: string;
  readonly path: string;
}

type Run = (options: EraseOptions, things: readonly Thing[]) => Promise<void>;

/** Adds `tenants`, `erase` and `receipt` to the program. */
export function addErasingCommands(program: Command, connect: Connect): void {
  const run: Run = (options, things) => eraseIfSaid(connect, options, things);
  addTenantErasure(addTenantCommands(program, connect), run);
  addPartErasure(program, run);
  addReceiptCommands(program, connect);
}

async function eraseIfSaid(connect: Connect, options: EraseOptions, things: readonly Thing[]): Promise<void> {
  if (options.dryRun !== true && options.yes !== true) {
    console.error('nothing was erased: say --yes, or --dry-run to see what would be');
    process.exitCode = EXIT.refused;
    return;
  }
  const wishes = {
    dryRun: options.dryRun === true,
    rate: options.rate,
    waitSeconds: options.wait,
    receipts: options.receipts,
  };
  await connect(options, async (client) => {
    process.exitCode = await eraseAll(client, things, wishes, (erased) =>
      tell(erased, options.json === true),
    );
  });
}

const pathOf = (tenant: string): string => `/v1/tenants/${encodeURIComponent(tenant)}`;

function addTenantErasure(tenants: Command, run: Run): void {
  erasing(
    tenants.command('delete <tenants...>').description('erase tenants with everything they hold'),
  ).action((ids: string[], options: EraseOptions) =>
    run(
      options,
      ids.map((id) => ({ subject: `tenant ${id}`, path: pathOf(id) })),
    ),
  );
}

interface PartOptions extends EraseOptions {
  readonly tenant: string;
  readonly person?: readonly string[];
  readonly image?: readonly string[];
  readonly face?: readonly string[];
}

function addPartErasure(program: Command, run: Run): void {
  erasing(program.command('erase').description('erase people, images or faces of a tenant'))
    .requiredOption('--tenant <id>', 'whose they are')
    .option('--person <ids...>', 'clusters, with all their faces')
    .option('--image <ids...>', 'images, with their faces and files')
    .option('--face <ids...>', 'faces')
    .action(async (options: PartOptions) => {
      const things = partsOf(options);
      if (things.length === 0) throw new Error('wanted: --person, --image or --face');
      await run(options, things);
    });
}

function partsOf({ tenant, person = [], image = [], face = [] }: PartOptions): Thing[] {
  const thing = (kind: string, room: string, id: string, query = ''): Thing => ({
    subject: `${kind} ${id}`,
    path: `${pathOf(tenant)}/${room}/${encodeURIComponent(id)}${query}`,
  });
  return [
    ...person.map((id) => thing('person', 'clusters', id, '?faces=erase')),
    ...image.map((id) => thing('image', 'images', id)),
    ...face.map((id) => thing('face', 'faces', id)),
  ];
}
