// Every key of the configuration: type, unit, range, default, why, and the name of its environment variable. The parser,
// config.example.toml and the start log are made from this one table.
//
// A key without a section stands at the top of the file. Numbers about clustering and quality have no default here: what
// counts without them stands in the model pack and in src/domain, and is shown by `sample`.
import { DEFAULT_OPERATING_POINT } from '../domain/cluster/thresholds.js';
import { QUALITY_RAMPS } from '../domain/face/quality-thresholds.js';
import { RETENTION_DAYS_MAX, WARN_DAYS_MAX } from '../domain/retention/retention-settings.js';
import {
  bearerToken,
  choice,
  choices,
  databasePassword,
  databaseUrl,
  decimal,
  text,
  whole,
  type ConfigKey,
} from './config-key.js';

export const ROLES = ['api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Earlier face APIs that have drop-in routes; see docs/compat.md. */
export const PROTOCOLS = ['clusters', 'user_check', 'enrol', 'compare', 'events'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const TENANT_ID = /^[A-Za-z0-9._-]{1,64}$/;

const PACK_DECIDES = 'as the model pack says';
const NO_LIMIT = 'no limit';

export const CONFIG_KEYS = {
  data_dir: text({
    what: 'Folder of everything that Kindred keeps on disk: the embedded database, images, the generated admin token.',
    why: 'Beside the program, so that a first start needs nothing.',
    expected: 'a path',
    default: './data',
  }),
  roles: choices({
    what: 'What this process does: "api" answers requests, "worker" takes background jobs.',
    why: 'One process does both; more of either may share one PostgreSQL.',
    values: ROLES,
    default: ['api', 'worker'],
  }),
  log_level: choice({
    what: 'Least severe line that is logged.',
    why: '"info" is one line for each request.',
    values: LOG_LEVELS,
    default: 'info',
  }),

  'server.host': text({
    what: 'Address that the service listens on.',
    why: 'Loopback: nothing is reachable from outside until you say so.',
    env: 'KINDRED_HOST',
    expected: 'a host name or an address',
    pattern: /^[A-Za-z0-9.:_-]+$/,
    default: '127.0.0.1',
  }),
  'server.port': whole({
    what: 'TCP port; 0 takes a free one.',
    why: 'The usual port of a Node service.',
    env: 'KINDRED_PORT',
    min: 0,
    max: 65_535,
    default: 3000,
  }),
  'server.request_timeout_ms': whole({
    what: 'Longest time to receive a whole request.',
    why: 'Two minutes carry 50 MB over a slow line (3.5 Mbit/s).',
    unit: 'ms',
    min: 1000,
    max: 3_600_000,
    default: 120_000,
  }),
  'server.trusted_proxies': whole({
    what: 'Proxies in front of the service whose X-Forwarded-For is believed.',
    why: 'None: without a proxy, anybody could write that header.',
    unit: 'proxies',
    min: 0,
    max: 10,
    default: 0,
  }),

  'database.url': databaseUrl({
    what: 'PostgreSQL 15 or newer with pgvector. Absent: the embedded database in data_dir, for one process.',
    why: 'Embedded, so that a first start needs no server.',
    env: 'DATABASE_URL',
    defaultText: 'absent (the embedded database)',
    sample: 'postgresql://kindred@127.0.0.1:5432/kindred',
  }),
  'database.pool_size': whole({
    what: 'Connections that this process may hold.',
    why: 'Ten serve hundreds of short transactions a second; PostgreSQL allows 100 over all processes by default.',
    unit: 'connections',
    min: 2,
    max: 200,
    default: 10,
  }),
  'database.dbname': text({
    what: 'Name of the database: with user, password, host and port, another way to write database.url.',
    why: 'The keys of the first earlier API.',
    expected: 'a database name',
    default: undefined,
    sample: 'kindred',
  }),
  'database.user': text({
    what: 'User of the database; needed with dbname.',
    why: 'The keys of the first earlier API.',
    expected: 'a user name',
    default: undefined,
    sample: 'kindred',
  }),
  'database.password': databasePassword({
    what: 'Password of that user.',
    why: 'Absent: the server lets the user in without one.',
    sample: '…',
  }),
  'database.host': text({
    what: 'Host of the database, or the folder of its unix socket.',
    why: 'The same machine.',
    expected: 'a host name, an address or a folder',
    default: 'localhost',
  }),
  'database.port': whole({
    what: 'Port of the database.',
    why: "PostgreSQL's own.",
    min: 1,
    max: 65_535,
    default: 5432,
  }),

  'storage.blobs_dir': text({
    what: 'Folder of the images.',
    why: 'With everything else, unless images belong on another disk.',
    aliases: ['paths.upload_dir'],
    expected: 'a path',
    default: undefined,
    defaultText: '<data_dir>/blobs',
    sample: './data/blobs',
  }),

  'storage.encryption': choice({
    what: 'Whether originals are encrypted on disk: "per_tenant" under a key of each tenant, which its erasure destroys.',
    why: 'Disks are often encrypted already; with it, a lost key folder or master key loses every original.',
    values: ['off', 'per_tenant'],
    default: 'off',
  }),
  'storage.keys_dir': text({
    what: "Folder of the tenants' keys, wrapped under the master key. Keep it out of the backups of database and images.",
    why: 'With everything else until you move it: see docs/data-protection.md.',
    expected: 'a path',
    default: undefined,
    defaultText: '<data_dir>/keys',
    sample: './keys',
  }),
  'storage.master_key_file': text({
    what: 'File of the master keys, one a line: the first wraps the keys of tenants, all of them open.',
    why: 'Absent: one is made when it is first needed and kept in <data_dir>/master-key.',
    expected: 'a path',
    default: undefined,
    defaultText: '<data_dir>/master-key',
    sample: './master-key',
  }),

  'auth.admin_token': bearerToken({
    what: 'Token of the operator: every tenant, every scope. 16 or more random characters.',
    why: 'Absent: one of 256 bits is made at the first start and kept in <data_dir>/admin-token.',
    env: 'KINDRED_ADMIN_TOKEN',
    aliases: ['auth.token'],
    sample: '…',
  }),

  'auth.key_pepper': bearerToken({
    what: 'Secret under which API keys are hashed. Processes over one database need the same; a change ends every key.',
    why: 'Absent: made at the first start, from the admin token where one is configured, and kept in <data_dir>/key-pepper.',
    sample: '…',
  }),
  'auth.failures_per_minute': whole({
    what: 'Wrong tokens from one address (IPv6: one /64 network) within a minute after which further ones are answered 429.',
    why: 'People mistype, scripts guess. A client whose token was good before goes on.',
    unit: 'requests',
    min: 1,
    max: 1_000_000,
    default: 60,
  }),

  'erasure.signing_key_file': text({
    what: 'File of the private key that signs receipts of erasures: Ed25519, PEM (PKCS #8).',
    why: 'Absent: one is made at the first start and kept in <data_dir>/receipt-key.pem.',
    expected: 'a path',
    default: undefined,
    defaultText: 'absent (<data_dir>/receipt-key.pem)',
    sample: './receipt-key.pem',
  }),

  'retention.idle_days': whole({
    what: 'Days without a use after which a tenant is erased; a tenant may set its own.',
    why: 'Absent: nothing is erased unless somebody has said so.',
    unit: 'days',
    min: 1,
    max: RETENTION_DAYS_MAX,
    default: undefined,
    defaultText: 'never',
    sample: 1095,
  }),
  'retention.image_max_age_days': whole({
    what: 'Days after which an image is erased with its faces; a tenant may set its own.',
    why: 'Absent: nothing is erased unless somebody has said so.',
    unit: 'days',
    min: 1,
    max: RETENTION_DAYS_MAX,
    default: undefined,
    defaultText: 'never',
    sample: 365,
  }),
  'retention.warn_days': whole({
    what: 'Days between the announcement of an erasure by a period and the erasure.',
    why: 'A week holds a working day on which somebody reads the announcement.',
    unit: 'days',
    min: 0,
    max: WARN_DAYS_MAX,
    default: 7,
  }),

  'models.dir': text({
    what: 'Folder of the model packs.',
    why: 'The packs that come with Kindred.',
    expected: 'a path',
    default: './onnx-models',
  }),
  'models.pack': text({
    what: 'Model pack for tenants that have no face yet. The others stay with theirs until they are moved.',
    why: 'Absent: the best pack whose weights are installed; the choice is logged.',
    env: 'KINDRED_MODEL_PACK',
    expected: 'the name of a folder in models.dir',
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    default: undefined,
    defaultText: 'the best one installed',
    sample: 'compact',
  }),
  'models.packs_loaded_max': whole({
    what: 'Model packs that each worker thread holds in memory at once. Tenants may be in spaces of different packs.',
    why: 'Two: the pack that the service prefers, and the one that tenants come from or go to. A further one unloads the one used longest ago.',
    unit: 'packs',
    min: 1,
    max: 16,
    default: 2,
  }),
  'models.keep_former_days': whole({
    what: 'Days for which a change of a tenant’s model pack can be taken back; then the former vectors are erased.',
    why: 'A month of looking at the groups. 0: they are erased as soon as the change has settled.',
    unit: 'days',
    min: 0,
    max: 3650,
    default: 30,
  }),

  'inference.execution_provider': choice({
    what: 'Where the models run.',
    why: '"cpu" is everywhere; "cuda" needs the GPU build of the runtime.',
    values: ['cpu', 'cuda'],
    default: 'cpu',
  }),
  'inference.workers': whole({
    what: 'Threads that hold the models; each works on one picture at a time.',
    why: 'One for each core. Each holds its own copy of the weights, so at most eight unless you say so.',
    unit: 'threads',
    min: 1,
    max: 128,
    default: undefined,
    defaultText: 'the number of cores, at most 8',
    sample: 2,
  }),
  'inference.threads_per_worker': whole({
    what: 'Threads inside one model run.',
    why: 'Two workers with one thread each were measured to do 4 % more than one worker with two.',
    unit: 'threads',
    min: 1,
    max: 128,
    default: 1,
  }),
  'inference.queue_max': whole({
    what: 'Model runs that may wait for a thread; further ones are answered 503 with Retry-After.',
    why: 'A longer line would only hide an overload: what waits holds its decoded picture in memory.',
    unit: 'runs',
    min: 1,
    max: 100_000,
    default: 256,
  }),
  'inference.graph_optimization': choice({
    what: 'How far the runtime rewrites a model.',
    why: '"all" is fastest; "extended" keeps the layout of the graph, for providers that dislike "all".',
    values: ['all', 'extended'],
    default: 'all',
  }),

  'imaging.bytes_max': whole({
    what: 'Largest file that is accepted; larger ones are answered 413.',
    why: '50 MiB hold what any camera writes.',
    unit: 'bytes',
    min: 1024,
    max: 1_073_741_824,
    default: 52_428_800,
  }),
  'imaging.pixels_max': whole({
    what: 'Largest picture, width × height, read from its header before decoding; larger ones are answered 413.',
    why: '100 megapixels take 300 MB while they are decoded; cameras stay below.',
    unit: 'px',
    min: 65_536,
    max: 1_000_000_000,
    default: 100_000_000,
  }),
  'imaging.detector_long_side_px': whole({
    what: 'Long side that a picture is shrunk to for the detector. Larger finds smaller faces and takes longer.',
    why: 'Each detector was made for a size.',
    unit: 'px',
    min: 160,
    max: 4096,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: 640,
  }),

  'ingest.concurrency': whole({
    what: 'Pictures that are worked on at once.',
    why: 'Two more than there are model threads, so that decoding never lets them wait.',
    unit: 'pictures',
    min: 1,
    max: 256,
    default: undefined,
    defaultText: 'inference.workers + 2',
    sample: 4,
  }),
  'ingest.queue_max': whole({
    what: 'Pictures that may wait on disk; further ones are answered 503 with Retry-After.',
    why: 'A burst of a few hundred uploads is ordinary; they wait as files, not in memory.',
    unit: 'pictures',
    min: 0,
    max: 100_000,
    default: 500,
  }),
  'ingest.sync_timeout_ms': whole({
    what: 'Time after which an upload is answered 202 with a job instead of 201.',
    why: 'Half of the minute after which usual proxies give up.',
    unit: 'ms',
    min: 100,
    max: 600_000,
    default: 30_000,
  }),

  'limits.images': whole({
    what: 'Images that a tenant may hold; further ones are answered 429. The operator may set another number for a tenant.',
    why: 'Absent: the disk is the limit.',
    unit: 'images',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: undefined,
    defaultText: NO_LIMIT,
    sample: 100_000,
  }),
  'limits.faces': whole({
    what: 'Faces that a tenant may hold.',
    why: 'Absent: as many as its images show.',
    unit: 'faces',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: undefined,
    defaultText: NO_LIMIT,
    sample: 300_000,
  }),
  'limits.bytes': whole({
    what: "Bytes that a tenant's originals may take.",
    why: 'Absent: the disk is the limit.',
    unit: 'bytes',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: undefined,
    defaultText: NO_LIMIT,
    sample: 100_000_000_000,
  }),
  'limits.requests_per_minute': whole({
    what: "Requests with one tenant's keys in a minute, over all processes; further ones are answered 429.",
    why: 'Absent: turns in the ingest line keep tenants apart already.',
    unit: 'requests',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: undefined,
    defaultText: NO_LIMIT,
    sample: 6000,
  }),
  'limits.concurrent_ingests': whole({
    what: 'Photos of one tenant that wait or are worked on at once, in each process; further ones are answered 429.',
    why: 'Absent: a tenant may fill the line while nobody else needs it.',
    unit: 'photos',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    default: undefined,
    defaultText: NO_LIMIT,
    sample: 50,
  }),

  'clustering.accept': decimal({
    what: 'Probability from which a face joins a person by itself.',
    why: 'Joins at the very edge are right nine times out of ten, nearly all lie far above.',
    unit: 'probability',
    min: 0,
    max: 1,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: DEFAULT_OPERATING_POINT.accept,
  }),
  'clustering.ask': decimal({
    what: 'Probability from which a human is asked. It must not exceed accept.',
    why: 'Below, the answer would be "no" nine times out of ten.',
    unit: 'probability',
    min: 0,
    max: 1,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: DEFAULT_OPERATING_POINT.ask,
  }),
  'clustering.margin_logit': decimal({
    what: 'Lead that the best person needs over the runner-up.',
    why: 'Odds of about 7.4 to 1: closer ones are a question for a human.',
    unit: 'natural log of odds',
    min: 0,
    max: 20,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: DEFAULT_OPERATING_POINT.marginLogit,
  }),
  'clustering.neighbours': whole({
    what: 'Stored faces that are looked at for each new one.',
    why: 'More changed no decision in simulations.',
    unit: 'faces',
    min: 1,
    max: 200,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: DEFAULT_OPERATING_POINT.neighbours,
  }),
  'clustering.neighbour_similarity_min': decimal({
    what: 'Similarity under which a stored face is no evidence at all.',
    why: 'Two different people hardly ever reach it; packs with squeezed similarities have their own.',
    unit: 'cosine similarity',
    min: -1,
    max: 1,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: DEFAULT_OPERATING_POINT.neighbourSimilarityMin,
  }),
  'clustering.review_faces_min': whole({
    what: 'Faces from which a new person is worth the question "who is this?".',
    why: '1 shows every new person; raise it where most people are seen once.',
    unit: 'faces',
    min: 1,
    max: 1000,
    default: undefined,
    defaultText: PACK_DECIDES,
    sample: DEFAULT_OPERATING_POINT.reviewFacesMin,
  }),

  'consolidation.delay_s': whole({
    what: 'Quiet time after the last change of a tenant before all its faces are looked at again; 0: never by itself.',
    why: 'Half a minute: an album that is being uploaded is grouped once, not after every photo.',
    unit: 's',
    min: 0,
    max: 86_400,
    default: 30,
  }),
  'consolidation.nightly_at': text({
    what: 'Local time at which every tenant that has changed is looked at again, quiet or not; "off": never.',
    why: 'Tenants that are never quiet are grouped anew once a day, when few are at work.',
    expected: 'a time such as "01:00", or "off"',
    pattern: /^(?:[01]\d|2[0-3]):[0-5]\d$|^off$/,
    default: '01:00',
  }),

  'quality.face_size_px_min': whole({
    what: 'Shorter side of a face under which it is doubted: it founds and joins nothing by itself.',
    why: 'Below, recognisers lose a quarter of the similarity to the same person.',
    unit: 'px of the upright image',
    min: 1,
    max: 1000,
    default: undefined,
    defaultText: String(QUALITY_RAMPS.faceSizePx.doubt),
    sample: QUALITY_RAMPS.faceSizePx.doubt,
  }),

  'compat.protocols': choices({
    what: 'Earlier face APIs whose routes are offered beside /v1, for clients that were written for them: see docs/compat.md.',
    why: 'The first of them is where Kindred comes from. An empty list, or "none" in the environment, offers none.',
    values: PROTOCOLS,
    default: ['clusters'],
    noneAllowed: true,
  }),
  'compat.open': choices({
    what: 'Of those, the ones that need no token. The service must listen on loopback, and web pages are kept out.',
    why: 'None: whoever reaches an open one may read, enrol and erase in its tenants.',
    values: ['user_check', 'enrol', 'compare', 'events'],
    default: [],
    noneAllowed: true,
  }),
  'compat.user_check_tenant': text({
    what: 'Tenant whose named people the user check knows.',
    why: 'The one of enrol, so that who is enrolled there can be checked.',
    expected: 'a tenant id: 1 to 64 of A–Z a–z 0–9 . _ -',
    pattern: TENANT_ID,
    default: 'people',
  }),
  'compat.enrol_tenant': text({
    what: 'Tenant that enrol, recognise and list work on.',
    why: 'A name that says what is in it.',
    expected: 'a tenant id: 1 to 64 of A–Z a–z 0–9 . _ -',
    pattern: TENANT_ID,
    default: 'people',
  }),
  'compat.events_prefix': text({
    what: 'Beginning of the ids of tenants that are events.',
    why: 'Events stay apart from the other tenants.',
    expected: '1 to 32 of A–Z a–z 0–9 . _ -',
    pattern: /^[A-Za-z0-9._-]{1,32}$/,
    default: 'event-',
  }),
  'compat.events_delete_by_get': choice({
    what: 'Whether GET /api/delete_user deletes, as in the earlier API; DELETE always does.',
    why: 'A link or a prefetching browser could set it off.',
    values: ['off', 'on'],
    default: 'off',
  }),
} as const satisfies Readonly<Record<string, ConfigKey<unknown>>>;

export type ConfigKeyName = keyof typeof CONFIG_KEYS;

/** The parsed value of every key. */
export type ConfigValues = { [Name in ConfigKeyName]: (typeof CONFIG_KEYS)[Name]['default'] };

export const CONFIG_KEY_NAMES = Object.keys(CONFIG_KEYS) as ConfigKeyName[];

/** One key without its exact type. */
export const configKey = (name: ConfigKeyName): ConfigKey<unknown> => CONFIG_KEYS[name];

/** Name of a key's environment variable. */
export function environmentName(name: ConfigKeyName): string {
  return configKey(name).env ?? `KINDRED_${name.toUpperCase().replace('.', '_')}`;
}
