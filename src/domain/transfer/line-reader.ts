// Reads the members of one line of an export: bounded, typed, with a fault that says where.

/** A line that is none of ours: `pointer` is a JSON pointer inside the line. */
export class LineFault extends Error {
  constructor(
    readonly pointer: string,
    readonly detail: string,
  ) {
    super(`${pointer} ${detail}`);
    this.name = 'LineFault';
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** PostgreSQL knows no year 0. */
const TIME = /^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

export type Members = Readonly<Record<string, unknown>>;

export class LineReader {
  constructor(
    private readonly members: Members,
    private readonly above = '',
  ) {}

  /** A fault of one member. */
  fault(name: string, detail: string): LineFault {
    return new LineFault(`${this.above}/${name}`, detail);
  }

  text(name: string, lengthMax: number, pattern?: RegExp): string {
    const value = this.members[name];
    if (typeof value !== 'string' || value.length > lengthMax || pattern?.test(value) === false)
      throw this.fault(
        name,
        `must be a text of at most ${lengthMax} characters${pattern ? ' in its form' : ''}`,
      );
    return value;
  }

  number(name: string, min: number, max: number): number {
    const value = this.members[name];
    if (typeof value !== 'number' || !(value >= min && value <= max))
      throw this.fault(name, `must be a number from ${min} to ${max}`);
    return value;
  }

  whole(name: string, min: number, max: number): number {
    const value = this.number(name, min, max);
    if (!Number.isInteger(value)) throw this.fault(name, 'must be a whole number');
    return value;
  }

  flag(name: string): boolean {
    const value = this.members[name];
    if (typeof value !== 'boolean') throw this.fault(name, 'must be true or false');
    return value;
  }

  oneOf<T extends string | number>(name: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.members[name]);
    if (found === undefined) throw this.fault(name, `must be one of ${values.join(', ')}`);
    return found;
  }

  id(name: string): string {
    return this.text(name, 36, UUID);
  }

  /** RFC 3339, UTC. */
  time(name: string): string {
    const value = this.text(name, 30, TIME);
    if (Number.isNaN(Date.parse(value))) throw this.fault(name, 'must be a time');
    return value;
  }

  object(name: string): Members {
    const value = this.members[name];
    if (!isMembers(value)) throw this.fault(name, 'must be an object');
    return value;
  }

  inside(name: string): LineReader {
    return new LineReader(this.object(name), `${this.above}/${name}`);
  }

  list(name: string, countMax: number): readonly unknown[] {
    const value = this.members[name];
    if (!Array.isArray(value) || value.length > countMax)
      throw this.fault(name, `must be a list of at most ${countMax}`);
    return value as readonly unknown[];
  }

  texts(name: string, countMax: number, lengthMax: number): string[] {
    return this.list(name, countMax).map((one) => {
      if (typeof one !== 'string' || one.length > lengthMax)
        throw this.fault(name, `must hold texts of at most ${lengthMax} characters`);
      return one;
    });
  }

  /** `read` of the member, or null when it is null. */
  orNull<T>(name: string, read: (name: string) => T): T | null {
    return this.members[name] === null ? null : read(name);
  }

  /** Whether the member is there. */
  has(name: string): boolean {
    return this.members[name] !== undefined;
  }
}

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
