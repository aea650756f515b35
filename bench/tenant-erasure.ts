// npm run bench:erasure [-- --faces 100000 --encryption per_tenant]: a tenant of 100,000 faces is erased by the real service on a durable PostgreSQL, and the service is killed
// (kill -9) in the middle and at the end of every phase. It fails unless in the end no row, no file and no index is left, the
// other tenant has all that it had, and `kindred receipt verify` accepts the receipt.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { ADMIN_TOKEN, startService } from './contenders/kindred-service.js';
import { DurablePostgres } from './durable-postgres.js';
import { fillLargeTenant } from './large-tenant.js';
import { machine } from './machine.js';
import { forgetPeak, residentMemory } from './process-memory.js';
import type { Program } from './program.js';
import { compiled, repositoryRoot, samplePhotos } from './repository.js';
import { countsOf, filesUnder, plainFilesUnder, verifyReceipt } from './what-is-left.js';

const { values } = parseArgs({
  options: { faces: { type: 'string', default: '100000' }, encryption: { type: 'string', default: 'off' } },
});
const FACES = Number(values.faces);
const ENCRYPTED = values.encryption !== 'off';
const GOES = 'goes';
const STAYS = 'stays';
/** An advisory lock of this bench's own: whoever ends a phase waits for it. */
const HOLD = 730_002;
const LOOK_MS = 20;
const WAIT_MS = 20 * 60_000;

/** Where the service is killed, in order. `query`: SQL that is true then. */
interface Kill {
  readonly phase: 'rows' | 'messages' | 'files' | 'indexes' | 'verify';
  readonly where: string;
  /** The phase after it, when it is killed while it ends. */
  readonly before?: string;
  readonly isDue?: () => Promise<boolean>;
}
interface Segment {
  readonly phase: string;
  readonly where: string;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly startBytes: number;
}
interface Erasure {
  readonly id: string;
  readonly phase: string;
  readonly salt: string;
  readonly receipt: object | null;
}

const authorization = { authorization: `Bearer ${ADMIN_TOKEN}` };

class Bench {
  private service!: { program: Program; url: string };
  private readonly segments: Segment[] = [];
  private longestTransactionMs = 0;

  constructor(
    private readonly client: pg.Client,
    private readonly databaseUrl: string,
    private readonly dataDir: string,
  ) {}

  get kept(): string {
    return join(this.dataDir, 'blobs', 'kept');
  }

  async start(tenants: readonly string[] = []): Promise<void> {
    this.service = await startService({
      modelsDir: join(repositoryRoot, 'onnx-models'),
      pack: 'compact',
      databaseUrl: this.databaseUrl,
      dataDir: this.dataDir,
      tenants,
      environment: { KINDRED_STORAGE_ENCRYPTION: values.encryption },
    });
  }

  /** The service encrypts what was kept plainly when it starts. */
  async encryptAll(folder: string): Promise<void> {
    await this.stop();
    const began = performance.now();
    await this.start();
    await until('the encryption of the files', async () => (await plainFilesUnder(folder)) === 0);
    console.log(`files encrypted ${((performance.now() - began) / 1000).toFixed(1)} s after the start`);
  }

  stop(): Promise<void> {
    return this.service.program.stop();
  }

  async call<T>(
    method: string,
    path: string,
    body?: FormData | string,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await fetch(`${this.service.url}${path}`, {
      method,
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** A photo, a job and a kept answer for each tenant. */
  async begin(): Promise<void> {
    await this.start([GOES, STAYS]);
    for (const tenant of [GOES, STAYS]) {
      const at = `/v1/tenants/${tenant}`;
      for (const [n, prefer] of [[0], [1, 'respond-async']] as const) {
        const form = new FormData();
        form.append('image', new Blob([await readFile(samplePhotos[n]!)]), 'photo.jpg');
        const headers = prefer === undefined ? {} : { prefer };
        const job = await this.call<{ id: string }>('POST', `${at}/images`, form, headers);
        if (prefer !== undefined)
          await until('the queued photo', async () => {
            const { state } = await this.call<{ state: string }>('GET', `/v1/jobs/${job.id}`);
            return state === 'succeeded';
          });
      }
      const json = { 'content-type': 'application/json', 'idempotency-key': 'bench' };
      await this.call('POST', `${at}/clusters`, JSON.stringify({ label: 'Ada' }), json);
    }
  }

  async erase(kills: readonly Kill[]): Promise<Erasure> {
    await this.client.query(HELD_PHASE);
    await this.client.query('SELECT pg_advisory_lock($1)', [HOLD]);
    let erasure: Erasure | undefined;
    for (const kill of kills) {
      await this.client.query('DELETE FROM held_phase');
      if (kill.before !== undefined)
        await this.client.query('INSERT INTO held_phase VALUES ($1)', [kill.before]);
      const { pid } = this.service.program;
      await forgetPeak(pid);
      const { now: startBytes } = await residentMemory(pid);
      const began = performance.now();
      erasure ??= await this.call<Erasure>('DELETE', `/v1/tenants/${GOES}`);
      await until(`${kill.phase}, ${kill.where}`, () => this.isDue(kill));
      const seconds = (performance.now() - began) / 1000;
      const { peak } = await residentMemory(pid);
      this.segments.push({ ...kill, seconds, startBytes, peakBytes: peak });
      console.log(`killed in phase ${kill.phase}, ${kill.where}, after ${seconds.toFixed(1)} s`);
      process.kill(pid, 'SIGKILL');
      await until('its end', () => Promise.resolve(!this.service.program.running));
      // The hold is let go with the next start: what the killed process had begun has to be gone first.
      await this.client.query('SELECT pg_advisory_unlock($1)', [HOLD]);
      await until('the end of its sessions', () => this.noSessions());
      await this.client.query('SELECT pg_advisory_lock($1)', [HOLD]);
      await this.start();
    }
    await this.client.query('DELETE FROM held_phase');
    const { id, salt } = erasure!;
    let end!: Erasure;
    await until('the end', async () => {
      end = await this.call<Erasure>('GET', `/v1/erasures/${id}`);
      return end.phase === 'done';
    });
    return { ...end, salt };
  }

  private async isDue({ before, isDue }: Kill): Promise<boolean> {
    const { rows } = await this.client.query<{ ms: number | null; held: boolean }>(`
      SELECT (SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000 FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND query !~ '^VACUUM|CONCURRENTLY'
                AND wait_event_type IS DISTINCT FROM 'Lock')::float8 AS ms,
             EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${HOLD} AND NOT granted) AS held`);
    this.longestTransactionMs = Math.max(this.longestTransactionMs, rows[0]!.ms ?? 0);
    return before === undefined ? isDue!() : rows[0]!.held;
  }

  private async noSessions(): Promise<boolean> {
    const { rowCount } = await this.client.query(
      `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()`,
    );
    return rowCount === 0;
  }

  report(): void {
    const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
    console.log('\nphase     until                    time      memory at its start  peak');
    for (const { phase, where, seconds, startBytes, peakBytes } of this.segments)
      console.log(
        [
          phase.padEnd(9),
          where.padEnd(24),
          `${seconds.toFixed(1)} s`.padEnd(9),
          megabytes(startBytes).padEnd(20),
          megabytes(peakBytes),
        ].join(' '),
      );
    console.log(`longest transaction of the service seen: ${Math.round(this.longestTransactionMs)} ms`);
  }
}

/** A transaction that would enter a phase that is listed waits for the lock. */
const HELD_PHASE = `
  CREATE TABLE held_phase (phase text);
  GRANT SELECT ON held_phase TO PUBLIC;
  CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.phase IN (SELECT phase FROM held_phase) AND OLD.phase <> NEW.phase THEN
      PERFORM pg_advisory_xact_lock(${HOLD});
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER hold BEFORE UPDATE ON erasures FOR EACH ROW EXECUTE FUNCTION hold()`;

async function until(what: string, find: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    if (await find()) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`${what}: not within ${WAIT_MS / 60_000} minutes`);
}

async function main(): Promise<void> {
  const postgres = await DurablePostgres.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'kindred-erasure-'));
  const client = new pg.Client(postgres.url);
  try {
    await client.connect();
    const bench = new Bench(client, postgres.url, dataDir);
    await bench.begin();
    const { tenantBlobPrefix } =
      await compiled<typeof import('../src/storage/blob-key.js')>('storage/blob-key.js');
    const files = (tenant: string): Promise<number> => filesUnder(join(bench.kept, tenantBlobPrefix(tenant)));
    console.log(machine());
    await fillLargeTenant(GOES, FACES, postgres.url, bench.kept);
    if (ENCRYPTED) await bench.encryptAll(join(bench.kept, tenantBlobPrefix(GOES)));
    const before = { goes: await countsOf(client, GOES), stays: await countsOf(client, STAYS) };
    const filesBefore = { goes: await files(GOES), stays: await files(STAYS) };
    console.log(JSON.stringify({ ...before.goes, files: filesBefore.goes }));

    const halfOf = (table: string, all: number) => async (): Promise<boolean> => {
      const { rows } = await client.query<{ count: number }>(
        `SELECT (counts->>'${table}')::int AS count FROM erasures WHERE of_tenant = $1`,
        [GOES],
      );
      return (rows[0]?.count ?? 0) >= all / 2;
    };
    const end = await bench.erase([
      {
        phase: 'rows',
        where: 'half the embeddings gone',
        isDue: halfOf('face_embeddings', before.goes['face_embeddings']!),
      },
      { phase: 'rows', where: 'half the faces gone', isDue: halfOf('faces', before.goes['faces']!) },
      { phase: 'rows', where: 'its end', before: 'messages' },
      { phase: 'messages', where: 'its end', before: 'files' },
      {
        phase: 'files',
        where: 'half the files gone',
        isDue: async () => (await files(GOES)) < filesBefore.goes / 2,
      },
      { phase: 'files', where: 'its end', before: 'indexes' },
      {
        phase: 'indexes',
        where: 'a vacuum under way',
        isDue: async () => (await client.query('SELECT 1 FROM pg_stat_progress_vacuum')).rowCount! > 0,
      },
      { phase: 'indexes', where: 'its end', before: 'verify' },
      { phase: 'verify', where: 'its end', before: 'done' },
    ]);
    bench.report();
    console.log(machine());
    const kept = await readdir(join(dataDir, 'keys')).catch(() => []);
    const keys = kept.filter((name) => name.endsWith('.key'));
    const left = {
      ...(await countsOf(client, GOES)),
      files: await files(GOES),
      keys: keys.filter((name) => name.includes(GOES)).length,
    };
    if (ENCRYPTED && keys.length !== 1) throw new Error(`keys: ${keys.join(', ')}`);
    console.log(`left of the tenant: ${JSON.stringify(left)}`);
    if (Object.values(left).some((count) => count > 0)) throw new Error('something is left');
    const other = await countsOf(client, STAYS);
    if (JSON.stringify(other) !== JSON.stringify(before.stays) || (await files(STAYS)) !== filesBefore.stays)
      throw new Error(`the other tenant has changed: ${JSON.stringify(other)}`);
    await verifyReceipt(GOES, dataDir, end, await bench.call('GET', '/v1/receipts/key'));
    await bench.stop();
  } finally {
    await client.end();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
