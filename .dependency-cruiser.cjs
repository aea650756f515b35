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
    {
      name: 'config-and-http-stand-on-domain',
      severity: 'error',
      from: { path: room('config|http') },
      to: { path: '^src/', pathNot: room('config|http|domain') },
    },
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
    {
      name: 'auth-imports-down',
      severity: 'error',
      from: { path: room('auth') },
      to: { path: '^src/', pathNot: room(`auth|database|config|http|domain`) },
    },
    {
      name: 'idempotency-imports-down',
      severity: 'error',
      from: { path: room('idempotency') },
      to: { path: '^src/', pathNot: room('idempotency|auth|database|config|http|domain') },
    },
    {
      name: 'jobs-imports-down',
      severity: 'error',
      from: { path: room('jobs') },
      to: { path: '^src/', pathNot: room(`jobs|auth|${PORTS}|config|http|domain`) },
    },
    {
      name: 'receipts-stand-on-config',
      comment: 'Signing and checking a receipt needs no service: the command line checks them, too.',
      severity: 'error',
      from: { path: room('receipts') },
      to: { path: '^src/', pathNot: room('receipts|config|domain') },
    },
    {
      name: 'erasure-imports-down',
      severity: 'error',
      from: { path: room('erasure') },
      to: { path: '^src/', pathNot: room(`erasure|receipts|auth|${PORTS}|config|http|domain`) },
    },
    {
      name: 'clusters-imports-down',
      severity: 'error',
      from: { path: room('clusters') },
      to: { path: '^src/', pathNot: room(`clusters|erasure|idempotency|auth|${PORTS}|config|http|domain`) },
    },
    {
      name: 'ingest-imports-down',
      severity: 'error',
      from: { path: room('ingest') },
      to: { path: '^src/', pathNot: room(`ingest|clusters|jobs|auth|${PORTS}|config|http|domain`) },
    },
    {
      name: 'extraction-imports-down',
      comment: 'Photos to faces without a service: a process of its own, which the command line starts.',
      severity: 'error',
      from: { path: room('extraction') },
      to: { path: '^src/', pathNot: room('extraction|ingest|inference|imaging|config|domain') },
    },
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
    {
      name: 'cli-talks-http',
      comment:
        'The command line is a client of the public API: it may share config, domain, evaluation and the checking of receipts, nothing else.',
      severity: 'error',
      from: { path: room('cli') },
      to: { path: '^src/', pathNot: room('cli|evaluation|receipts|config|domain') },
    },
    {
      name: 'evaluation-imports-down',
      comment: 'Judging the algorithm needs the algorithm and threads, no service.',
      severity: 'error',
      from: { path: room('evaluation') },
      to: { path: '^src/', pathNot: room('evaluation|config|domain') },
    },
    {
      name: 'only-cli-evaluates',
      severity: 'error',
      from: { path: '^src/', pathNot: room('cli|evaluation') },
      to: { path: room('evaluation') },
    },
    {
      name: 'review-page-stands-alone',
      comment: 'It serves built files; the page in web/ is a client of the API and shares no code.',
      severity: 'error',
      from: { path: room('review-page') },
      to: { path: '^src/', pathNot: room('review-page') },
    },
    door('sirv', 'sirv', 'review-page'),
    door('prisma-and-pg', '@prisma/[^/]+|prisma|pg|@electric-sql/[^/]+', 'database'),
    door('onnxruntime', 'onnxruntime-node|protobufjs', 'inference'),
    door('piscina', 'piscina', 'inference|imaging|gallery-map'),
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
