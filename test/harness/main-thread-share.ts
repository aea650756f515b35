// How much of the work of a process its main thread did itself.
import { readFile } from 'node:fs/promises';
import { cpuUsage, pid } from 'node:process';

/** Time on a core, ns; how long a busy machine lets a thread wait for one is not in it. Undefined where the system does not tell. */
async function mainThread(): Promise<number | undefined> {
  const text = await readFile(`/proc/self/task/${pid}/schedstat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split(' ')[0]);
}

/** @returns Share (0..1) of the processor time that `work` took; undefined where the system does not tell. */
export async function mainThreadShare(work: () => Promise<unknown>): Promise<number | undefined> {
  const [own, all] = [await mainThread(), cpuUsage()];
  await work();
  const { user, system } = cpuUsage(all);
  const after = await mainThread();
  return own === undefined || after === undefined ? undefined : (after - own) / 1000 / (user + system);
}
