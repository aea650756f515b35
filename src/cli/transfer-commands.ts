// `kindred export` and `kindred import`: their words, options and exit codes.
import type { Command } from 'commander';
import { connected, type Connect, type Connection } from './connected.js';
import { EXIT } from './erasing.js';
import { exitRefused } from './exit-refused.js';
import { exportFolder } from './export-folder.js';
import { importFolder } from './import-folder.js';
import type { KindredClient } from './kindred-client.js';

interface ExportWords extends Connection {
  tenant: string;
  to: string;
  person?: string;
  embeddings?: true;
  originals?: true;
  sharedOriginals?: true;
  json?: true;
}

export function addTransferCommands(program: Command, connect: Connect): void {
  connected(
    program
      .command('export')
      .description('write a tenant, or a person, into a folder; run again, it goes on'),
  )
    .requiredOption('--tenant <id>', 'whose it is')
    .requiredOption('--to <folder>', 'where it goes')
    .option('--person <cluster>', 'only this person')
    .option('--embeddings', 'with embeddings; the key needs the scope embeddings')
    .option('--originals', 'with the photos')
    .option(
      '--shared-originals',
      'of a person: also photos that show others, instead of cut-outs of the person',
    )
    .action((options: ExportWords) => connect(options, (client) => runExport(client, options)));

  connected(
    program.command('import').description('send the folder of an export to a tenant; run again, it goes on'),
  )
    .requiredOption('--from <folder>', 'what `kindred export --originals` wrote')
    .requiredOption(
      '--tenant <id>',
      'where it goes; made, with the settings of the export, when it is not there',
    )
    .action((options: Connection & { from: string; tenant: string; json?: true }) =>
      connect(options, (client) => runImport(client, options)),
    );
}

async function runExport(client: KindredClient, options: ExportWords): Promise<void> {
  const done = await exportFolder(client, {
    ...options,
    embeddings: options.embeddings ?? false,
    originals: options.originals ?? false,
    sharedOriginals: options.sharedOriginals ?? false,
  }).catch(notFound);
  if (done === undefined) return;
  const { end, ...files } = done;
  if (options.json) console.log(JSON.stringify({ ...end.counts, ...files, changed: end.changed }));
  else {
    const told = Object.entries({ ...end.counts, ...files }).map(([name, count]) => `${name} ${count}`);
    console.log(`${options.to}: ${told.join(', ')}`);
    if (end.changed)
      console.log(
        'faces or clusters changed meanwhile; for a picture of one moment export into another folder',
      );
  }
  if (files.missing > 0) process.exitCode = EXIT.unfinished;
}

async function runImport(
  client: KindredClient,
  options: { readonly from: string; readonly tenant: string; readonly json?: true },
): Promise<void> {
  const done = await importFolder(client, options).catch(notFound);
  if (done === undefined) return;
  if (options.json) console.log(JSON.stringify(done));
  else {
    const { mapped, ...figures } = done;
    const told = Object.entries(figures).filter(([, count]) => count > 0);
    console.log(told.map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing was new');
    const renamed = Object.keys(mapped).length;
    if (renamed > 0) console.log(`${renamed} ids are others here; --json tells which`);
  }
  if (done.photos_without_original > 0) process.exitCode = EXIT.unfinished;
}

const notFound = exitRefused(({ code }) =>
  /^(tenant|cluster)\.not_found$/.test(code) ? EXIT.notFound : undefined,
);
