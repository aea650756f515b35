// Builds the review page into dist/web. `npm run build:web`; for work on the page: `npx vite --config web/vite.config.ts`
// beside a running service.
import react from '@vitejs/plugin-react';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const OUT = path('../dist/web');

/** Writes `x.gz` beside every text file: the service sends it to whoever takes it. */
const gzipFiles: Plugin = {
  name: 'gzip-files',
  apply: 'build',
  async closeBundle() {
    const names = await readdir(OUT, { recursive: true });
    const texts = names.filter((name) => /\.(js|css|html|svg)$/.test(name)).map((name) => join(OUT, name));
    for (const name of texts)
      await writeFile(`${name}.gz`, await promisify(gzip)(await readFile(name), { level: 9 }));
  },
};

export default defineConfig({
  root: path('.'),
  base: '/review/',
  plugins: [react(), gzipFiles],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // kB before compression; test/web/sign-in.spec.ts holds what counts.
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/v1': process.env['KINDRED_URL'] ?? 'http://127.0.0.1:3000' } },
});
