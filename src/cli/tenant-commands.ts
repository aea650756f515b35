// `kindred tenants`: what tenants there are, what they hold, and what their periods will erase. Nothing is changed by asking.
import type { Command } from 'commander';
import { connected, type Connect, type Connection } from './connected.js';
import { exitNotFound } from './exit-refused.js';
import type { KindredClient } from './kindred-client.js';
import { addModelCommands } from './model-commands.js';
import { type RetentionOptions, tellRetention } from './retention-command.js';

type AskOptions = Connection & { readonly json?: true };

/** @returns The command `tenants`, for others to add theirs. */
export function addTenantCommands(program: Command, connect: Connect): Command {
  const tenants = program.command('tenants').description('look at tenants and delete them');
  connected(tenants.command('list').description('every tenant, with counts')).action((options: AskOptions) =>
    connect(options, (client) => listTenants(client, options)),
  );
  addFigures(tenants, connect, {
    name: 'usage',
    description: 'what a tenant holds: images, faces, clusters, open questions',
    read: async (client, tenant) => ({ ...(await client.tenant(tenant)) }),
  });
  addFigures(tenants, connect, {
    name: 'inspect',
    description: 'everything of a tenant that its deletion would take',
    read: async (client, tenant) => ({
      space: (await client.tenant(tenant)).space,
      ...(await client.erasurePlan(`/v1/tenants/${encodeURIComponent(tenant)}`)),
    }),
  });
  connected(
    tenants
      .command('retention [tenants...]')
      .description('what the periods of tenants erase, and when; a dry run'),
  )
    .option('--by <time>', 'what would be erased by then; default: now')
    .option('--dry-run', 'as always: nothing is erased by asking')
    .action((ids: string[], options: Connection & RetentionOptions) =>
      connect(options, (client) => tellRetention(client, ids, options)).catch(exitNotFound),
    );
  addModelCommands(tenants, connect);
  return tenants;
}

async function listTenants(client: KindredClient, options: AskOptions): Promise<void> {
  for (const tenant of await client.tenants()) {
    console.log(options.json ? JSON.stringify(tenant) : `${tenant.id}\t${tenant.image_count} images`);
  }
}

/** A command that tells figures of one tenant, one a line. */
function addFigures(
  tenants: Command,
  connect: Connect,
  figures: {
    readonly name: string;
    readonly description: string;
    read(client: KindredClient, tenant: string): Promise<Readonly<Record<string, unknown>>>;
  },
): void {
  connected(tenants.command(`${figures.name} <tenant>`).description(figures.description)).action(
    (tenant: string, options: AskOptions) =>
      connect(options, async (client) => {
        const read = await figures.read(client, tenant);
        if (options.json) console.log(JSON.stringify(read));
        else for (const [key, value] of Object.entries(read)) console.log(`${key}\t${JSON.stringify(value)}`);
      }).catch(exitNotFound),
  );
}
