// A private PostgreSQL 17 with pgvector in a folder of its own. Unlike the tests' server it waits for the disk (fsync on):
// a figure without durability would flatter the service.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { repositoryRoot } from './repository.js';

const run = promisify(execFile);
/** `nobody`: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };
const START_MS = 60_000;

export class DurablePostgres {
  private constructor(
    readonly url: string,
    private readonly server: ChildProcess,
    private readonly folder: string,
  ) {}

  /**
   * Installs the programs when they are missing (Debian packages), then starts an empty server. Throws when that fails.
   * @param more Settings of the server beside those that every bench has, by name.
   */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<DurablePostgres> {
    const programs = join(tmpdir(), `kindred-pg17-${process.getuid?.() ?? 0}`);
    await run(join(repositoryRoot, 'test/harness/pg17.sh'), ['install', programs]);
    const bin = join(programs, 'usr/lib/postgresql/17/bin');
    const folder = await mkdtemp(join(tmpdir(), 'kindred-bench-pg-'));
    const asRoot = process.getuid?.() === 0;
    const asUser = asRoot ? UNPRIVILEGED : {};
    if (asRoot) await chown(folder, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
    const data = join(folder, 'data');
    await run(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C'],
      { ...asUser, cwd: folder },
    );
    const port = await freePort();
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', jit: 'off', ...more };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], {
      ...asUser,
      cwd: folder,
      stdio: 'ignore',
    });
    const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    const started = new DurablePostgres(url, server, folder);
    await started.answers();
    return started;
  }

  /** A new, empty database. */
  async database(name: string): Promise<string> {
    await this.query(`CREATE DATABASE ${name}`);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  async version(): Promise<string> {
    const { rows } = await this.query(
      `SELECT current_setting('server_version') AS v, (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS vector`,
    );
    const [row] = rows as { v: string; vector: string }[];
    return `PostgreSQL ${row?.v}, pgvector ${row?.vector}, fsync on`;
  }

  /** Processor time so far of the server and each of its sessions, s, by process. Linux only: empty elsewhere. */
  async cpuSeconds(): Promise<ReadonlyMap<string, number>> {
    const ticksPerSecond = 100;
    const spent = new Map<string, number>();
    for (const pid of await readdir('/proc').catch(() => [])) {
      if (!/^\d+$/.test(pid)) continue;
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(pid) !== this.server.pid && Number(fields[1]) !== this.server.pid) continue;
      spent.set(pid, (Number(fields[11]) + Number(fields[12])) / ticksPerSecond);
    }
    return spent;
  }

  /** Memory of the server and its sessions, bytes; what they share counts once. Linux only: 0 elsewhere. */
  async residentBytes(): Promise<number> {
    let bytes = 0;
    for (const pid of (await this.cpuSeconds()).keys()) {
      const shares = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      bytes += Number(/^Pss:\s+(\d+) kB/m.exec(shares)?.[1] ?? 0) * 1024;
    }
    return bytes;
  }

  async stop(): Promise<void> {
    if (this.server.exitCode === null) {
      const exit = once(this.server, 'exit');
      this.server.kill('SIGINT');
      await exit;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async query(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    return client.query(sql).finally(() => client.end());
  }

  private async answers(): Promise<void> {
    for (const end = Date.now() + START_MS; ;) {
      try {
        await this.query('SELECT 1');
        return;
      } catch (error) {
        if (Date.now() > end || this.server.exitCode !== null) {
          await this.stop();
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

/** Free at this moment; another program could take it before the server does. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
