// The whole application in this process, listening on a port of its own: for tests that look inside it.
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication, startWorker } from '../../src/application.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createLogger } from '../../src/http/logger.js';
import { Api } from './api.js';
import { embeddedDataFolder } from './database.js';
import { ADMIN_TOKEN } from './kindred-process.js';
import { refuseSecrets } from './no-secrets.js';
import { createTestDatabase } from './postgres.js';
import { repositoryRoot } from './shared-data.js';
import { testModels } from './test-models.js';

export interface TestApp {
  readonly app: NestExpressApplication;
  /** With the admin token. */
  readonly admin: Api;
  /** Everything that was logged so far, JSON lines. */
  log(): string;
  close(): Promise<void>;
}

export async function startApp(
  options: { database?: 'postgres' | 'embedded'; env?: Record<string, string>; logLevel?: string } = {},
): Promise<TestApp> {
  const dataDir =
    options.database === 'embedded'
      ? await embeddedDataFolder()
      : await mkdtemp(join(tmpdir(), 'kindred-app-'));
  const models = await testModels();
  const own = options.database === 'embedded' ? undefined : await createTestDatabase('migrated');
  const config = loadConfig({
    env: {
      KINDRED_DATA_DIR: dataDir,
      KINDRED_PORT: '0',
      KINDRED_ADMIN_TOKEN: ADMIN_TOKEN,
      // Tests send many wrong tokens from one address on purpose.
      KINDRED_AUTH_FAILURES_PER_MINUTE: '1000000',
      KINDRED_MODELS_DIR: models.dir,
      KINDRED_MODEL_PACK: models.pack,
      KINDRED_LOG_LEVEL: options.logLevel ?? 'info',
      // Groups change when a test says so.
      KINDRED_CONSOLIDATION_DELAY_S: '0',
      KINDRED_CONSOLIDATION_NIGHTLY_AT: 'off',
      ...(own ? { DATABASE_URL: own.url } : {}),
      ...options.env,
    },
    cwd: repositoryRoot,
  });
  const lines: string[] = [];
  const logger = createLogger(config.logLevel, { write: (line) => void lines.push(line) });
  const app = await createApplication(config, logger);
  await app.listen(0, '127.0.0.1');
  await startWorker(app, config, logger);
  return {
    app,
    admin: new Api(await app.getUrl(), ADMIN_TOKEN),
    log: () => lines.join(''),
    async close() {
      await app.close();
      refuseSecrets(lines.join(''), [ADMIN_TOKEN]);
      await own?.drop();
      await models.remove();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
