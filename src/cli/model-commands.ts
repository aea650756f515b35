// `kindred tenants change-model`: moves a tenant to another model pack, watches the move, finishes it or takes it back.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { connected, type Connect, type Connection } from './connected.js';
import { EXIT } from './erasing.js';
import { exitRefused } from './exit-refused.js';
import { ApiError, type KindredClient, type ModelChangeAnswer } from './kindred-client.js';

interface ChangeOptions extends Connection {
  readonly pack?: string;
  readonly dryRun?: true;
  readonly wait?: true;
  readonly undo?: true;
  readonly finish?: true;
  readonly json?: true;
}

const POLL_MS = 1000;

export function addModelCommands(tenants: Command, connect: Connect): void {
  connected(tenants.command('change-model <tenant>'))
    .description(
      'move a tenant to another model pack; without --pack, --undo or --finish: the changes so far',
    )
    .option('--pack <id>', 'an installed model pack')
    .option('--dry-run', 'look at all photos and only say what would change')
    .option('--wait', 'until it has settled, with its progress')
    .addOption(new Option('--undo', 'take the latest change back').conflicts(['pack', 'finish']))
    .addOption(new Option('--finish', 'erase the former vectors of the latest change now').conflicts('pack'))
    .action((tenant: string, options: ChangeOptions) =>
      connect(options, (client) => changeModel(client, tenant, options)).catch(exitRefused(exitOf)),
    );
}

async function changeModel(client: KindredClient, tenant: string, options: ChangeOptions): Promise<void> {
  const say = (answer: object): void => console.log(JSON.stringify(answer, undefined, options.json ? 0 : 2));
  const changes = await client.modelChanges(tenant);
  if (options.pack === undefined && !options.undo && !options.finish) return changes.forEach(say);
  const change =
    options.pack === undefined
      ? await latest(client, tenant, changes, options.undo ? 'undo' : 'finish')
      : await client.orderModelChange(tenant, options.pack, options.dryRun === true);
  if (!options.wait) return say(change);
  let job = await client.job(change.job_id);
  for (let told = ''; job.state === 'running'; job = await client.job(change.job_id)) {
    const progress = JSON.stringify(job.progress);
    if (progress !== told) console.error(progress);
    told = progress;
    await sleep(POLL_MS);
  }
  say(job.result ?? job.problem ?? {});
  if (job.state === 'failed') process.exitCode = EXIT.failed;
}

async function latest(
  client: KindredClient,
  tenant: string,
  [newest]: readonly ModelChangeAnswer[],
  what: 'undo' | 'finish',
): Promise<ModelChangeAnswer> {
  if (newest === undefined) throw new ApiError(404, 'model_change.not_found', 'There is no change of model.');
  return client.modelChange(tenant, newest.id, what);
}

const exitOf = ({ status }: ApiError): number => (status === 404 ? EXIT.notFound : EXIT.refused);
