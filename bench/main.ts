// npm run bench: R1, R3, R4, R6 and R7 of the design, in one interleaved run on this machine. It measures and says; it
// decides nothing and fails no build, because a busy machine is no fault of the code.
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { ArgumentError, parseBenchArguments } from './arguments.js';
import { DurablePostgres } from './durable-postgres.js';
import { verdictsOf } from './goals.js';
import { measureSet } from './measure-set.js';
import { openModelSet, type ModelSetName } from './model-sets.js';
import { Program } from './program.js';
import { describeSet, machine, versions } from './report.js';
import { sharedModels } from './repository.js';

const say = (line: string): void => console.error(`[${new Date().toISOString().slice(11, 19)}] ${line}`);

function setsToMeasure(asked: readonly ModelSetName[] | undefined): readonly ModelSetName[] {
  if (sharedModels) return asked ?? ['small', 'shapes'];
  console.error(
    'MODELS MISSING: no weights at ../shared/models (or KINDRED_SHARED_DIR). RetinaFace, the 512-d recogniser and the ' +
      'shapes of R50 + R100 are NOT MEASURED; the figures are of the compact pack.',
  );
  return ['compact'];
}

async function startDatabase(kind: 'postgres' | 'embedded'): Promise<DurablePostgres | undefined> {
  if (kind === 'embedded') return undefined;
  try {
    return await DurablePostgres.start();
  } catch (error) {
    console.error(`NO POSTGRESQL (${(error as Error).message}): the figures are of the embedded database.`);
    return undefined;
  }
}

async function main(): Promise<void> {
  const options = parseBenchArguments(process.argv.slice(2));
  const sets = setsToMeasure(options.sets);
  const host = machine();
  const software = await versions();
  const postgres = await startDatabase(options.database);
  try {
    const database = postgres ? await postgres.version() : 'embedded (PGlite)';
    console.log(
      [
        'Task: POST a JPEG of 12 megapixels with two faces as multipart, until it is answered 201 with its faces stored.',
        'A bare loop: the same sessions and threads, tensors made beforehand; no HTTP, decoding or database.',
        'B service: node dist/main.js, default configuration. C naive: Express, the same models awaited in the handler.',
        `Rounds of A B C: ${options.rounds}, windows of ${options.seconds} s, ${options.parallel} uploads under way at once.`,
        'Sender, database and contenders share the machine.',
        `Machine: ${host.processor}, ${host.cores} cores, ${host.memoryGiB} GiB, ${host.system}; load before the run ${host.loadBefore.toFixed(1)}`,
        `Versions: ${Object.entries(software)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')}`,
        `Database: ${database}`,
        ...(options.quick ? ['QUICK: shows that the bench runs; the figures mean little.'] : []),
      ].join('\n'),
    );
    const results = [];
    for (const name of sets) {
      const set = await openModelSet(name);
      try {
        const result = await measureSet(set, { ...options, postgres, say });
        const verdicts = verdictsOf(result);
        console.log(describeSet(result, verdicts));
        results.push({ ...result, verdicts });
      } finally {
        await set.remove();
      }
    }
    const loadAfter = loadavg()[0];
    if (options.json !== undefined) {
      const report = { options, machine: { ...host, loadAfter }, versions: software, database, results };
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await postgres?.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void Program.interruptAll());

main().catch((error: unknown) => {
  console.error(error instanceof ArgumentError ? error.message : error);
  process.exit(1);
});
