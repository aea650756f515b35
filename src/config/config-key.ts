// Kinds of configuration keys: each reads a raw value, from TOML or from the text of an environment variable, and says
// in words what it would have accepted.
import { faultOfDatabaseUrl, faultOfPassword, faultOfToken } from './secrets.js';

/** What is written about a key by hand. */
export interface KeyText {
  /** What it sets, for the reader of config.example.toml. */
  readonly what: string;
  /** Why the default is what it is. */
  readonly why: string;
  /** Name of the environment variable when it is not KINDRED_<SECTION>_<KEY>. */
  readonly env?: string;
  /** Unit of a number. */
  readonly unit?: string;
  /** Names that an earlier API used for the same key. */
  readonly aliases?: readonly string[];
  /** Shown in the example when there is no fixed default. */
  readonly sample?: string | number;
  /** Words for a default that is worked out at start. */
  readonly defaultText?: string;
}

/** A value, or in words why it is none. */
export type Reading<T> = { readonly value: T } | { readonly fault: string };

export interface ConfigKey<T> extends KeyText {
  /** What is accepted, in words: "a whole number from 1 to 65535". */
  readonly expected: string;
  /** Undefined = absent unless configured, or worked out (`defaultText`). */
  readonly default: T;
  /** True when the value must never be shown. */
  readonly secret: boolean;
  /** @param raw A TOML value, or a string when `fromText`. */
  read(raw: unknown, fromText: boolean): Reading<NonNullable<T>>;
}

type Optional<T, D> = D extends undefined ? T | undefined : T;

const keyOf = <T>(
  text: KeyText,
  fallback: unknown,
  expected: string,
  read: (raw: unknown, fromText: boolean) => unknown,
  secret = false,
): ConfigKey<T> => ({
  ...text,
  expected,
  default: fallback as T,
  secret,
  read: (raw, fromText) => {
    const value = read(raw, fromText);
    if (value === undefined) return { fault: `expected ${expected}` };
    return { value: value as NonNullable<T> };
  },
});

const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function readNumber(raw: unknown, fromText: boolean): number | undefined {
  if (fromText) return typeof raw === 'string' && DECIMAL.test(raw.trim()) ? Number(raw) : undefined;
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined;
}

interface NumberText<D> extends KeyText {
  readonly min: number;
  readonly max: number;
  readonly default: D;
}

/** A whole number in a range. */
export function whole<D extends number | undefined>(text: NumberText<D>): ConfigKey<Optional<number, D>> {
  const { min, max } = text;
  return keyOf(text, text.default, `a whole number from ${min} to ${max}`, (raw, fromText) => {
    const value = readNumber(raw, fromText);
    return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
  });
}

/** A number in a range. */
export function decimal<D extends number | undefined>(text: NumberText<D>): ConfigKey<Optional<number, D>> {
  const { min, max } = text;
  return keyOf(text, text.default, `a number from ${min} to ${max}`, (raw, fromText) => {
    const value = readNumber(raw, fromText);
    return value !== undefined && value >= min && value <= max ? value : undefined;
  });
}

interface TextText<D> extends KeyText {
  readonly default: D;
  readonly expected: string;
  readonly pattern?: RegExp;
}

/** A non-empty string. */
export function text<D extends string | undefined>(given: TextText<D>): ConfigKey<Optional<string, D>> {
  const pattern = given.pattern ?? /\S/;
  return keyOf(given, given.default, given.expected, (raw) =>
    typeof raw === 'string' && !raw.includes('\0') && pattern.test(raw) ? raw : undefined,
  );
}

/** One of several words. */
export function choice<const W extends string>(
  given: KeyText & { readonly values: readonly W[]; readonly default: W },
): ConfigKey<W> {
  const expected = `one of ${given.values.map((value) => `"${value}"`).join(', ')}`;
  return keyOf(given, given.default, expected, (raw) => given.values.find((value) => value === raw));
}

/**
 * Several words, none twice: a TOML list, or text with commas. At least one, unless none is allowed: then the list may be empty, and
 * "none" says so as text.
 */
export function choices<const W extends string>(
  given: KeyText & {
    readonly values: readonly W[];
    readonly default: readonly W[];
    readonly noneAllowed?: boolean;
  },
): ConfigKey<readonly W[]> {
  const { noneAllowed = false } = given;
  const words = given.values.map((value) => `"${value}"`).join(', ');
  const expected = `a list with ${noneAllowed ? 'any' : 'one or more'} of ${words}`;
  return keyOf(given, given.default, expected, (raw, fromText) => {
    if (noneAllowed && fromText && raw === 'none') return [];
    const words: unknown =
      fromText && typeof raw === 'string' ? raw.split(',').map((word) => word.trim()) : raw;
    if (!Array.isArray(words) || (words.length === 0 && !noneAllowed)) return undefined;
    const chosen = given.values.filter((value) => words.includes(value));
    return chosen.length === words.length ? chosen : undefined;
  });
}

/** A string that is never shown; `faultOf` refuses what cannot be a secret. */
function guarded(given: KeyText, expected: string, faultOf: (value: string) => string | undefined) {
  const key: ConfigKey<string | undefined> = {
    ...given,
    expected,
    default: undefined,
    secret: true,
    read: (raw) => {
      if (typeof raw !== 'string' || raw === '') return { fault: `expected ${expected}` };
      const fault = faultOf(raw);
      return fault === undefined ? { value: raw } : { fault };
    },
  };
  return key;
}

export const bearerToken = (given: KeyText) =>
  guarded(given, 'a random token of 16 or more letters, digits and -._~+/', faultOfToken);

export const databasePassword = (given: KeyText) => guarded(given, 'a password', faultOfPassword);

export const databaseUrl = (given: KeyText) =>
  guarded(given, 'a URL such as postgresql://user:password@host:5432/database', faultOfDatabaseUrl);
