// Reads the members of a decision from a request body and notes every fault, so that all are answered together.
import type { FieldFault } from '../domain-error.js';

/** Longest label and external reference, in characters. */
export const LABEL_LENGTH_MAX = 200;
const IDS_MAX = 1000;
const GROUPS_MAX = 50;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export class DecisionBodyReader {
  readonly faults: FieldFault[] = [];
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    this.members = isObject ? (body as Record<string, unknown>) : {};
    if (!isObject) this.fault('#', 'must be an object');
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.members[name];
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.fault(`#/${name}`, `must be one of ${allowed.join(', ')}`);
    return found;
  }

  text(name: string): string | null {
    const value = this.members[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string' || value.trim() === '' || value.length > LABEL_LENGTH_MAX) {
      this.fault(`#/${name}`, `must be a text of 1 to ${LABEL_LENGTH_MAX} characters`);
      return null;
    }
    return value.trim();
  }

  flag(name: string): boolean {
    const value = this.members[name];
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.fault(`#/${name}`, 'must be true or false');
    return false;
  }

  id(name: string, required: boolean): string | null {
    const value = this.members[name];
    if (value === undefined || value === null) {
      if (required) this.fault(`#/${name}`, 'is missing');
      return null;
    }
    if (typeof value === 'string' && UUID.test(value)) return value.toLowerCase();
    this.fault(`#/${name}`, 'must be an id');
    return null;
  }

  ids(name: string, required: boolean): string[] | null {
    const value = this.members[name];
    if (value === undefined || value === null) {
      if (required) this.fault(`#/${name}`, 'is missing');
      return null;
    }
    return this.idList(`#/${name}`, value);
  }

  /** Lists of ids. */
  groups(name: string): string[][] | null {
    const value = this.members[name];
    if (value === undefined || value === null) return null;
    if (!Array.isArray(value) || value.length === 0 || value.length > GROUPS_MAX) {
      this.fault(`#/${name}`, `must be a list of 1 to ${GROUPS_MAX} lists of ids`);
      return null;
    }
    return (value as unknown[]).map((group, g) => this.idList(`#/${name}/${g}`, group) ?? []);
  }

  refuseOthers(known: readonly string[]): void {
    for (const name of Object.keys(this.members)) {
      if (!known.includes(name)) this.fault(`#/${name}`, 'is unknown here');
    }
  }

  private idList(pointer: string, value: unknown): string[] | null {
    if (!Array.isArray(value) || value.length === 0 || value.length > IDS_MAX) {
      this.fault(pointer, `must be a list of 1 to ${IDS_MAX} ids`);
      return null;
    }
    const ids = (value as unknown[]).map((id, i) => {
      if (typeof id === 'string' && UUID.test(id)) return id.toLowerCase();
      this.fault(`${pointer}/${i}`, 'must be an id');
      return '';
    });
    return [...new Set(ids)];
  }

  private fault(pointer: string, detail: string): void {
    this.faults.push({ pointer, detail, code: 'invalid' });
  }
}
