// npm run bench:neighbour [-- --rounds 5 --seconds 12 --flood 32 --database postgres|embedded]: how long a quiet tenant waits for its
// photo, and for what it reads, alone and while another tenant floods. Both in turns within one run of one service, so that
// whatever else the machine does falls on both. Compact pack, durable PostgreSQL and the embedded database.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { ADMIN_TOKEN, startService } from './contenders/kindred-service.js';
import { DurablePostgres } from './durable-postgres.js';
import { machine } from './machine.js';
import { repositoryRoot, samplePhotos } from './repository.js';
import { quantile, spreadOf } from './statistics.js';
import { UploadLoad } from './upload-load.js';

/** The quiet tenant's photo takes at most so many times as long (95 of 100 photos). */
const GOAL = 2;
/** Between the answer to one photo of the quiet tenant and its next one, and between two reads, ms. */
const PAUSE_MS = 100;
/** After a refusal the flood tries again, ms. */
const REFUSED_PAUSE_MS = 250;
/** Of the photos: a portrait of a phone's messenger. */
const WIDTH = 1280;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '12' },
    flood: { type: 'string', default: '32' },
    database: { type: 'string' },
  },
});
const [rounds, seconds, flood] = [Number(values.rounds), Number(values.seconds), Number(values.flood)];
const databases = values.database === undefined ? ['postgres', 'embedded'] : [values.database];

/** Milliseconds of each answer. */
interface Window {
  readonly photos: number[];
  readonly reads: number[];
  /** Photos of the flood that were answered with faces, and that were refused or became jobs. */
  flooded: number;
  refused: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function lane(until: () => boolean, step: () => Promise<void>): Promise<void> {
  while (!until()) await step();
}

class Neighbours {
  private readonly quiet: UploadLoad;
  private readonly noisy: UploadLoad;
  private face = '';

  constructor(
    private readonly url: string,
    private readonly photos: readonly Buffer[],
  ) {
    const load = (tenant: string, parallel: number): UploadLoad =>
      new UploadLoad({ url, token: ADMIN_TOKEN, paths: [`/v1/tenants/${tenant}/images`] }, parallel);
    this.quiet = load('quiet', 1);
    this.noisy = load('noisy', flood);
  }

  /** Photos whose times do not count: connections, compiled code, caches; and a face to search by. */
  async warmUp(): Promise<void> {
    for (const photo of this.photos) await this.quiet.send(photo);
    const faces = await this.get<{ items: { faces: { id: string }[] }[] }>('images?limit=1');
    this.face = faces.items[0]!.faces[0]!.id;
  }

  async window(flooded: boolean): Promise<Window> {
    const window: Window = { photos: [], reads: [], flooded: 0, refused: 0 };
    let counting = !flooded;
    let over = false;
    const floods = Array.from({ length: flooded ? flood : 0 }, (_, i) =>
      lane(
        () => over,
        async () => {
          try {
            await this.noisy.send(this.photos[i % this.photos.length]!);
            window.flooded++;
            // The flood stands when as many photos as are sent at once have been answered or refused.
            counting ||= window.flooded + window.refused >= flood;
          } catch (error) {
            // 202: it waits too long for its turn and goes on as a job.
            if (!/answered (202|429|503)/.test(String(error))) throw error;
            window.refused++;
            await sleep(REFUSED_PAUSE_MS);
          }
        },
      ),
    );
    const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
      const began = performance.now();
      const counts = counting;
      await work();
      if (counts) into.push(performance.now() - began);
      await sleep(PAUSE_MS);
    };
    let sent = 0;
    let asked = 0;
    const photos = lane(
      () => over,
      () => timed(window.photos, () => this.quiet.send(this.photos[sent++ % this.photos.length]!)),
    );
    const reads = lane(
      () => over,
      () => timed(window.reads, () => this.read(asked++)),
    );
    const end = (async () => {
      while (!counting) await sleep(PAUSE_MS);
      await sleep(seconds * 1000);
      over = true;
    })();
    await Promise.all([...floods, photos, reads, end]);
    return window;
  }

  /** What a page of the review asks for, in turns. */
  private read(n: number): Promise<unknown> {
    if (n % 3 === 0) return this.get('clusters?limit=50');
    if (n % 3 === 1) return this.get('review-pending?limit=20');
    return this.get('search', JSON.stringify({ face_id: this.face }));
  }

  private async get<T>(path: string, body?: string): Promise<T> {
    const answer = await fetch(`${this.url}/v1/tenants/quiet/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  close(): void {
    this.quiet.close();
    this.noisy.close();
  }
}

function report(what: 'photos' | 'reads', pairs: readonly { alone: Window; flooded: Window }[]): number {
  const all = (kind: 'alone' | 'flooded'): number[] => pairs.flatMap((pair) => pair[kind][what]);
  const figure = (times: number[], share: number): string => `${quantile(times, share).toFixed(0)} ms`;
  const told = (kind: 'alone' | 'flooded'): string =>
    `p50 ${figure(all(kind), 0.5)}, p95 ${figure(all(kind), 0.95)} (${all(kind).length})`;
  const ratios = spreadOf(
    pairs.map(({ alone, flooded }) => quantile(flooded[what], 0.95) / quantile(alone[what], 0.95)),
  );
  const pooled = quantile(all('flooded'), 0.95) / quantile(all('alone'), 0.95);
  console.log(`  ${what}: alone ${told('alone')}; beside the flood ${told('flooded')}`);
  console.log(
    `  ${what}: p95 grows ${pooled.toFixed(2)} times; median of the rounds ${ratios.median.toFixed(2)} (${ratios.min.toFixed(2)} – ${ratios.max.toFixed(2)})`,
  );
  return pooled;
}

async function measure(kind: string, photos: readonly Buffer[]): Promise<number> {
  const postgres = kind === 'postgres' ? await DurablePostgres.start() : undefined;
  const dataDir = await mkdtemp(join(tmpdir(), 'kindred-neighbour-'));
  const { program, url } = await startService({
    modelsDir: join(repositoryRoot, 'onnx-models'),
    pack: 'compact',
    databaseUrl: postgres?.url,
    dataDir,
    tenants: ['quiet', 'noisy'],
  });
  const neighbours = new Neighbours(url, photos);
  try {
    await neighbours.warmUp();
    const pairs: { alone: Window; flooded: Window }[] = [];
    for (let round = 0; round < rounds; round++)
      pairs.push({ alone: await neighbours.window(false), flooded: await neighbours.window(true) });
    const answered = pairs.reduce((sum, { flooded }) => sum + flooded.flooded, 0);
    const refused = pairs.reduce((sum, { flooded }) => sum + flooded.refused, 0);
    console.log(
      `${kind}: ${flood} photos of the flood at once, ${answered} answered, ${refused} refused or queued`,
    );
    const ratio = report('photos', pairs);
    report('reads', pairs);
    return ratio;
  } catch (error) {
    // What it logged of it is complete when it has ended.
    await program.stop();
    console.error(program.log);
    throw error;
  } finally {
    neighbours.close();
    await program.stop();
    await postgres?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** One portrait for each sample photo, as phones send them. */
const photos = await Promise.all(
  samplePhotos.map(async (path) =>
    sharp(await readFile(path))
      .resize({ width: WIDTH })
      .jpeg({ quality: 85 })
      .toBuffer(),
  ),
);
console.log(machine());
const ratios: number[] = [];
for (const kind of databases) ratios.push(await measure(kind, photos));
console.log(machine());
console.log(
  Math.max(...ratios) <= GOAL
    ? `goal of ${GOAL}: met`
    : `goal of ${GOAL}: MISSED on this machine at this load`,
);
