// A thread that asks GET /health/live at a steady pace, whether or not earlier questions were answered: a server that
// stands still is asked on, as a load balancer would.
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { url, everyMs } = workerData as { url: string; everyMs: number };
const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
const latencies: number[] = [];
const waiting = new Set<Promise<void>>();

function ask(): void {
  const begun = performance.now();
  const answered = new Promise<void>((resolve) => {
    const asked = request(`${url}/health/live`, { agent }, (response) => {
      response.resume();
      response.on('end', () => {
        latencies.push(performance.now() - begun);
        resolve();
      });
    });
    asked.on('error', () => {
      latencies.push(Infinity);
      resolve();
    });
    asked.end();
  });
  waiting.add(answered);
  void answered.then(() => waiting.delete(answered));
}

const timer = setInterval(ask, everyMs);
parentPort!.once('message', () => {
  clearInterval(timer);
  void Promise.all([...waiting]).then(() => {
    agent.destroy();
    parentPort!.postMessage(latencies);
  });
});
