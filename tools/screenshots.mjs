// npm run screenshots -- --out DIR [--only NAME]: a picture of every screen and state of the review page, at a desk and on a phone, light and
// dark, with real photos. Looks over the pages as test/web/every-screen.spec.ts does, which is what it runs.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
if (values.out === undefined) {
  console.error(
    'usage: npm run screenshots -- --out DIR [--only NAME]\n  DIR: where NAME.desk-light.png and so on go\n  NAME: only screens whose name begins so',
  );
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', 'test/web/every-screen.spec.ts'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    KINDRED_SCREENSHOTS: resolve(values.out),
    ...(values.only !== undefined && { KINDRED_SCREENSHOTS_ONLY: values.only }),
  },
});
process.exit(status ?? 1);
