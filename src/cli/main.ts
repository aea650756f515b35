#!/usr/bin/env node
// `kindred`: what people run by hand or in scripts. A client of the HTTP API.
import { Command, InvalidArgumentError } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processConfig } from '../config/process-config.js';
import { packageVersion } from '../config/package-version.js';
import { demo, samplePhotos } from './demo.js';
import { evaluate, renderEvaluation } from './evaluate.js';
import { KindredClient } from './kindred-client.js';
import { findLabelledPhotos } from './labelled-photos.js';
import { withKindred } from './with-kindred.js';

interface Connection {
  readonly url?: string;
  readonly token?: string;
}

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0');
  return Number(text);
};

const list = (text: string): string[] => text.split(',').filter((part) => part !== '');

/** The Kindred that the options name; without them, that of this folder's configuration, started when it is not running. */
async function connect<T>(
  { url, token }: Connection,
  work: (client: KindredClient) => Promise<T>,
): Promise<T> {
  if (url !== undefined) {
    if (token === undefined) throw new Error('--url needs --token');
    return work(new KindredClient(url, token));
  }
  const config = processConfig();
  const adminToken = async (): Promise<string> =>
    config.auth.adminToken ?? (await readFile(join(config.dataDir, 'admin-token'), 'utf8')).trim();
  return withKindred(config, async (address) =>
    work(new KindredClient(address, token ?? (await adminToken()))),
  );
}

const program = new Command('kindred')
  .description('Photos in, people and a review queue out.')
  .version(packageVersion);

const command = (name: string): Command =>
  program
    .command(name)
    .option('--url <url>', 'a running Kindred; default: the one of ./config.toml and the environment')
    .option('--token <token>', 'API key or admin token; default: the admin token of the data folder');

command('demo')
  .description('send sample photos and write a page that shows the people found and the open questions')
  .option('--photos <files>', 'comma-separated picture files instead of the six samples', list)
  .option('--tenant <id>', 'tenant to use', 'demo')
  .option('--page <file>', 'where the page goes', 'data/demo.html')
  .action(async (options: Connection & { photos?: string[]; tenant: string; page: string }) => {
    await connect(options, async (client) => {
      const result = await demo(
        client,
        options.tenant,
        options.photos ?? (await samplePhotos()),
        options.page,
      );
      console.log(
        `${result.photos} photos, ${result.faces} faces, ${result.people} people, ${result.questions} open review items\n` +
          `look at them: ${pathToFileURL(result.page).href}`,
      );
    });
  });

command('evaluate')
  .description('send labelled photos and say how well they were grouped (BCubed and pairwise figures)')
  .requiredOption('--photos <folder>', 'a folder with a manifest.csv, or with one sub-folder a person')
  .option('--sets <names>', 'only these sets of the manifest, comma-separated', list, [])
  .option('--tenant <id>', 'tenant to use; it should be empty', `evaluate-${Date.now()}`)
  .option('--parallel <n>', 'photos sent at once', wholeNumber)
  .option('--json', 'print JSON')
  .action(
    async (
      options: Connection & {
        photos: string;
        sets: string[];
        tenant: string;
        parallel?: number;
        json?: boolean;
      },
    ) => {
      await connect(options, async (client) => {
        const photos = await findLabelledPhotos(options.photos, options.sets);
        if (photos.length === 0) throw new Error(`no labelled photos in ${options.photos}`);
        const { parallel } = options;
        const evaluation = await evaluate(
          client,
          options.tenant,
          photos,
          parallel === undefined ? {} : { parallel },
        );
        console.log(options.json ? JSON.stringify(evaluation, null, 2) : renderEvaluation(evaluation));
      });
    },
  );

command('openapi')
  .description('write the OpenAPI document of a running Kindred')
  .option('--out <file>', 'where it goes', 'openapi.json')
  .action(async ({ out, ...options }: Connection & { out: string }) => {
    await connect(options, async (client) => {
      await writeFile(out, `${JSON.stringify(await client.openApi(), null, 2)}\n`);
      console.log(`wrote ${out}`);
    });
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
