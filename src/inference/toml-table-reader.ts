// Reads values out of a parsed TOML table and collects every fault instead of stopping at the first.

export type TomlTable = Readonly<Record<string, unknown>>;

export function isTomlTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** One table of a document. Each reader notes what it asked for, so that `finish` can name the keys nobody knows. */
export class TomlTableReader {
  private readonly known = new Set<string>();
  /** @param path Dotted name of the table, '' for the root. @param faults Shared by all readers of a document. */
  constructor(
    private readonly table: TomlTable,
    private readonly path: string,
    private readonly faults: string[],
  ) {}

  text(key: string, rule: { pattern?: RegExp; shape?: string; allowEmpty?: boolean } = {}): string {
    const value = this.take(key);
    if (typeof value !== 'string') return this.fault(key, 'must be a string', value, '');
    if (value === '' && !rule.allowEmpty) return this.fault(key, 'must not be empty', value, '');
    if (value !== '' && rule.pattern && !rule.pattern.test(value)) {
      return this.fault(key, `must be ${rule.shape ?? String(rule.pattern)}`, value, '');
    }
    return value;
  }

  choice<const T extends string>(key: string, choices: readonly T[]): T {
    const value = this.take(key);
    const found = choices.find((choice) => choice === value);
    return found ?? this.fault(key, `must be one of ${choices.join(', ')}`, value, choices[0]!);
  }

  number(key: string, rule: { min: number; max: number; whole?: boolean; default?: number }): number {
    const value = this.take(key) ?? rule.default;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < rule.min || value > rule.max) {
      return this.fault(key, `must be a number from ${rule.min} to ${rule.max}`, value, rule.min);
    }
    if (rule.whole && !Number.isInteger(value))
      return this.fault(key, 'must be a whole number', value, rule.min);
    return value;
  }

  triple(key: string): [number, number, number] {
    const value = this.take(key);
    if (
      Array.isArray(value) &&
      value.length === 3 &&
      value.every((v) => typeof v === 'number' && Number.isFinite(v))
    ) {
      return value as [number, number, number];
    }
    return this.fault(key, 'must be three numbers', value, [0, 0, 0]);
  }

  section(key: string): TomlTableReader {
    const value = this.take(key);
    if (!isTomlTable(value)) this.fault(key, 'must be a table', value, undefined);
    return new TomlTableReader(
      isTomlTable(value) ? value : {},
      this.name(key),
      isTomlTable(value) ? this.faults : [],
    );
  }

  optionalSection(key: string): TomlTableReader | undefined {
    return this.table[key] === undefined ? undefined : this.section(key);
  }

  /** A table that somebody else parses. */
  optionalTable(key: string): TomlTable | undefined {
    const value = this.take(key);
    if (value === undefined || isTomlTable(value)) return value;
    return this.fault(key, 'must be a table', value, undefined);
  }

  note(key: string, problem: string): void {
    this.faults.push(`${this.name(key)} ${problem}`);
  }

  /** Names every key of the table that no reader asked for. */
  finish(): void {
    for (const key of Object.keys(this.table)) if (!this.known.has(key)) this.note(key, 'is not a known key');
  }

  private take(key: string): unknown {
    this.known.add(key);
    return this.table[key];
  }

  private name(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private fault<T>(key: string, problem: string, value: unknown, fallback: T): T {
    this.note(key, value === undefined ? 'is missing' : `${problem} (it is ${JSON.stringify(value)})`);
    return fallback;
  }
}
