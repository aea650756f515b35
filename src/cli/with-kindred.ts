// Gives a command a running Kindred: the one that is up, or one that is started for it and ended after it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KindredConfig } from '../config/config.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const LISTENING = /listening on (http:\/\/\S+)/;

async function isUp(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/`);
    return ((await answer.json()) as { message?: string }).message === 'Kindred is working';
  } catch {
    return false;
  }
}

/** @param work Gets the address. */
export async function withKindred<T>(config: KindredConfig, work: (url: string) => Promise<T>): Promise<T> {
  const { host, port } = config.server;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  if (await isUp(url)) return work(url);

  const child = spawn(process.execPath, [MAIN], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const found = LISTENING.exec(printed);
        if (found) resolve(found[1]!);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error('Kindred could not be started')));
    });
    return await work(address);
  } finally {
    if (child.exitCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    }
  }
}
