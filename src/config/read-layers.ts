// Reads the two layers of the configuration, file and environment, key by key against the schema.
import { parse, TomlError } from 'smol-toml';
import type { ConfigFault } from './config-error.js';
import { CONFIG_KEY_NAMES, configKey, environmentName, type ConfigKeyName } from './config-schema.js';
import { suggestion } from './suggestion.js';
import { linesOfKeys } from './toml-lines.js';

/** What one layer says: only keys that are written there and acceptable. */
export type Layer = ReadonlyMap<ConfigKeyName, unknown>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every name that a file may use, with the key that it sets. */
const FILE_NAMES: ReadonlyMap<string, ConfigKeyName> = new Map(
  CONFIG_KEY_NAMES.flatMap((name) =>
    [name, ...(configKey(name).aliases ?? [])].map((alias) => [alias, name] as const),
  ),
);
const SECTIONS = new Set(
  [...FILE_NAMES.keys()].filter((name) => name.includes('.')).map((name) => name.split('.')[0]!),
);

/** @param where Name of the file for faults. */
export function readFileLayer(toml: string, where: string, faults: ConfigFault[]): Layer {
  const layer = new Map<ConfigKeyName, unknown>();
  let table: Record<string, unknown>;
  try {
    table = parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line of the message: the rest repeats the text of the file, which may hold a secret.
    const detail = `is not valid TOML: ${error.message.split('\n')[0] ?? ''} (column ${error.column})`;
    faults.push({ key: '', where: `${where}:${error.line}`, detail });
    return layer;
  }
  const lines = linesOfKeys(toml);
  const writtenAs = new Map<ConfigKeyName, string>();
  for (const [key, raw] of leaves(table)) {
    const line = lines.get(key);
    const place = line === undefined ? where : `${where}:${line}`;
    const name = FILE_NAMES.get(key);
    if (name === undefined) {
      faults.push({ key, where: place, detail: unknownKey(key, raw) });
      continue;
    }
    const before = writtenAs.get(name);
    if (before !== undefined) {
      faults.push({ key, where: place, detail: `says the same as ${before}: keep one of them` });
      continue;
    }
    writtenAs.set(name, key);
    take(layer, name, configKey(name).read(raw, false), { key, where: place }, faults);
  }
  return layer;
}

/** An empty variable counts as absent: that is how compose files pass on what nobody set. */
export function readEnvironmentLayer(env: Environment, faults: ConfigFault[]): Layer {
  const layer = new Map<ConfigKeyName, unknown>();
  for (const name of CONFIG_KEY_NAMES) {
    const variable = environmentName(name);
    const raw = env[variable];
    if (raw === undefined || raw === '') continue;
    take(layer, name, configKey(name).read(raw, true), { key: variable, where: 'environment' }, faults);
  }
  return layer;
}

function take(
  layer: Map<ConfigKeyName, unknown>,
  name: ConfigKeyName,
  reading: { readonly value: unknown } | { readonly fault: string },
  at: { readonly key: string; readonly where: string },
  faults: ConfigFault[],
): void {
  if ('value' in reading) layer.set(name, reading.value);
  else faults.push({ ...at, detail: reading.fault });
}

/** Dotted names of the values in a table; a table that stands where a value belongs is a value. */
function leaves(table: Record<string, unknown>): [string, unknown][] {
  return Object.entries(table).flatMap(([key, value]): [string, unknown][] => {
    if (!isTable(value) || FILE_NAMES.has(key)) return [[key, value]];
    if (!SECTIONS.has(key)) return [[key, value]];
    return Object.entries(value).map(([name, inner]) => [`${key}.${name}`, inner]);
  });
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function unknownKey(key: string, raw: unknown): string {
  const section = isTable(raw);
  const meant = suggestion(key, section ? [...SECTIONS] : [...FILE_NAMES.keys()]);
  const what = section ? 'is no section' : 'is no key';
  return meant === undefined
    ? `${what} of the configuration`
    : `${what} of the configuration: did you mean ${meant}?`;
}
