// The physical limit: as many threads with the same sessions as the service has, and nothing else. No HTTP, no decoding, no
// database. A process of its own; before its tensors are made it holds nothing but the sessions, which is what R7 needs.
import { Worker } from 'node:worker_threads';
import { processProbe } from '../event-loop-probe.js';
import { answerQuestions } from '../program.js';
import { benchFile, compiled } from '../repository.js';
import type { BareSetup, BareTask } from './bare-loop.worker.js';

export interface BareOptions {
  readonly modelsDir: string;
  readonly pack: string;
  readonly threads: number;
}

export interface BareWindow {
  readonly photosPerSecond: number;
  readonly photos: number;
  /** Processor time of one photo, s. */
  readonly cpuSecondsPerPhoto: number;
}

const threads: Worker[] = [];

function askThread<Answer>(thread: Worker, task: BareTask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (reply: { value: Answer } | { problem: string }) => {
      thread.off('error', reject);
      if ('problem' in reply) reject(new Error(reply.problem));
      else resolve(reply.value);
    });
    thread.postMessage(task);
  });
}

const askAll = <Answer>(task: BareTask): Promise<Answer[]> =>
  Promise.all(threads.map((thread) => askThread<Answer>(thread, task)));

const probe = processProbe();

answerQuestions({
  /** @returns Resident memory of a process that holds the sessions, after a run of each, bytes. */
  async open({ modelsDir, pack, threads: count }: BareOptions): Promise<number> {
    const { choosePack } = await compiled<typeof import('../../src/inference/installed-packs.js')>(
      'inference/installed-packs.js',
    );
    const chosen = await choosePack(modelsDir, pack);
    const setup: BareSetup = {
      pack: chosen.pack,
      dir: chosen.dir,
      options: { executionProvider: 'cpu', threads: 1, graphOptimization: 'all' },
    };
    for (let i = 0; i < count; i++)
      threads.push(new Worker(benchFile('./contenders/bare-loop.worker.js'), { workerData: setup }));
    await askAll({ kind: 'warm' });
    return probe.read().rssBytes;
  },

  prepare: (photos: readonly string[]) => askAll({ kind: 'prepare', photos }),

  async run(seconds: number): Promise<BareWindow> {
    probe.reset();
    const windows = await askAll<{ photos: number; seconds: number }>({ kind: 'run', seconds });
    const { cpuSeconds } = probe.read();
    const photos = windows.reduce((sum, window) => sum + window.photos, 0);
    const photosPerSecond = windows.reduce((sum, window) => sum + window.photos / window.seconds, 0);
    return { photosPerSecond, photos, cpuSecondsPerPhoto: cpuSeconds / photos };
  },
});
