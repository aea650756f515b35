import { defineConfig } from 'vitest/config';

// No transformer plugin: Vite reads experimentalDecorators and emitDecoratorMetadata from tsconfig.json.
// Forks, because native modules and worker threads do not survive vitest's own threads.
export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 180_000,
    reporters: ['default', './test/harness/closing-line.ts'],
  },
});
