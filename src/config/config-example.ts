// Writes config.example.toml from the schema, so that what is documented is what is read.
import { stringify } from 'smol-toml';
import type { ConfigKey } from './config-key.js';
import { CONFIG_KEY_NAMES, configKey, environmentName, type ConfigKeyName } from './config-schema.js';

const HEADER = `# The configuration of Kindred. Copy it to config.toml, or name another file in KINDRED_CONFIG.
#
# Every key is optional and shown with its default; a key without a fixed default is shown with an example.
# Each key has an environment variable, which wins over the file; an empty variable counts as absent.
# All faults are reported together at start. Relative paths start at the working directory.
#
# Generated from src/config/config-schema.ts: edit there.
`;

/** The text of config.example.toml. */
export function configExample(): string {
  const blocks = [HEADER];
  let section = '';
  for (const name of CONFIG_KEY_NAMES) {
    const [first, second] = name.split('.') as [string, string?];
    if (second !== undefined && first !== section) {
      section = first;
      blocks.push(`[${section}]\n`);
    }
    blocks.push(block(name, second ?? first));
  }
  return blocks.join('\n');
}

function block(name: ConfigKeyName, label: string): string {
  const key = configKey(name);
  const value: unknown = key.default ?? key.sample;
  const comments = [
    key.what,
    expectation(key),
    `Default: ${defaultOf(key)}. ${key.why}`,
    `Environment: ${environmentName(name)}`,
  ];
  if (key.aliases) comments.push(`Also read as: ${key.aliases.join(', ')}`);
  return [...comments.map((line) => `# ${line}`), `# ${stringify({ [label]: value }).trim()}`, ''].join('\n');
}

function expectation({ expected, unit }: ConfigKey<unknown>): string {
  return `Expected: ${expected}${unit === undefined ? '' : ` (${unit})`}.`;
}

function defaultOf(key: ConfigKey<unknown>): string {
  if (key.default !== undefined) return JSON.stringify(key.default);
  return key.defaultText ?? 'absent';
}
