// Entry of an inference thread: holds its own sessions and does all arithmetic, so that the main thread only moves bytes.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { Raster } from '../../domain/geometry/raster.js';
import type { EmbedAnswer, EmbedRequest, ThreadSetup, ThreadTask } from '../thread-messages.js';
import { describeFaces, type FaceDescriber } from './describe-faces.js';
import { FaceDetector } from './face-detector.js';
import { findFaces } from './find-faces.js';
import { Landmarker } from './landmarker.js';
import { Network } from './network.js';
import { Recogniser } from './recogniser.js';

interface Models {
  readonly detector: FaceDetector;
  readonly describer: FaceDescriber;
}

let models: Promise<Models> | undefined;

/** One task of the pool; see ThreadTask. */
export default async function handle(task: ThreadTask): Promise<unknown> {
  if (task.kind === 'ready') return arrive(task.arrivals, task.threads);
  const { detector, describer } = await (models ??= load());
  if (task.kind === 'detect') {
    const found = await findFaces(task.raster, detector);
    return handBack(found, [found.raster]);
  }
  const answers = await embedAll(task.requests, describer);
  return handBack(
    answers,
    task.requests.map(({ raster }) => raster),
  );
}

async function load(): Promise<Models> {
  const { pack, dir, network, facesPerRunMax, rules } = workerData as ThreadSetup;
  const open = (file: string): Promise<Network> => Network.open(join(dir, file), network);
  const landmarker =
    pack.landmarker && (await Landmarker.open(await open(pack.landmarker.file), pack.landmarker));
  const detector = await FaceDetector.open(await open(pack.detector.file), pack.detector, landmarker);
  const recogniser = await Recogniser.open(await open(pack.recogniser.file), pack.recogniser, facesPerRunMax);
  return { detector, describer: { recogniser, rules } };
}

/** Loads, then waits for the other threads: a thread that waits takes no second `ready`, so each of them gets one. */
async function arrive(arrivals: Int32Array, threads: number): Promise<void> {
  try {
    await (models ??= load());
  } catch (error) {
    Atomics.add(arrivals, 1, 1);
    throw error;
  }
  Atomics.add(arrivals, 0, 1);
  while (Atomics.load(arrivals, 0) < threads && Atomics.load(arrivals, 1) === 0) await sleep(2);
}

async function embedAll(requests: readonly EmbedRequest[], describer: FaceDescriber): Promise<EmbedAnswer[]> {
  try {
    const lists = await describeFaces(requests, describer);
    return requests.map(({ raster }, i) => ({ faces: lists[i]!, raster }));
  } catch (error) {
    const [only] = requests;
    if (requests.length === 1 && only) {
      return [{ problem: error instanceof Error ? error.message : String(error), raster: only.raster }];
    }
    const answers: EmbedAnswer[] = [];
    for (const request of requests) answers.push(...(await embedAll([request], describer)));
    return answers;
  }
}

/** An answer whose rasters are moved to the main thread instead of copied. */
function handBack(value: unknown, rasters: readonly Raster[]): unknown {
  const transferable = [...new Set(rasters.map(({ data }) => data.buffer))];
  return move({ [transferableSymbol]: transferable, [valueSymbol]: value } as unknown as Parameters<
    typeof move
  >[0]);
}
