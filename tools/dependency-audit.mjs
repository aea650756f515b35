// Known weaknesses of the packages that run in production, as the registry knows them today, under the rule of advisory-rule.mjs.
// It says what there is and ends well, also when the registry does not answer; --strict fails on what the rule refuses.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { judgeAdvisories } from './advisory-rule.mjs';

const TIMEOUT_MS = 60_000;

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: TIMEOUT_MS,
  maxBuffer: 64 * 1024 * 1024,
});
const allowances = JSON.parse(readFileSync(new URL('./allowed-advisories.json', import.meta.url), 'utf8'));
const verdict = judgeAdvisories(parse(stdout), allowances, new Date().toISOString().slice(0, 10));
if (verdict === undefined) {
  console.log('DEPENDENCY AUDIT NOT MADE: the registry did not answer it; nothing is known.');
} else {
  for (const line of verdict.lines) console.log(`dependency audit: ${line}`);
  console.log(
    `dependency audit: ${verdict.lines.length} advisories against ${verdict.packages ?? '?'} packages, ${verdict.refused} of them high or critical and not allowed`,
  );
}
process.exitCode = verdict !== undefined && verdict.refused > 0 && process.argv.includes('--strict') ? 1 : 0;

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
