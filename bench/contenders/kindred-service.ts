// The service itself: the compiled build as an operator starts it, with a probe loaded beside it.
import { pathToFileURL } from 'node:url';
import { Program } from '../program.js';
import { benchFile, repositoryRoot } from '../repository.js';

export const ADMIN_TOKEN = 'bench-admin-credential-0123456789abcdef';

export interface ServiceOptions {
  readonly modelsDir: string;
  readonly pack: string;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly tenants: readonly string[];
  /** Further arguments of node, such as --cpu-prof. */
  readonly nodeArguments?: readonly string[];
  /** Where a bench is about a setting. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Defaults everywhere but where it must be: folder, port, token, models, database; the log is off at `warn`. */
export async function startService(options: ServiceOptions): Promise<{ program: Program; url: string }> {
  const probe = pathToFileURL(benchFile('./event-loop-probe.js')).href;
  const program = Program.start(
    'service',
    [...(options.nodeArguments ?? []), `--import=${probe}`, 'dist/main.js'],
    {
      NODE_ENV: 'production',
      KINDRED_PORT: '0',
      KINDRED_DATA_DIR: options.dataDir,
      KINDRED_ADMIN_TOKEN: ADMIN_TOKEN,
      KINDRED_LOG_LEVEL: 'warn',
      KINDRED_MODELS_DIR: options.modelsDir,
      KINDRED_MODEL_PACK: options.pack,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.environment,
    },
    repositoryRoot,
  );
  const url = await program.printed(/listening on (http:\/\/\S+)/);
  for (const id of options.tenants) {
    const answer = await fetch(`${url}/v1/tenants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id }),
    });
    if (!answer.ok) throw new Error(`tenant ${id}: ${answer.status} ${await answer.text()}`);
  }
  return { program, url };
}
