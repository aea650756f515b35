// Resident memory of another process, as Linux counts it.
import { readFile, writeFile } from 'node:fs/promises';

/** Bytes; `peak` since the start of the process or the last `forgetPeak`. */
export interface ResidentMemory {
  readonly now: number;
  readonly peak: number;
}

/** @throws Error when the process has ended, or the system is not Linux. */
export async function residentMemory(pid: number): Promise<ResidentMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`/proc/${pid}/status says nothing of ${name}`);
    return Number(kilobytes) * 1024;
  };
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Lets the peak begin anew from what is resident now. */
export const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');
