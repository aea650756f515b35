// Starts Kindred: reads the configuration, opens everything, listens, and says where.
import 'reflect-metadata';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication, startWorker } from './application.js';
import { BootstrapToken } from './auth/bootstrap-token.js';
import { ConfigError } from './config/config-error.js';
import type { KindredConfig } from './config/config.js';
import { processConfig } from './config/process-config.js';
import { Database } from './database/database.js';
import { createLogger } from './http/logger.js';
import { InferenceProvider } from './inference/inference-provider.js';

/** What an operator wants to know at start, as plain lines: the log proper is JSON. */
async function introduce(app: NestExpressApplication, config: KindredConfig): Promise<void> {
  const { pack } = app.get(InferenceProvider);
  const token = app.get(BootstrapToken);
  const database = await app.get(Database).serverDescription();
  const url = config.roles.includes('api') ? (await app.getUrl()).replace('[::1]', 'localhost') : undefined;
  console.log(
    [
      `Kindred is ready (${config.roles.join(', ')})`,
      `  database     ${database}`,
      `  model pack   ${pack.id} on ${pack.executionProvider}: ${pack.description}`,
      ...(token.file === undefined
        ? ['  admin token  as configured']
        : [`  admin token  ${token.reveal()}   (kept in ${token.file})`]),
      ...(url === undefined
        ? []
        : [`  review page  ${url}/review`, `  API docs     ${url}/docs`, `  listening on ${url}`]),
    ].join('\n'),
  );
}

async function main(): Promise<void> {
  const config = processConfig();
  const logger = createLogger(config.logLevel);
  const app = await createApplication(config, logger);
  // What must hold before any work is done is checked here: declared routes, the embedding space.
  await app.init();
  if (config.roles.includes('worker')) await startWorker(app, config, logger);
  if (config.roles.includes('api')) await app.listen(config.server.port, config.server.host);
  await introduce(app, config);
}

main().catch((error: unknown) => {
  // Told to the operator in words; a stack only for what nobody foresaw.
  const foreseen =
    error instanceof ConfigError ||
    (error instanceof Error && error.name !== 'Error' && !(error instanceof TypeError));
  console.error(foreseen ? error.message : error);
  process.exit(1);
});
