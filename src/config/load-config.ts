// From a TOML file and the environment to one checked, frozen KindredConfig, or to the list of all faults.
//
// The environment wins over the file, key by key. Relative paths start at the working directory.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { KindredConfig } from './config.js';
import { ConfigError, type ConfigFault } from './config-error.js';
import { CONFIG_KEY_NAMES, configKey, type ConfigKeyName, type ConfigValues } from './config-schema.js';
import { readEnvironmentLayer, readFileLayer, type Environment, type Layer } from './read-layers.js';

/** Memory bounds the model threads before cores do: each holds its own weights. */
const WORKERS_DEFAULT_MAX = 8;

/** Hosts that only this machine reaches. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

export interface ConfigSources {
  readonly env: Environment;
  /** Folder where ./config.toml is looked for, and where relative paths start. */
  readonly cwd: string;
}

/** @throws ConfigError with every fault of file and environment. */
export function loadConfig({ env, cwd }: ConfigSources): KindredConfig {
  const faults: ConfigFault[] = [];
  const file = readConfigFile(env, cwd, faults);
  const fromFile: Layer = file
    ? readFileLayer(file.toml, file.name, faults)
    : new Map<ConfigKeyName, unknown>();
  const fromEnvironment = readEnvironmentLayer(env, faults);

  const values = merge(fromFile, fromEnvironment);
  const url =
    databaseUrlOf(fromEnvironment, 'environment', faults) ??
    databaseUrlOf(fromFile, file?.name ?? '', faults);
  checkTogether(values, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return deepFreeze(assemble(values, url, cwd));
}

function readConfigFile(
  env: Environment,
  cwd: string,
  faults: ConfigFault[],
): { name: string; toml: string } | undefined {
  const named = env['KINDRED_CONFIG'] || undefined;
  const path = resolve(cwd, named ?? 'config.toml');
  const name = relative(cwd, path);
  if (named === undefined && !existsSync(path)) return undefined;
  try {
    return { name, toml: readFileSync(path, 'utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    faults.push({
      key: named === undefined ? '' : 'KINDRED_CONFIG',
      where: name,
      detail: `cannot be read (${code})`,
    });
    return undefined;
  }
}

function merge(fromFile: Layer, fromEnvironment: Layer): ConfigValues {
  const values: Partial<Record<ConfigKeyName, unknown>> = {};
  for (const name of CONFIG_KEY_NAMES) {
    values[name] = fromEnvironment.get(name) ?? fromFile.get(name) ?? configKey(name).default;
  }
  return values as ConfigValues;
}

/** The connection that one layer names, as a URL or in parts. Parts of two layers are not mixed. */
function databaseUrlOf(layer: Layer, where: string, faults: ConfigFault[]): string | undefined {
  const value = <Name extends ConfigKeyName>(name: Name) => layer.get(name) as ConfigValues[Name] | undefined;
  const url = value('database.url');
  const parts = (['dbname', 'user', 'password', 'host', 'port'] as const).filter((part) =>
    layer.has(`database.${part}`),
  );
  if (parts.length === 0) return url;
  const key = `database.${parts[0]!}`;
  if (url !== undefined) {
    faults.push({ key, where, detail: 'stands beside database.url: expected one of the two ways' });
    return undefined;
  }
  const dbname = value('database.dbname');
  const user = value('database.user');
  if (dbname === undefined || user === undefined) {
    faults.push({
      key,
      where,
      detail: 'needs both database.dbname and database.user (or database.url alone)',
    });
    return undefined;
  }
  const password = value('database.password');
  const host = value('database.host') ?? configKey('database.host').default;
  const port = value('database.port') ?? configKey('database.port').default;
  return urlOfParts({ dbname, user, password, host: String(host), port: Number(port) });
}

interface ConnectionParts {
  readonly dbname: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: number;
}

function urlOfParts({ dbname, user, password, host, port }: ConnectionParts): string {
  const login = encodeURIComponent(user) + (password === undefined ? '' : `:${encodeURIComponent(password)}`);
  const database = encodeURIComponent(dbname);
  if (host.startsWith('/'))
    return `postgresql://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `postgresql://${login}@${name}:${port}/${database}`;
}

/** What no single key can tell. */
function checkTogether(values: ConfigValues, faults: ConfigFault[]): void {
  const accept = values['clustering.accept'];
  const ask = values['clustering.ask'];
  if (values['compat.open'].length > 0 && !LOOPBACK.test(values['server.host'])) {
    faults.push({
      key: 'compat.open',
      where: 'configuration',
      detail:
        'expected server.host to be 127.0.0.1, ::1 or localhost: nobody else may come in without a token',
    });
  }
  if (accept !== undefined && ask !== undefined && ask > accept) {
    faults.push({
      key: 'clustering.ask',
      where: 'configuration',
      detail: `expected at most clustering.accept (${accept})`,
    });
  }
}

function assemble(values: ConfigValues, url: string | undefined, cwd: string): KindredConfig {
  const dataDir = resolve(cwd, values.data_dir);
  const workers = values['inference.workers'] ?? Math.min(availableParallelism(), WORKERS_DEFAULT_MAX);
  return {
    server: {
      host: values['server.host'],
      port: values['server.port'],
      requestTimeoutMs: values['server.request_timeout_ms'],
      trustedProxies: values['server.trusted_proxies'],
    },
    dataDir,
    roles: values.roles,
    logLevel: values.log_level,
    database: { ...present({ url }), poolSize: values['database.pool_size'] },
    storage: {
      blobsDir: resolve(cwd, values['storage.blobs_dir'] ?? join(dataDir, 'blobs')),
      encryption: values['storage.encryption'],
      keysDir: resolve(cwd, values['storage.keys_dir'] ?? join(dataDir, 'keys')),
      masterKeyFile: resolve(cwd, values['storage.master_key_file'] ?? join(dataDir, 'master-key')),
    },
    auth: {
      ...present({ adminToken: values['auth.admin_token'], keyPepper: values['auth.key_pepper'] }),
      failuresPerMinute: values['auth.failures_per_minute'],
    },
    erasure: present({
      signingKeyFile: values['erasure.signing_key_file'] && resolve(cwd, values['erasure.signing_key_file']),
    }),
    retention: {
      ...present({
        idleDays: values['retention.idle_days'],
        imageMaxAgeDays: values['retention.image_max_age_days'],
      }),
      warnDays: values['retention.warn_days'],
    },
    models: {
      dir: resolve(cwd, values['models.dir']),
      packsLoadedMax: values['models.packs_loaded_max'],
      keepFormerDays: values['models.keep_former_days'],
      ...present({ pack: values['models.pack'] }),
    },
    inference: {
      executionProvider: values['inference.execution_provider'],
      workers,
      threadsPerWorker: values['inference.threads_per_worker'],
      queueMax: values['inference.queue_max'],
      graphOptimization: values['inference.graph_optimization'],
    },
    imaging: {
      bytesMax: values['imaging.bytes_max'],
      pixelsMax: values['imaging.pixels_max'],
      ...present({ detectorLongSidePx: values['imaging.detector_long_side_px'] }),
    },
    ingest: {
      concurrency: values['ingest.concurrency'] ?? workers + 2,
      queueMax: values['ingest.queue_max'],
      syncTimeoutMs: values['ingest.sync_timeout_ms'],
    },
    limits: present({
      images: values['limits.images'],
      faces: values['limits.faces'],
      bytes: values['limits.bytes'],
      requestsPerMinute: values['limits.requests_per_minute'],
      concurrentIngests: values['limits.concurrent_ingests'],
    }),
    clustering: present({
      accept: values['clustering.accept'],
      ask: values['clustering.ask'],
      marginLogit: values['clustering.margin_logit'],
      neighbours: values['clustering.neighbours'],
      neighbourSimilarityMin: values['clustering.neighbour_similarity_min'],
      reviewFacesMin: values['clustering.review_faces_min'],
    }),
    consolidation: {
      delaySeconds: values['consolidation.delay_s'],
      ...(values['consolidation.nightly_at'] === 'off'
        ? {}
        : { nightlyAt: values['consolidation.nightly_at'] }),
    },
    quality: present({ faceSizePxMin: values['quality.face_size_px_min'] }),
    compat: {
      protocols: values['compat.protocols'],
      open: values['compat.open'],
      userCheckTenant: values['compat.user_check_tenant'],
      enrolTenant: values['compat.enrol_tenant'],
      eventsPrefix: values['compat.events_prefix'],
      eventsDeleteByGet: values['compat.events_delete_by_get'] === 'on',
    },
  };
}

/** The object without its undefined members: absent and undefined are told apart by the types. */
function present<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
