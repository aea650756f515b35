// Measures how long a server takes to say that it lives, while it works.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { benchFile } from './repository.js';

/**
 * Ten questions a second. More would tell the 99th percentile better, but the questions are work too: forty a second took
 * 5 % of two slow cores from the server that was measured.
 */
const EVERY_MS = 100;

export class HealthProbe {
  private constructor(private readonly worker: Worker) {}

  static async start(url: string): Promise<HealthProbe> {
    const worker = new Worker(benchFile('./health-probe.worker.js'), {
      workerData: { url, everyMs: EVERY_MS },
    });
    await once(worker, 'online');
    return new HealthProbe(worker);
  }

  /** Latencies in ms, one a question; waits for the last answers. */
  async stop(): Promise<number[]> {
    const told = once(this.worker, 'message') as Promise<[number[]]>;
    this.worker.postMessage('stop');
    const [latencies] = await told;
    await this.worker.terminate();
    return latencies;
  }
}
