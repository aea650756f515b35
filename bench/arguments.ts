// What can be asked of `npm run bench -- …`.
import { parseArgs } from 'node:util';
import { MODEL_SETS, type ModelSetName } from './model-sets.js';

export interface BenchArguments {
  readonly json: string | undefined;
  readonly quick: boolean;
  /** Rounds of A B C, count. */
  readonly rounds: number;
  /** Length of a counted window, s. */
  readonly seconds: number;
  readonly sets: readonly ModelSetName[] | undefined;
  readonly database: 'postgres' | 'embedded';
  /** Uploads under way at once, count. */
  readonly parallel: number;
  /** Folder for processor profiles of the service. */
  readonly profile: string | undefined;
}

const USAGE = `npm run bench -- [--quick] [--json FILE] [--sets small,shapes,compact] [--database postgres|embedded]
                    [--rounds N] [--seconds S] [--parallel N] [--profile FOLDER]`;

/** Says what is wrong, and what can be asked. */
export class ArgumentError extends Error {
  constructor(message: string) {
    super(`${message}\n${USAGE}`);
    this.name = 'ArgumentError';
  }
}

/** Throws ArgumentError. */
export function parseBenchArguments(argv: readonly string[]): BenchArguments {
  try {
    return readArguments(argv);
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

function readArguments(argv: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      sets: { type: 'string' },
      database: { type: 'string', default: 'postgres' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      parallel: { type: 'string', default: '8' },
      profile: { type: 'string' },
    },
  });
  const count = (text: string | undefined, fallback: number, name: string): number => {
    const value = text === undefined ? fallback : Number(text);
    if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} must be a number above 0`);
    return value;
  };
  const { database } = values;
  if (database !== 'postgres' && database !== 'embedded')
    throw new Error('--database must be postgres or embedded');
  return {
    json: values.json,
    quick: values.quick,
    rounds: Math.ceil(count(values.rounds, values.quick ? 2 : 5, 'rounds')),
    seconds: count(values.seconds, values.quick ? 3 : 12, 'seconds'),
    sets: values.sets?.split(',').map(setName),
    database,
    parallel: Math.ceil(count(values.parallel, 8, 'parallel')),
    profile: values.profile,
  };
}

function setName(text: string): ModelSetName {
  const found = MODEL_SETS.find((name) => name === text);
  if (!found) throw new Error(`--sets takes ${MODEL_SETS.join(', ')}; not "${text}"`);
  return found;
}
