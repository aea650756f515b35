// Options for tests: few threads, short lines.
import type { InferenceOptions } from '../../src/inference/inference-options.js';

export function optionsFor(modelsDir: string, pack?: string): InferenceOptions {
  return {
    modelsDir,
    ...(pack === undefined ? {} : { pack }),
    executionProvider: 'cpu',
    workers: 2,
    threadsPerWorker: 1,
    queueMax: 64,
    graphOptimization: 'all',
  };
}
