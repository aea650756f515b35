// What commands that ask a running Kindred have in common.
import type { Command } from 'commander';
import type { KindredClient } from './kindred-client.js';

export interface Connection {
  readonly url?: string;
  readonly token?: string;
}

export type Connect = (
  connection: Connection,
  work: (client: KindredClient) => Promise<void>,
) => Promise<void>;

export const connected = (command: Command): Command =>
  command
    .option('--url <url>', 'a running Kindred; default: the one of ./config.toml and the environment')
    .option('--token <token>', 'API key or admin token; default: the admin token of the data folder')
    .option('--json', 'one JSON object a line');
