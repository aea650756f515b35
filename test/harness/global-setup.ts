// Once per test run: a place where the test files find the run's PostgreSQL server and templates, and the end of what was
// started there. Nothing is started here: a run without database tests waits for no database.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { dropTemplate, endServer } from './postgres-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of this test run, removed at its end. */
    runFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-run-'));
  project.provide('runFolder', folder);
  return async () => {
    await dropTemplate(folder);
    await endServer(folder);
    await rm(folder, { recursive: true, force: true });
  };
}
