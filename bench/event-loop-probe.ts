// Loaded into the service before its own code (`node --import`): watches its event loop, processor time and memory, and
// tells when asked. The product knows nothing of it.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { answerQuestions } from './program.js';

export interface ProcessReading {
  /** 99th percentile and longest time between two turns of the loop that were due 1 ms apart, ms: that 1 ms is in it. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** Processor time of all threads since the last reading, s. */
  readonly cpuSeconds: number;
  /** What the main thread took of it, s; 0 where the system does not tell (it is told by Linux). */
  readonly mainThreadSeconds: number;
  /** Resident memory now, and at most since the process began, bytes. */
  readonly rssBytes: number;
  readonly rssPeakBytes: number;
}

const NS_PER_MS = 1e6;

/** Processor time of this process's first thread so far, s. */
function mainThreadSeconds(): number {
  const ticksPerSecond = 100;
  try {
    const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

export function processProbe(): { reset: () => void; read: () => ProcessReading } {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let cpu = process.cpuUsage();
  let main = mainThreadSeconds();
  return {
    reset: () => {
      delay.reset();
      cpu = process.cpuUsage();
      main = mainThreadSeconds();
    },
    read: () => {
      const { user, system } = process.cpuUsage(cpu);
      return {
        loopP99Ms: delay.percentile(99) / NS_PER_MS,
        loopMaxMs: delay.max / NS_PER_MS,
        cpuSeconds: (user + system) / 1e6,
        mainThreadSeconds: mainThreadSeconds() - main,
        rssBytes: process.memoryUsage.rss(),
        rssPeakBytes: process.resourceUsage().maxRSS * 1024,
      };
    },
  };
}

// Worker threads inherit the preload: only the main thread is asked. Other contenders import this file for its function.
if (isMainThread && process.execArgv.some((argument) => argument.includes('event-loop-probe'))) {
  answerQuestions(processProbe(), { keepAlive: false });
}
