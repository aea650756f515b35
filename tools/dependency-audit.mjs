// Known weaknesses of the packages that run in production, as the registry knows them today.
// Advisory: it says what there is and ends well, also when the registry does not answer; --strict fails on high and critical.
import { spawnSync } from 'node:child_process';

const TIMEOUT_MS = 60_000;
const SERIOUS = ['high', 'critical'];

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: TIMEOUT_MS,
  maxBuffer: 64 * 1024 * 1024,
});
const report = parse(stdout);
const found = Object.values(report?.vulnerabilities ?? {});
if (report?.metadata === undefined) {
  console.log('dependency audit: the registry did not answer; nothing is known');
} else if (found.length === 0) {
  console.log(
    `dependency audit: nothing known against ${report.metadata.dependencies?.prod ?? '?'} packages`,
  );
} else {
  for (const { name, severity, range } of found)
    console.log(`dependency audit: ${severity}  ${name} ${range}`);
}
const serious = found.some(({ severity }) => SERIOUS.includes(severity));
process.exitCode = serious && process.argv.includes('--strict') ? 1 : 0;

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
