// One set of models: starts the contenders, runs them in turn, and answers with what was seen.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchArguments } from './arguments.js';
import type { AssignmentOptions, AssignmentSample } from './contenders/assignment-cost.js';
import type { BareOptions, BareWindow } from './contenders/bare-loop.js';
import { ADMIN_TOKEN, startService } from './contenders/kindred-service.js';
import type { NaiveOptions } from './contenders/naive-service.js';
import type { DurablePostgres } from './durable-postgres.js';
import type { ProcessReading } from './event-loop-probe.js';
import { HealthProbe } from './health-probe.js';
import type { ModelSet } from './model-sets.js';
import { makePhoto, pairsOf, type SampleFace, type TaskPhoto } from './photos.js';
import { Program } from './program.js';
import { benchFile, samplePhotos } from './repository.js';
import { quantile } from './statistics.js';
import { UploadLoad } from './upload-load.js';

/** A server under load. */
export interface ServedWindow extends ProcessReading {
  readonly photosPerSecond: number;
  readonly photos: number;
  readonly healthP99Ms: number;
  readonly healthAsked: number;
  /** Processor time of a photo in the server's process, in PostgreSQL and in the process that sends, s. */
  readonly cpuSecondsPerPhoto: number;
  /** What its main thread took of it. */
  readonly mainThreadSecondsPerPhoto: number;
  readonly postgresCpuSecondsPerPhoto: number;
  readonly senderCpuSecondsPerPhoto: number;
}

/** A B C, one after the other. */
export interface Round {
  readonly bare: BareWindow;
  readonly service: ServedWindow;
  readonly naive: ServedWindow;
}

export interface SetResult {
  readonly name: string;
  readonly models: string;
  readonly photos: { readonly count: number; readonly meanBytes: number };
  readonly threads: number;
  readonly rounds: readonly Round[];
  readonly assignments: readonly AssignmentSample[];
  readonly memory: { readonly sessionsBytes: number; readonly servicePeakBytes: number };
}

const TENANTS = ['bench-a', 'bench-b', 'bench-c', 'bench-d'];
const GALLERIES = [1000, 10_000];
/** A pause in which what a contender left behind (drained uploads, flushed pages) comes to rest, ms. */
const PAUSE_MS = 300;

export interface SetOptions extends BenchArguments {
  readonly postgres: DurablePostgres | undefined;
  readonly say: (line: string) => void;
}

export async function measureSet(set: ModelSet, options: SetOptions): Promise<SetResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-bench-'));
  const { postgres, say } = options;
  const databaseUrl = async (name: string): Promise<string | undefined> =>
    postgres?.database(`${name}_${set.name}`);
  const common = { modelsDir: set.modelsDir, pack: set.pack };
  const threads = availableParallelism();
  const running: Program[] = [];
  try {
    say(`${set.name}: starting the contenders`);
    const bare = Program.start('bare loop', [benchFile('./contenders/bare-loop.js')]);
    running.push(bare);
    const sessionsBytes = await bare.ask<number>('open', { ...common, threads } satisfies BareOptions);
    const service = await startService({
      ...common,
      databaseUrl: await databaseUrl('service'),
      dataDir: join(folder, 'service'),
      tenants: [...TENANTS, 'setup'],
      ...(options.profile === undefined
        ? {}
        : { nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] }),
    });
    running.push(service.program);
    const serviceLoad = new UploadLoad(
      {
        url: service.url,
        token: ADMIN_TOKEN,
        paths: TENANTS.map((tenant) => `/v1/tenants/${tenant}/images`),
      },
      options.parallel,
    );
    const photos = await taskPhotos(serviceLoad, join(folder, 'photos'), options.quick ? 4 : 16, say);
    const naive = Program.start('naive service', [benchFile('./contenders/naive-service.js')], {
      NODE_ENV: 'production',
    });
    running.push(naive);
    const naiveUrl = await naive.ask<string>('start', {
      ...common,
      databaseUrl: await databaseUrl('naive'),
      dataDir: join(folder, 'naive'),
      tenants: TENANTS,
    } satisfies NaiveOptions);
    const naiveLoad = new UploadLoad(
      { url: naiveUrl, token: '', paths: TENANTS.map((tenant) => `/tenants/${tenant}/images`) },
      options.parallel,
    );
    await bare.ask(
      'prepare',
      photos.slice(0, 4).map(({ path }) => path),
    );

    const rounds: Round[] = [];
    for (let i = 0; i < options.rounds; i++) {
      const round = {
        bare: await bare.ask<BareWindow>('run', options.seconds),
        service: await serve(service.program, service.url, serviceLoad, photos, options),
        naive: await serve(naive, naiveUrl, naiveLoad, photos, options),
      };
      rounds.push(round);
      const { bare: a, service: b, naive: c } = round;
      say(
        `${set.name}: round ${i + 1} of ${options.rounds}: bare ${a.photosPerSecond.toFixed(2)}, service ` +
          `${b.photosPerSecond.toFixed(2)}, naive ${c.photosPerSecond.toFixed(2)} photos/s`,
      );
    }
    const { rssPeakBytes } = await service.program.ask<ProcessReading>('read');
    serviceLoad.close();
    naiveLoad.close();
    for (const program of running) await program.stop();

    say(`${set.name}: filling tenants of ${GALLERIES.join(' and ')} faces, then assigning`);
    const assigner = Program.start('assignment', [benchFile('./contenders/assignment-cost.js')], {
      NODE_ENV: 'production',
    });
    running.push(assigner);
    const assignments = await assigner.ask<AssignmentSample[]>('measure', {
      ...common,
      workers: threads,
      databaseUrl: await databaseUrl('assignment'),
      dataDir: join(folder, 'assignment'),
      galleries: GALLERIES,
      photos: photos.map(({ path }) => path),
    } satisfies AssignmentOptions);
    return {
      name: set.name,
      models: set.description,
      photos: {
        count: photos.length,
        meanBytes: photos.reduce((sum, { bytes }) => sum + bytes.length, 0) / photos.length,
      },
      threads,
      rounds,
      assignments,
      memory: { sessionsBytes, servicePeakBytes: rssPeakBytes },
    };
  } finally {
    for (const program of running) await program.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Photos in which the service itself sees exactly two faces; it also says where faces are in the sample photos. */
async function taskPhotos(
  service: UploadLoad,
  folder: string,
  count: number,
  say: (line: string) => void,
): Promise<TaskPhoto[]> {
  const setup = '/v1/tenants/setup/images';
  const faces: SampleFace[] = [];
  for (const photo of samplePhotos) {
    for (const { box } of await service.send(await readFile(photo), setup)) faces.push({ photo, box });
  }
  const photos: TaskPhoto[] = [];
  let tried = 0;
  for (const pair of pairsOf(faces)) {
    if (photos.length === count) break;
    const photo = await makePhoto(folder, tried++, pair);
    if ((await service.send(photo.bytes, setup)).length === 2) photos.push(photo);
  }
  say(
    `${photos.length} photos of two faces made (${tried - photos.length} of ${tried} tries showed another number)`,
  );
  if (photos.length < count) throw new Error(`only ${photos.length} of ${count} photos could be made`);
  return photos;
}

async function serve(
  program: Program,
  url: string,
  load: UploadLoad,
  photos: readonly TaskPhoto[],
  { seconds, postgres }: SetOptions,
): Promise<ServedWindow> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  let health: HealthProbe | undefined;
  let own = process.cpuUsage();
  let reading: ProcessReading | undefined;
  let postgresCpu: ReadonlyMap<string, number> | undefined;
  let postgresSeconds = 0;
  let ownCpu = 0;
  let latencies: number[] = [];
  const window = await load.run(photos, seconds, {
    begin: async () => {
      health = await HealthProbe.start(url);
      postgresCpu = await postgres?.cpuSeconds();
      await program.ask('reset');
      own = process.cpuUsage();
    },
    end: async () => {
      const { user, system } = process.cpuUsage(own);
      ownCpu = (user + system) / 1e6;
      reading = await program.ask<ProcessReading>('read');
      for (const [pid, spent] of (await postgres?.cpuSeconds()) ?? [])
        postgresSeconds += spent - (postgresCpu?.get(pid) ?? 0);
      latencies = await health!.stop();
    },
  });
  const seen = reading!;
  return {
    ...seen,
    photosPerSecond: window.photosPerSecond,
    photos: window.photos,
    healthP99Ms: quantile(latencies, 0.99),
    healthAsked: latencies.length,
    cpuSecondsPerPhoto: seen.cpuSeconds / window.photos,
    mainThreadSecondsPerPhoto: seen.mainThreadSeconds / window.photos,
    postgresCpuSecondsPerPhoto: postgresSeconds / window.photos,
    senderCpuSecondsPerPhoto: ownCpu / window.photos,
  };
}
