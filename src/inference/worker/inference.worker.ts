// Entry of an inference thread: holds its own sessions and does all arithmetic, so that the main thread only moves bytes.
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { Raster } from '../../domain/geometry/raster.js';
import type { EmbedAnswer, EmbedRequest, ThreadSetup, ThreadTask } from '../thread-messages.js';
import { describeFaces, type FaceDescriber } from './describe-faces.js';
import { findFaces } from './find-faces.js';
import { LoadedPacks } from './loaded-packs.js';

const { packs, preferred, loadedMax } = workerData as ThreadSetup;
const models = new LoadedPacks(packs, loadedMax);

/** One task of the pool; see ThreadTask. */
export default async function handle(task: ThreadTask): Promise<unknown> {
  switch (task.kind) {
    case 'ready':
      return arrive(task.arrivals, task.threads);
    case 'prove':
      await models.get(task.pack);
      return;
    case 'detect': {
      const { detector } = await models.get(task.pack);
      const found = await findFaces(task.raster, detector);
      return handBack(found, [found.raster]);
    }
    case 'embed': {
      const { describer } = await models.get(task.pack);
      const answers = await embedAll(task.requests, describer);
      return handBack(
        answers,
        task.requests.map(({ raster }) => raster),
      );
    }
  }
}

/** Loads, then waits for the other threads: a thread that waits takes no second `ready`, so each of them gets one. */
async function arrive(arrivals: Int32Array, threads: number): Promise<void> {
  try {
    await models.get(preferred);
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
