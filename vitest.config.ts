import { defineConfig } from 'vitest/config';

// No transformer plugin: Vite reads experimentalDecorators and emitDecoratorMetadata from tsconfig.json.
// Forks, because native modules and worker threads do not survive vitest's own threads.
export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    pool: 'forks',
    // Vitest would leave a core free; most files wait for processes and databases more than they compute.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    reporters: ['default', './test/harness/closing-line.ts'],
  },
});
