// The import law of docs/architecture.md. Arrows run down only; each outside dependency has one door.
// `npm run law` fails on any other arrow and on any circle; the normal build runs it.

const FEATURES =
  'audit|tenants|images|faces|operations|review-pending|search|gallery-map|consolidation|model-changes|retention|transfer|health';
const PORTS = 'database|inference|imaging|storage|queue';
const room = (names) => `^src/(${names})/`;

/** One outside dependency, one room that may import it. */
const door = (name, packages, rooms) => ({
  name: `door-${name}`,
  comment: `Only ${rooms} may import ${name}: its types do not leave its room.`,
  severity: 'error',
  from: { path: '^src/', pathNot: room(rooms) },
  // Also where the types come from a package of their own, and where node_modules is a link.
  to: { path: `(^|/)node_modules/(@types/)?(${packages})(/|$)` },
});

/** Rooms that import themselves and what is named below them, nothing else of Kindred. */
const standsOn = (name, rooms, below, comment = '') => ({
  name,
  comment,
  severity: 'error',
  from: { path: room(rooms) },
  to: { path: '^src/', pathNot: room(below === '' ? rooms : `${rooms}|${below}`) },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        path: '^src/',
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '\\.spec\\.ts$',
          '\\.worker\\.ts$',
          '^src/cli/',
          '^src/main\\.ts$',
          '^src/extraction/main\\.ts$',
          'generated/',
        ],
      },
      to: {},
    },
    {
      name: 'domain-is-pure',
      comment: 'domain imports only domain: no package, no node:*, no other room.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^src/domain/' },
    },
    standsOn('config-and-http-stand-on-domain', 'config|http', 'domain'),
    {
      name: 'ports-do-not-import-ports',
      severity: 'error',
      from: { path: room(PORTS) },
      to: { path: room(PORTS), pathNot: '^src/$1/' },
    },
    {
      name: 'ports-import-down',
      severity: 'error',
      from: { path: room(PORTS) },
      to: { path: '^src/', pathNot: [room('config|domain'), '^src/$1/'] },
    },
    standsOn('auth-imports-down', 'auth', 'database|config|http|domain'),
    standsOn('idempotency-imports-down', 'idempotency', 'auth|database|config|http|domain'),
    standsOn('jobs-imports-down', 'jobs', `auth|${PORTS}|config|http|domain`),
    standsOn(
      'receipts-stand-on-config',
      'receipts',
      'config|domain',
      'Signing and checking a receipt needs no service: the command line checks them, too.',
    ),
    standsOn('erasure-imports-down', 'erasure', `receipts|auth|${PORTS}|config|http|domain`),
    standsOn('clusters-imports-down', 'clusters', `erasure|idempotency|auth|${PORTS}|config|http|domain`),
    standsOn('ingest-imports-down', 'ingest', `clusters|jobs|auth|${PORTS}|config|http|domain`),
    standsOn(
      'extraction-imports-down',
      'extraction',
      'ingest|inference|imaging|config|domain',
      'Photos to faces without a service: a process of its own, which the command line starts.',
    ),
    {
      name: 'nobody-imports-extraction',
      severity: 'error',
      from: { path: '^src/', pathNot: room('extraction') },
      to: { path: room('extraction') },
    },
    {
      name: 'features-do-not-import-features',
      severity: 'error',
      from: { path: room(FEATURES) },
      to: { path: room(FEATURES), pathNot: '^src/$1/' },
    },
    {
      name: 'nobody-imports-up',
      comment: 'features are imported by main, the application module and the drop-in routes of compat only.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(main|app\\.module|application)\\.ts$', room(`${FEATURES}|compat`)],
      },
      to: { path: room(FEATURES) },
    },
    {
      name: 'compat-is-a-client',
      comment:
        'The drop-in routes of earlier APIs sit above the features: they call their services and hold no rule and no query, so no port.',
      severity: 'error',
      from: { path: room('compat') },
      to: {
        path: '^src/',
        pathNot: [
          room(`compat|${FEATURES}|ingest|clusters|erasure|auth|config|http|domain`),
          // What services answer is made of records.
          '^src/database/records\\.ts$',
        ],
      },
    },
    {
      name: 'nobody-needs-compat',
      comment: 'What serves old clients can be removed without a trace.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/app\\.module\\.ts$', room('compat')] },
      to: { path: room('compat') },
    },
    standsOn(
      'cli-talks-http',
      'cli',
      'evaluation|receipts|config|domain',
      'The command line is a client of the public API: it may share config, domain, evaluation and the checking of receipts, nothing else.',
    ),
    standsOn(
      'evaluation-imports-down',
      'evaluation',
      'config|domain',
      'Judging the algorithm needs the algorithm and threads, no service.',
    ),
    {
      name: 'only-cli-evaluates',
      severity: 'error',
      from: { path: '^src/', pathNot: room('cli|evaluation') },
      to: { path: room('evaluation') },
    },
    standsOn(
      'review-page-stands-alone',
      'review-page',
      '',
      'It serves built files; the page in web/ is a client of the API and shares no code.',
    ),
    door('sirv', 'sirv', 'review-page'),
    door('prisma-and-pg', '@prisma/[^/]+|prisma|pg|@electric-sql/[^/]+', 'database'),
    door('onnxruntime', 'onnxruntime-node|protobufjs', 'inference'),
    door('piscina', 'piscina', 'inference|imaging|gallery-map|clusters'),
    door('umap', 'umap-js', 'gallery-map'),
    door('sharp', 'sharp|heic-decode|libheif-js', 'imaging'),
    door('pg-boss', 'pg-boss', 'queue'),
    door('toml', 'smol-toml', 'config|inference'),
    door('lru-cache', 'lru-cache', 'auth'),
    door('canonicalize', 'canonicalize', 'receipts'),
    door('commander', 'commander', 'cli'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'src/database/generated' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
