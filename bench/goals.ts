// What was seen becomes the ratios of the design, each with its goal.
import type { Round, SetResult } from './measure-set.js';
import { spreadOf, type Spread } from './statistics.js';

export interface Verdict {
  readonly ratio: 'R1' | 'R3' | 'R4' | 'R6' | 'R7';
  readonly what: string;
  readonly unit: '' | 'ms';
  readonly spread: Spread;
  /** Undefined: told without a goal. */
  readonly goal: { readonly text: string; readonly met: boolean } | undefined;
}

const MB = 1024 * 1024;
/** What a service may hold beside its sessions, bytes. */
const ALLOWANCE_BYTES = 250 * MB;

const atLeast = (goal: number, value: number, text = `≥ ${goal}`) => ({ text, met: value >= goal });
const atMost = (goal: number, value: number, text = `≤ ${goal}`) => ({ text, met: value <= goal });

export function verdictsOf(result: SetResult): Verdict[] {
  const over = (of: (round: Round) => number): Spread => spreadOf(result.rounds.map(of));
  const r1 = over(({ service, bare }) => service.photosPerSecond / bare.photosPerSecond);
  const r3 = over(({ service, naive }) => service.photosPerSecond / naive.photosPerSecond);
  const health = over(({ service, naive }) => naive.healthP99Ms / service.healthP99Ms);
  const loop = over(({ service }) => service.loopP99Ms);
  const shapes = result.name === 'shapes';
  const verdicts: Verdict[] = [
    {
      ratio: 'R1',
      what: 'service photos/s ÷ bare loop photos/s',
      unit: '',
      spread: r1,
      // The design sets this goal for the large networks: beside small ones, decoding alone is half of the work.
      goal: shapes ? atLeast(0.9, r1.median) : undefined,
    },
    {
      ratio: 'R1',
      what: 'the same by processor time: bare ÷ (service + PostgreSQL); what others do on the machine weighs less here',
      unit: '',
      spread: over(
        ({ service, bare }) =>
          bare.cpuSecondsPerPhoto / (service.cpuSecondsPerPhoto + service.postgresCpuSecondsPerPhoto),
      ),
      goal: undefined,
    },
    {
      ratio: 'R3',
      what: 'service photos/s ÷ naive service photos/s',
      unit: '',
      spread: r3,
      goal: atLeast(1.25, r3.median),
    },
    {
      ratio: 'R3',
      what: 'p99 of GET /health/live, naive ÷ service',
      unit: '',
      spread: health,
      goal: atLeast(10, health.median),
    },
    {
      ratio: 'R4',
      what: 'p99 event-loop delay of the service',
      unit: 'ms',
      spread: loop,
      goal: atMost(20, loop.median, '≤ 20 ms'),
    },
  ];
  for (const gallery of [...new Set(result.assignments.map((sample) => sample.gallery))]) {
    const spread = spreadOf(
      result.assignments
        .filter((sample) => sample.gallery === gallery)
        .map(({ assignmentMs, inferenceMs }) => assignmentMs / inferenceMs),
    );
    const what = `assignment step ÷ inference of the photo, tenant of ${gallery.toLocaleString('en')} faces`;
    verdicts.push({ ratio: 'R6', what, unit: '', spread, goal: atMost(0.05, spread.median) });
  }
  const memory = spreadOf([result.memory.servicePeakBytes / (result.memory.sessionsBytes + ALLOWANCE_BYTES)]);
  verdicts.push({
    ratio: 'R7',
    what: 'peak memory of the service ÷ (sessions + 250 MB)',
    unit: '',
    spread: memory,
    goal: atMost(1.2, memory.median),
  });
  return verdicts;
}
