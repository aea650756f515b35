#!/usr/bin/env node
// `kindred`: what people run by hand or in scripts. A client of the HTTP API.
import { Command, InvalidArgumentError } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processConfig } from '../config/process-config.js';
import { packageVersion } from '../config/package-version.js';
import { seededRandom } from '../domain/evaluation/seeded-random.js';
import { calibrateOnAnswers, renderAnswers, undoCalibration } from './calibrate-answers.js';
import { calibrateOnPhotos } from './calibrate.js';
import { demo, samplePhotos } from './demo.js';
import { evaluatePack } from './evaluate-pack.js';
import { evaluate, type Evaluation, renderEvaluation } from './evaluate.js';
import type { Connection } from './connected.js';
import { addErasingCommands } from './erasing-commands.js';
import { KindredClient } from './kindred-client.js';
import { findLabelledPhotos } from './labelled-photos.js';
import {
  QUESTION_ORDERS,
  type QuestionOrder,
  renderCurves,
  type ReviewCurve,
  reviewByLabels,
} from './scripted-reviewer.js';
import { addStorageCommands } from './storage-commands.js';
import { exitNotFound } from './exit-refused.js';
import { addTransferCommands } from './transfer-commands.js';
import { calibrateSynthetic, evaluateOnSynthetic, syntheticCalibrationFile } from './synthetic.js';
import { renderAudit, verifyAudit } from './verify-audit.js';
import { withKindred } from './with-kindred.js';

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0');
  return Number(text);
};

const share = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('must be a number from 0 to 1');
  return value;
};

function questionOrders(names: readonly string[]): QuestionOrder[] {
  return names.map((name) => {
    const order = QUESTION_ORDERS.find((known) => known === name);
    if (order === undefined) throw new Error(`--answer knows ${QUESTION_ORDERS.join(', ')}, not ${name}`);
    return order;
  });
}

const sizeShare = (text: string): number => {
  const value = share(text);
  if (value < 0.01) throw new InvalidArgumentError('must be a number from 0.01 to 1');
  return value;
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

const command = (name: string, under: Command = program): Command =>
  under
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

interface EvaluateOptions extends Connection {
  photos?: string;
  pack?: string;
  models?: string;
  sets: string[];
  tenant: string;
  parallel?: number;
  answer?: string[];
  wrong: number;
  questions: number;
  synthetic?: boolean;
  calibration: string;
  orders: number;
  size: number;
  json?: string | true;
  report?: string;
}

command('evaluate')
  .description(
    'say how well faces are grouped: labelled photos sent to Kindred, or made-up faces and the bars to reach',
  )
  .option('--photos <folder>', 'a folder with a manifest.csv, or with one sub-folder a person')
  .option('--sets <names>', 'only these sets of the manifest, comma-separated', list, [])
  .option(
    '--pack <id>',
    'with --photos: judge this pack and its calibration, baselines in the same run; needs no service',
  )
  .option('--models <folder>', 'with --pack: the folder of model packs; default: as configured')
  .option('--tenant <id>', 'tenant to use; it should be empty', `evaluate-${Date.now()}`)
  .option('--parallel <n>', 'photos sent at once', wholeNumber)
  .option(
    '--answer <orders>',
    'then answer the open questions from the labels, in each of these orders',
    list,
  )
  .option('--wrong <share>', 'share of answers that are wrong, 0..1', share, 0)
  .option('--questions <n>', 'answers at most', wholeNumber, 400)
  .option(
    '--synthetic',
    'made-up faces, baselines in the same run; needs no service; exits 1 when a bar is missed',
  )
  .option(
    '--calibration <file>',
    'with --synthetic: calibration of the made-up space',
    syntheticCalibrationFile,
  )
  .option('--orders <n>', 'with --synthetic or --pack: orders of arrival', wholeNumber, 10)
  .option('--size <share>', 'with --synthetic: share of the full sets; the bars are made for 1', sizeShare, 1)
  .option('--json [file]', 'print JSON, or write it to a file beside the table')
  .option(
    '--report <file>',
    'with --synthetic or --pack: write a page with plots, and pictures of what went wrong',
  )
  .action((options: EvaluateOptions) =>
    options.synthetic === true
      ? evaluateOnSynthetic(options)
      : options.pack === undefined
        ? evaluateOnPhotos(options)
        : evaluatePack({ ...options, ...offline(options.photos, options.pack, options.models) }),
  );

/** What commands that need no service but a pack have in common. */
function offline(photos: string | undefined, pack: string, modelsDir: string | undefined) {
  if (photos === undefined) throw new Error('--pack needs --photos <folder>');
  const { models, inference } = processConfig();
  return { photos, pack, modelsDir: modelsDir ?? models.dir, threads: inference.workers };
}

async function evaluateOnPhotos(options: EvaluateOptions): Promise<void> {
  const { photos: folder, parallel, json } = options;
  if (folder === undefined) throw new Error('wanted: --photos <folder> or --synthetic');
  const orders = questionOrders(options.answer ?? []);
  await connect(options, async (client) => {
    const photos = await findLabelledPhotos(folder, options.sets);
    if (photos.length === 0) throw new Error(`no labelled photos in ${folder}`);
    const evaluateInto = (tenant: string): Promise<Evaluation> =>
      evaluate(client, tenant, photos, parallel === undefined ? {} : { parallel });
    const curves: ReviewCurve[] = [];
    let evaluation = orders.length === 0 ? await evaluateInto(options.tenant) : undefined;
    // Every order begins with the same gallery, in a tenant of its own.
    for (const order of orders) {
      const tenant = `${options.tenant}-${order}`;
      evaluation = await evaluateInto(tenant);
      curves.push(
        await reviewByLabels(client, tenant, {
          people: new Map(Object.entries(evaluation.faceIds)),
          order,
          wrong: options.wrong,
          questionsMax: options.questions,
          random: seededRandom(1).uniform,
        }),
      );
    }
    const document = JSON.stringify({ ...evaluation, curves }, null, 2);
    if (typeof json === 'string') await writeFile(json, `${document}\n`);
    const table = [renderEvaluation(evaluation!), renderCurves(curves)].slice(0, orders.length === 0 ? 1 : 2);
    console.log(json === true ? document : table.join('\n\n'));
  });
}

interface CalibrateOptions extends Connection {
  answers?: boolean;
  tenant?: string;
  apply?: boolean;
  undo?: boolean;
  photos?: string;
  sets: string[];
  pack?: string;
  models?: string;
  synthetic?: boolean;
  out?: string;
  report?: string;
  size: number;
}

command('calibrate')
  .description(
    'fit the calibration of a model pack on labelled photos, that of the made-up space, or offset and slope of a tenant on its answers',
  )
  .option('--photos <folder>', 'a folder with a manifest.csv, or with one sub-folder a person')
  .option('--sets <names>', 'only these sets of the manifest, comma-separated', list, [])
  .option('--pack <id>', 'with --photos: the model pack; needs no running service')
  .option('--models <folder>', 'with --photos: the folder of model packs; default: as configured')
  .option('--synthetic', 'made-up faces: the training sets of the protocol')
  .option('--answers', 'with --tenant: what people answered in its review queue; prints what fits')
  .option('--tenant <id>', 'with --answers: whose answers')
  .option('--apply', 'with --answers: make it a setting of the tenant, when it is better than the pack')
  .option('--undo', 'with --answers: put back what stood before the last --apply')
  .option('--out <file>', "where it goes; default: the pack's folder, or the made-up space's own file")
  .option('--report <file>', 'with --photos: write a page with plots')
  .option('--size <share>', 'with --synthetic: share of the full sets', sizeShare, 1)
  .action(async (options: CalibrateOptions) => {
    if (options.answers === true) await calibrateTenant(options);
    else console.log(`wrote ${await calibrate(options)}`);
  });

async function calibrateTenant({ tenant, apply, undo, ...options }: CalibrateOptions): Promise<void> {
  if (tenant === undefined) throw new Error('--answers needs --tenant <id>');
  if (apply === true && undo === true) throw new Error('wanted: --apply or --undo, not both');
  await connect(options, async (client) => {
    if (undo !== true) {
      const found = await calibrateOnAnswers(client, { tenant, apply: apply === true });
      console.log(renderAnswers(tenant, found));
      return;
    }
    const now = await undoCalibration(client, tenant);
    const which = now === null ? 'the figures of the pack' : `what was fitted at ${now.fittedAt}`;
    console.log(`${tenant}: back to ${which}`);
  });
}

async function calibrate(options: CalibrateOptions): Promise<string> {
  const { photos, pack, models } = options;
  if (options.synthetic === true)
    return calibrateSynthetic(options.out ?? syntheticCalibrationFile, options.size);
  if (pack === undefined)
    throw new Error('wanted: --photos <folder> --pack <id>, --synthetic, or --answers --tenant <id>');
  return calibrateOnPhotos({ ...options, ...offline(photos, pack, models) });
}

command('verify', program.command('audit').description('the log of what was done, by whom and why'))
  .description(
    'compute every hash of the audit logs anew; exits 1 when a log was tampered with, 3 without such a tenant',
  )
  .option('--tenant <id>', "only this tenant's log; one of its keys with the scope admin is enough")
  .option('--json', 'print JSON')
  .action(async ({ tenant, json, ...options }: Connection & { tenant?: string; json?: true }) => {
    await connect(options, async (client) => {
      const reports = await verifyAudit(client, tenant);
      console.log(json ? JSON.stringify(reports, null, 2) : renderAudit(reports));
      if (reports.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
    }).catch(exitNotFound);
  });

command('openapi')
  .description('write the OpenAPI document of a running Kindred')
  .option('--out <file>', 'where it goes', 'openapi.json')
  .action(async ({ out, ...options }: Connection & { out: string }) => {
    await connect(options, async (client) => {
      await writeFile(out, `${JSON.stringify(await client.openApi(), null, 2)}\n`);
      console.log(`wrote ${out}`);
    });
  });

addErasingCommands(program, connect);
addTransferCommands(program, connect);
addStorageCommands(program, connect);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
