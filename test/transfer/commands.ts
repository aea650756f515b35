// The compiled command line against a running service.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Api } from '../harness/api.js';
import { repositoryRoot } from '../harness/shared-data.js';

export interface CommandEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly json: Record<string, unknown>;
}

export async function kindred(api: Api, ...words: string[]): Promise<CommandEnd> {
  const command = ['dist/cli/main.js', ...words, '--json', '--url', api.url, '--token', api.token!];
  const run = promisify(execFile)(process.execPath, command, { cwd: repositoryRoot, maxBuffer: 1 << 26 });
  const { code, stdout, stderr } = await run.then(
    (done) => ({ code: 0, ...done }),
    (failed: unknown) => failed as { code: number; stdout: string; stderr: string },
  );
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return {
    code,
    out: stdout,
    err: stderr,
    json: (line === '' ? {} : JSON.parse(line)) as Record<string, unknown>,
  };
}
