// The Prisma command line of this project: schema, migrations, and a schema engine that needs no download.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// Prisma fetches its native schema engine from a host of its own at first use. The same engine comes from npm as
// WebAssembly, and tools/schema-engine.mjs speaks the command line's protocol on top of it. Set the variable to a native
// engine to use that one instead.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= fileURLToPath(
  new URL('./tools/schema-engine.mjs', import.meta.url),
);

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // `generate` and `validate` ask for an address and never open it.
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:1/none' },
});
