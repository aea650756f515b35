import { defineConfig } from 'vitest/config';
import { HeaviestFirst } from './test/harness/heaviest-first.js';

const specs = ['src/**/*.spec.ts', 'test/**/*.spec.ts'];
/** They measure the most memory that their process has ever held. */
const measuringMemory = ['test/imaging/bomb.spec.ts', 'test/storage/blob-store.spec.ts'];

// No transformer plugin: Vite reads experimentalDecorators and emitDecoratorMetadata from tsconfig.json.
// Forks, because native modules and worker threads do not survive vitest's own threads.
const common = {
  pool: 'forks',
  // Vitest would leave a core free; most files wait for processes and databases more than they compute.
  maxWorkers: '100%',
  testTimeout: 60_000,
  hookTimeout: 180_000,
} as const;

export default defineConfig({
  test: {
    ...common,
    sequence: { sequencer: HeaviestFirst },
    reporters: ['default', './test/harness/closing-line.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'specs',
          include: specs,
          exclude: ['**/node_modules/**', ...measuringMemory],
          globalSetup: ['test/harness/global-setup.ts'],
          // A process takes file after file: loading the libraries for each anew costs as much as most files' tests.
          isolate: false,
        },
      },
      { test: { ...common, name: 'own process', include: measuringMemory } },
    ],
  },
});
