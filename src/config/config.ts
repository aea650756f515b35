// What the service may be told from outside, as the rest of the house sees it: typed, checked, frozen.
// Names, units, ranges, defaults and reasons of the keys stand in config-schema.ts.
import type { TenantLimits } from '../domain/limits/tenant-limits.js';
import type { RetentionPeriods } from '../domain/retention/retention-settings.js';
import type { LogLevel, Protocol, Role } from './config-schema.js';

/** Injection token of KindredConfig. */
export const KINDRED_CONFIG = Symbol('KindredConfig');

export interface KindredConfig {
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Longest time to receive a whole request, ms. */
    readonly requestTimeoutMs: number;
    /** Proxies in front whose X-Forwarded-For is believed, count. */
    readonly trustedProxies: number;
  };
  /** Absolute path. */
  readonly dataDir: string;
  readonly roles: readonly Role[];
  readonly logLevel: LogLevel;
  readonly database: {
    /** PostgreSQL connection URL; undefined = the embedded database in `dataDir`. Secret: it may hold a password. */
    readonly url?: string;
    /** Connections of this process, count. */
    readonly poolSize: number;
  };
  readonly storage: {
    /** Absolute path of the folder that keeps the images; `<dataDir>/blobs` unless configured. */
    readonly blobsDir: string;
    readonly encryption: 'off' | 'per_tenant';
    /** Absolute path of the folder of the tenants' keys. */
    readonly keysDir: string;
    /** Absolute path of the file of the master keys. */
    readonly masterKeyFile: string;
  };
  readonly auth: {
    /** Undefined = generated once and kept in `dataDir`. Secret. */
    readonly adminToken?: string;
    /** Undefined = kept in `dataDir`. Secret. */
    readonly keyPepper?: string;
    /** Wrong tokens from one address in a minute, count. */
    readonly failuresPerMinute: number;
  };
  readonly erasure: {
    /** Absolute path of the key that signs receipts; undefined = made once and kept in `dataDir`. */
    readonly signingKeyFile?: string;
  };
  /** Of every tenant that has no periods of its own. */
  readonly retention: RetentionPeriods;
  readonly models: {
    /** Absolute path of the folder of model packs. */
    readonly dir: string;
    /** Pack id; undefined = the best one that is installed. */
    readonly pack?: string;
    /** Packs that each worker thread holds in memory at once, count. */
    readonly packsLoadedMax: number;
    /** Time for which a change of a tenant's pack can be taken back, days. */
    readonly keepFormerDays: number;
  };
  readonly inference: {
    readonly executionProvider: 'cpu' | 'cuda';
    /** Threads that hold model sessions, count. */
    readonly workers: number;
    readonly threadsPerWorker: number;
    /** Tasks that may wait for a worker before callers are told to come back, count. */
    readonly queueMax: number;
    readonly graphOptimization: 'all' | 'extended';
  };
  readonly imaging: {
    /** Largest accepted file, bytes. */
    readonly bytesMax: number;
    /** Largest accepted image, px (width × height), checked from the header. */
    readonly pixelsMax: number;
    /** Long side given to the detector, px; undefined = as the pack says. */
    readonly detectorLongSidePx?: number;
  };
  readonly ingest: {
    /** Images processed at once by this process, count. */
    readonly concurrency: number;
    /** Images that may wait, count. */
    readonly queueMax: number;
    /** Time after which an upload is answered 202 and goes on as a job, ms. */
    readonly syncTimeoutMs: number;
  };
  /** Limits of every tenant that has none of its own. */
  readonly limits: TenantLimits;
  /** Overrides of the operating point (src/domain/cluster/thresholds.ts); an absent one keeps what the pack says. */
  readonly clustering: {
    readonly accept?: number;
    readonly ask?: number;
    readonly marginLogit?: number;
    readonly neighbours?: number;
    readonly neighbourSimilarityMin?: number;
    readonly reviewFacesMin?: number;
  };
  readonly consolidation: {
    /** Quiet time after a tenant's last change, s; 0 = never by itself. */
    readonly delaySeconds: number;
    /** Local time `HH:MM`; undefined = never. */
    readonly nightlyAt?: string;
  };
  /** Overrides of src/domain/face/quality-thresholds.ts. */
  readonly quality: {
    /** Shorter side of a face's box, px of the upright image, under which it is doubted. */
    readonly faceSizePxMin?: number;
  };
  readonly compat: {
    /** Earlier face APIs whose routes are offered. */
    readonly protocols: readonly Protocol[];
    /** Those that need no token; the start has checked that the service listens on loopback. */
    readonly open: readonly Protocol[];
    readonly userCheckTenant: string;
    readonly enrolTenant: string;
    /** Beginning of the tenant ids of events. */
    readonly eventsPrefix: string;
    readonly eventsDeleteByGet: boolean;
  };
}
