// A real Kindred process: the compiled build, its own data folder and port, ended by its own pid.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseSecrets } from './no-secrets.js';
import { repositoryRoot } from './shared-data.js';

export const ADMIN_TOKEN = 'test-admin-credential-0123456789abcdef';

export interface KindredOptions {
  /** Unset: the embedded database in the data folder. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir?: string;
  readonly modelsDir?: string | undefined;
  readonly modelPack?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** A program, with its words, that becomes the process. */
  readonly under?: readonly string[];
}

export class KindredProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly dataDir: string,
    private readonly ownsDataDir: boolean,
    private readonly output: string[],
  ) {}

  /** Starts and waits until Kindred says where it listens. Throws with its output when it does not come up. */
  static async start(options: KindredOptions = {}): Promise<KindredProcess> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kindred-')));
    const output: string[] = [];
    const [program, ...words] = [...(options.under ?? []), process.execPath, 'dist/main.js'];
    const child = spawn(program, words, {
      cwd: repositoryRoot,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        KINDRED_PORT: '0',
        KINDRED_DATA_DIR: dataDir,
        KINDRED_ADMIN_TOKEN: ADMIN_TOKEN,
        KINDRED_LOG_LEVEL: 'warn',
        // Groups change when a test says so.
        KINDRED_CONSOLIDATION_DELAY_S: '0',
        KINDRED_CONSOLIDATION_NIGHTLY_AT: 'off',
        ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
        ...(options.modelsDir === undefined ? {} : { KINDRED_MODELS_DIR: options.modelsDir }),
        ...(options.modelPack === undefined ? {} : { KINDRED_MODEL_PACK: options.modelPack }),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output.push(chunk.toString());
        const listening = /listening on (http:\/\/\S+)/.exec(output.join(''));
        if (listening) resolve(listening[1]!);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(new Error(`Kindred ended with ${code} before it listened:\n${output.join('')}`)),
      );
    });
    return new KindredProcess(child, url, dataDir, options.dataDir === undefined, output);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** All that the process printed so far. */
  get log(): string {
    return this.output.join('');
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ends it the polite way and answers its exit code; removes the data folder when it was made for this process. */
  async stop(): Promise<number | null> {
    const code = await this.end('SIGTERM');
    if (this.ownsDataDir) await rm(this.dataDir, { recursive: true, force: true });
    refuseSecrets(this.log, [ADMIN_TOKEN]);
    return code;
  }

  /** kill -9: no handler runs, nothing is flushed. The data folder stays. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
    refuseSecrets(this.log, [ADMIN_TOKEN]);
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.running) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}
