// What a figure was measured on.
import { availableParallelism, cpus, loadavg } from 'node:os';

/** One line: the processor, and how busy it is with whatever else there is. */
export const machine = (): string =>
  `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, Node ${process.versions.node}, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`;
