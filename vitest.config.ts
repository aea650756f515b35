import { defineConfig } from 'vitest/config';
import { HeaviestFirst } from './test/harness/heaviest-first.js';

/**
 * Specs that leave their process as they found it: one takes file after file. Loading the libraries for each anew costs as much
 * as most files' tests.
 */
const sharing = ['src', 'test/clusters', 'test/database', 'test/http'].map(
  (folder) => `${folder}/**/*.spec.ts`,
);

// No transformer plugin: Vite reads experimentalDecorators and emitDecoratorMetadata from tsconfig.json.
// Forks, because native modules and worker threads do not survive vitest's own threads.
const common = {
  pool: 'forks',
  // Vitest would leave a core free; most files wait for processes and databases more than they compute. One worker more than cores was
  // tried: all files together took longer, because more of them load the libraries anew.
  maxWorkers: '100%',
  testTimeout: 180_000,
  hookTimeout: 300_000,
  // Specs that load models on their own: see [Note: The runtime calls nobody].
  env: { ORT_DISABLE_TELEMETRY: '1' },
} as const;

export default defineConfig({
  test: {
    ...common,
    sequence: { sequencer: HeaviestFirst },
    reporters: ['default', './test/harness/closing-line.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    projects: [
      { test: { ...common, name: 'shared process', include: sharing, isolate: false } },
      {
        test: {
          ...common,
          name: 'own process',
          include: ['test/**/*.spec.ts'],
          exclude: ['**/node_modules/**', ...sharing],
        },
      },
    ],
  },
});
