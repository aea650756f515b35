// Worker threads run compiled JavaScript, also when the tests run the TypeScript sources.
import { fileURLToPath } from 'node:url';

/**
 * Path of a compiled worker.
 * @param here `import.meta.url` of the caller.
 * @param name File name beside the caller, ending in `.worker.js`.
 */
export function compiledWorker(here: string, name: string): string {
  const compiled = here.endsWith('.ts') ? here.replace('/src/', '/dist/') : here;
  return fileURLToPath(new URL(name, compiled));
}
