// The configuration: what is read, what is refused, and that every fault is told at once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_OPERATING_POINT, operatingPoint } from '../domain/cluster/thresholds.js';
import { configExample } from './config-example.js';
import { ConfigError, type ConfigFault } from './config-error.js';
import { CONFIG_KEY_NAMES, configKey, environmentName } from './config-schema.js';
import { loadConfig } from './load-config.js';

const TOKEN = 'q7ZpX2mK9vRt4LwYb8NcJ3';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kindred-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const load = (toml: string | undefined, env: Record<string, string> = {}) => {
  if (toml !== undefined) writeFileSync(join(cwd, 'config.toml'), toml);
  return loadConfig({ env, cwd });
};

function faultsOf(toml: string | undefined, env: Record<string, string> = {}): readonly ConfigFault[] {
  try {
    load(toml, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  it('needs no file and no environment', () => {
    const config = load(undefined);
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 3000 });
    expect(config.dataDir).toBe(join(cwd, 'data'));
    expect(config.storage.blobsDir).toBe(join(cwd, 'data/blobs'));
    expect(config.models).toEqual({ dir: join(cwd, 'onnx-models'), packsLoadedMax: 2, keepFormerDays: 30 });
    expect(config.roles).toEqual(['api', 'worker']);
    expect(config.database).toEqual({ poolSize: 10 });
    expect(config.auth).toEqual({ failuresPerMinute: 60 });
    expect(config.clustering).toEqual({});
  });

  it('cannot be changed by whoever receives it', () => {
    const config = load(undefined);
    expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
    expect(() => (config.roles as string[]).push('x')).toThrow(TypeError);
  });

  it('lie inside their own ranges', () => {
    for (const name of CONFIG_KEY_NAMES) {
      const key = configKey(name);
      const value = key.default ?? (key.secret ? undefined : key.sample);
      if (value !== undefined)
        expect({ name, reading: key.read(value, false) }).toEqual({ name, reading: { value } });
    }
  });
});

describe('file and environment', () => {
  it('reads every fixed name of the environment', () => {
    const config = load(undefined, {
      KINDRED_PORT: '4000',
      KINDRED_HOST: '0.0.0.0',
      KINDRED_DATA_DIR: '/var/lib/kindred',
      KINDRED_ADMIN_TOKEN: TOKEN,
      DATABASE_URL: 'postgresql://k@db:5433/kindred',
      KINDRED_MODEL_PACK: 'compact',
      KINDRED_MODELS_DIR: 'packs',
      KINDRED_ROLES: 'worker',
      KINDRED_LOG_LEVEL: 'warn',
    });
    expect(config).toMatchObject({
      server: { port: 4000, host: '0.0.0.0' },
      dataDir: '/var/lib/kindred',
      storage: { blobsDir: '/var/lib/kindred/blobs' },
      auth: { adminToken: TOKEN },
      database: { url: 'postgresql://k@db:5433/kindred' },
      models: { pack: 'compact', dir: join(cwd, 'packs') },
      roles: ['worker'],
      logLevel: 'warn',
    });
  });

  it('gives each key an environment name of its own', () => {
    const names = CONFIG_KEY_NAMES.map(environmentName);
    expect(new Set(names).size).toBe(names.length);
    expect(environmentName('inference.threads_per_worker')).toBe('KINDRED_INFERENCE_THREADS_PER_WORKER');
  });

  it('lets the environment win over the file, and takes an empty variable as absent', () => {
    const toml = '[server]\nport = 1111\nhost = "::1"\n';
    expect(load(toml, { KINDRED_PORT: '2222', KINDRED_HOST: '' }).server).toMatchObject({
      port: 2222,
      host: '::1',
    });
  });

  it('reads the file that KINDRED_CONFIG names, and says when it is not there', () => {
    writeFileSync(join(cwd, 'other.toml'), 'log_level = "error"');
    expect(load('log_level = "debug"', { KINDRED_CONFIG: 'other.toml' }).logLevel).toBe('error');
    expect(faultsOf(undefined, { KINDRED_CONFIG: 'gone.toml' })).toEqual([
      { key: 'KINDRED_CONFIG', where: 'gone.toml', detail: 'cannot be read (ENOENT)' },
    ]);
  });

  it('understands the keys of the first earlier API', () => {
    const config = load(`
[database]
dbname = "faces"
user = "face user"
password = "p@ss/word"
host = "db.local"
port = 5433
[paths]
upload_dir = "uploads"
[auth]
token = "${TOKEN}"
`);
    expect(config.database.url).toBe('postgresql://face%20user:p%40ss%2Fword@db.local:5433/faces');
    expect(config.storage.blobsDir).toBe(join(cwd, 'uploads'));
    expect(config.auth.adminToken).toBe(TOKEN);
  });

  it('lets DATABASE_URL win over the parts of a file', () => {
    const toml = '[database]\ndbname = "a"\nuser = "b"\n';
    expect(load(toml, { DATABASE_URL: 'postgres://h/x' }).database.url).toBe('postgres://h/x');
    expect(load(toml).database.url).toBe('postgresql://b@localhost:5432/a');
  });
});

describe('faults', () => {
  it('tells all of them at once, each with its key, its line and what is expected', () => {
    const faults = faultsOf(
      ['log_level = "loud"', '[server]', 'port = 70000', 'prot = 1', '', '[auth]', 'token = "changeme"'].join(
        '\n',
      ),
      { KINDRED_ROLES: 'api,boss', KINDRED_INFERENCE_WORKERS: 'two' },
    );
    expect(faults).toEqual([
      {
        key: 'log_level',
        where: 'config.toml:1',
        detail: 'expected one of "fatal", "error", "warn", "info", "debug", "trace", "silent"',
      },
      { key: 'server.port', where: 'config.toml:3', detail: 'expected a whole number from 0 to 65535' },
      {
        key: 'server.prot',
        where: 'config.toml:4',
        detail: 'is no key of the configuration: did you mean server.port?',
      },
      {
        key: 'auth.token',
        where: 'config.toml:7',
        detail: 'is a placeholder: put a random token here, or leave it out',
      },
      {
        key: 'KINDRED_ROLES',
        where: 'environment',
        detail: 'expected a list with one or more of "api", "worker"',
      },
      {
        key: 'KINDRED_INFERENCE_WORKERS',
        where: 'environment',
        detail: 'expected a whole number from 1 to 128',
      },
    ]);
  });

  it.each([
    ['[sever]\nport = 1', 'sever', 'is no section of the configuration: did you mean server?'],
    [
      '[server]\nlog_level = "info"',
      'server.log_level',
      'is no key of the configuration: did you mean log_level?',
    ],
    ['zzz = 1', 'zzz', 'is no key of the configuration'],
    ['server = 3', 'server', 'is no key of the configuration'],
    ['[server.port]\nx = 1', 'server.port', 'expected a whole number from 0 to 65535'],
    ['[server]\nport = "3000"', 'server.port', 'expected a whole number from 0 to 65535'],
    ['[server]\nport = 3000.5', 'server.port', 'expected a whole number from 0 to 65535'],
    ['[clustering]\naccept = nan', 'clustering.accept', 'expected a number from 0 to 1'],
    ['roles = []', 'roles', 'expected a list with one or more of "api", "worker"'],
    ['roles = ["api", "api"]', 'roles', 'expected a list with one or more of "api", "worker"'],
    ['[models]\npack = "../evil"', 'models.pack', 'expected the name of a folder in models.dir'],
    ['data_dir = ""', 'data_dir', 'expected a path'],
  ])('refuses %j', (toml, key, detail) => {
    expect(faultsOf(toml).map((fault) => [fault.key, fault.detail])).toEqual([[key, detail]]);
  });

  it('refuses two ways of saying one thing in one place', () => {
    expect(faultsOf(`[auth]\ntoken = "${TOKEN}"\nadmin_token = "${TOKEN}"`)).toMatchObject([
      { where: 'config.toml:3', detail: 'says the same as auth.token: keep one of them' },
    ]);
    expect(faultsOf('[database]\nurl = "postgres://h/x"\ndbname = "x"')).toMatchObject([
      { key: 'database.dbname' },
    ]);
    expect(faultsOf('[database]\ndbname = "x"')).toMatchObject([
      { detail: 'needs both database.dbname and database.user (or database.url alone)' },
    ]);
  });

  it('refuses to ask above the probability that is accepted', () => {
    expect(faultsOf('[clustering]\naccept = 0.5\nask = 0.6')).toMatchObject([
      { key: 'clustering.ask', detail: 'expected at most clustering.accept (0.5)' },
    ]);
  });

  it('points at the line of a file that is not TOML', () => {
    expect(faultsOf('log_level = "info"\nport = = 3')).toMatchObject([{ where: 'config.toml:2' }]);
  });

  it('never repeats a secret', () => {
    const secret = 'S3cr3t-9fKq2LmZ';
    const written = JSON.stringify([
      faultsOf(`[auth]\ntoken = "${secret.slice(0, 15)}"\n[database]\nurl = "mysql://u:${secret}@h/x"`),
      faultsOf(`[auth]\ntoken = "${secret}`),
    ]);
    expect(written).not.toContain('S3cr3t');
    expect(written).toContain('is too short');
  });
});

describe('the ranges of clustering', () => {
  const NAMES = {
    'clustering.accept': 'accept',
    'clustering.ask': 'ask',
    'clustering.margin_logit': 'marginLogit',
    'clustering.neighbours': 'neighbours',
    'clustering.neighbour_similarity_min': 'neighbourSimilarityMin',
    'clustering.review_faces_min': 'reviewFacesMin',
  } as const;

  it.each(Object.entries(NAMES))('%s accepts exactly what the domain accepts', (name, member) => {
    const key = configKey(name as keyof typeof NAMES);
    const domainAccepts = (value: number): boolean => {
      try {
        // The other bound of the pair is opened, so that only the range of this number counts.
        operatingPoint({ accept: 1, ask: 0 }, { [member]: value });
        return true;
      } catch {
        return false;
      }
    };
    for (const value of [-2, -1, -0.5, 0, 0.5, 1, 2, 2.5, 20, 20.5, 21, 200, 201, 1000, 1001]) {
      expect({ value, ok: 'value' in key.read(value, false) }).toEqual({ value, ok: domainAccepts(value) });
    }
    expect(key.sample).toBe(DEFAULT_OPERATING_POINT[member]);
  });
});

describe('compat', () => {
  it('offers the first protocol, none, or all, and none of them to everybody', () => {
    expect(load(undefined).compat).toMatchObject({
      protocols: ['clusters'],
      open: [],
      eventsDeleteByGet: false,
    });
    expect(load('[compat]\nprotocols = []').compat.protocols).toEqual([]);
    expect(load(undefined, { KINDRED_COMPAT_PROTOCOLS: 'none' }).compat.protocols).toEqual([]);
    const all = load(undefined, { KINDRED_COMPAT_PROTOCOLS: 'events,compare,clusters' }).compat.protocols;
    expect(all).toEqual(['clusters', 'compare', 'events']);
  });

  it('opens a protocol without a token on loopback only, and never the first', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      const { compat } = load(undefined, { KINDRED_HOST: host, KINDRED_COMPAT_OPEN: 'compare' });
      expect(compat.open).toEqual(['compare']);
    }
    for (const host of ['0.0.0.0', '::', 'example.org', '127.example.org', '10.0.0.1']) {
      const faults = faultsOf(undefined, { KINDRED_HOST: host, KINDRED_COMPAT_OPEN: 'compare' });
      expect(faults).toMatchObject([{ key: 'compat.open' }]);
    }
    expect(faultsOf('[compat]\nopen = ["clusters"]')).toHaveLength(1);
  });
});

describe('the example', () => {
  it('is accepted with every line that is no secret switched on', () => {
    const lines = configExample().split('\n');
    const secrets = CONFIG_KEY_NAMES.filter((name) => configKey(name).secret).map(
      (name) => name.split('.')[1]!,
    );
    const parts = ['dbname', 'user', 'host', 'port'];
    let section = '';
    const switchedOn = lines.map((line) => {
      section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
      const key = /^# (\w+) = /.exec(line)?.[1];
      if (key === undefined || secrets.includes(key)) return line;
      return section === 'database' && parts.includes(key) ? line : line.slice(2);
    });
    expect(switchedOn.filter((line) => /^\w+ = /.test(line)).length).toBeGreaterThan(25);
    expect(faultsOf(switchedOn.join('\n'))).toEqual([]);
  });

  it('switched on with its secrets, is refused: an example is no secret', () => {
    expect(faultsOf('[auth]\nadmin_token = "…"\n').length).toBe(1);
  });
});
