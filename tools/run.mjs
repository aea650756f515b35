// Runs a TypeScript tool of this folder from its sources: node tools/run.mjs tools/<tool>.ts [arguments]
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [, , tool, ...rest] = process.argv;
if (tool === undefined) {
  console.error('usage: node tools/run.mjs tools/<tool>.ts [arguments]');
  process.exit(2);
}
process.argv = [process.argv[0], resolve(tool), ...rest];
const { module } = await runnerImport(resolve(tool), { logLevel: 'error' });
await module.main(rest);
