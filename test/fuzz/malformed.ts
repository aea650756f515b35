// Malformed requests, made from the OpenAPI document and a seed: the same ones on every machine.
import type { SeededRandom } from '../../src/domain/evaluation/seeded-random.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly format?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: Schema }>> };
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface MalformedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer | undefined;
}

/** What breaks parsers, queries, file names and logs. */
const HOSTILE: readonly string[] = [
  '', ' ', '0', '-1', '1e309', 'NaN', 'null', 'true', '[]', '{}', '\u0000', 'a\u0000b', '\ud800', '\u202e', '𝒳'.repeat(300),
  "' OR 1=1 --", '"; DROP TABLE faces; --', '$(id)', '`id`', '{{7*7}}', '${7*7}', '<script>alert(1)</script>',
  '../../../../etc/passwd', '..\\..\\windows', '/dev/zero', 'file:///etc/passwd', 'http://127.0.0.1:1/', '%00', '%2e%2e%2f',
  '__proto__', 'constructor', 'toString', 'x'.repeat(10_000), '9'.repeat(400), '01a00000-0000-7000-8000-000000000000',
  '2026-02-30T25:61:61Z', '-271821-04-20T00:00:00Z', '99999999999999999999', '\r\nX-Injected: 1', 'ａ', 'é',
]; // prettier-ignore

const NUMBERS: readonly number[] = [0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, -(2 ** 63), 1e-320];

export class Malformed {
  private readonly operations: readonly { method: string; path: string; operation: Operation }[];

  /** @param ids Values of path parameters that exist, by name: half of the requests get past the path. */
  constructor(
    private readonly document: ApiDocument,
    private readonly ids: Readonly<Record<string, string>>,
    private readonly random: SeededRandom,
  ) {
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );
  }

  /** The n-th request: routes take turns, so every route gets its share. */
  request(n: number): MalformedRequest {
    const { method, path, operation } = this.operations[n % this.operations.length]!;
    const content = operation.requestBody?.content;
    const body = content === undefined && this.chance(0.8) ? undefined : this.body(content);
    return {
      method: this.chance(0.03)
        ? this.one(['PUT', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD', 'PATCH'])
        : method.toUpperCase(),
      path: this.path(path) + this.query(operation),
      headers: { ...this.headers(), ...body?.headers },
      body: body?.bytes,
    };
  }

  private path(template: string): string {
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) =>
      this.chance(0.7) ? (this.ids[name] ?? this.hostileInPath()) : this.hostileInPath(),
    );
    return this.chance(0.03) ? `${filled}/${this.hostileInPath()}` : filled;
  }

  /** Mostly encoded as a client would; sometimes as no client should. */
  private hostileInPath(): string {
    if (this.chance(0.1)) return this.one(['%', '%zz', '%c0%af', '..%2f..', '%ff', ';x', '%0d%0a']);
    return encode(this.one(HOSTILE).slice(0, 2000));
  }

  private query({ parameters = [] }: Operation): string {
    const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const chosen = [
      ...names.filter(() => this.chance(0.4)),
      ...(this.chance(0.2) ? [this.one(HOSTILE).slice(0, 50)] : []),
    ];
    if (chosen.length === 0) return '';
    const pairs = chosen.map((name) => `${encode(name)}=${encode(this.one(HOSTILE).slice(0, 1500))}`);
    return `?${[...pairs, ...(this.chance(0.1) ? pairs : [])].join('&')}`;
  }

  private headers(): Record<string, string> {
    const names = [
      'if-match',
      'idempotency-key',
      'prefer',
      'x-request-id',
      'accept',
      'range',
      'x-audit-reason',
      'x-forwarded-for',
    ];
    const printable = HOSTILE.map((text) => text.replace(/[^\x20-\x7e]/g, '').trim()).filter(
      (text) => text !== '',
    );
    return Object.fromEntries(
      names.filter(() => this.chance(0.08)).map((name) => [name, this.one(printable).slice(0, 4000)]),
    );
  }

  private body(content: Readonly<Record<string, { schema?: Schema }>> | undefined) {
    const json = (value: unknown) => ({
      headers: { 'content-type': 'application/json' },
      bytes: JSON.stringify(value),
    });
    const kind = this.random.below(10);
    if (kind === 0) {
      const broken = [
        '{',
        '{"a":',
        '[]',
        'null',
        '"x"',
        '{"a":1}}',
        '\u0000',
        `${'['.repeat(5000)}`,
        '{"__proto__":{"x":1}}',
      ];
      return { headers: { 'content-type': 'application/json' }, bytes: this.one(broken) };
    }
    if (kind === 1) {
      const types = [
        'text/plain',
        'application/xml',
        'multipart/form-data',
        'multipart/form-data; boundary=x',
        'x/y; charset=utf-7',
        '',
      ];
      const bytes = Buffer.from(Array.from({ length: this.random.below(300) }, () => this.random.below(256)));
      return { headers: { 'content-type': this.one(types) }, bytes };
    }
    if (kind === 2) return this.form();
    const schema = Object.values(content ?? {})[0]?.schema;
    return json(schema === undefined ? this.value() : this.ofSchema(schema, 0));
  }

  /** A form with a part that is no picture, under a name that may be right. */
  private form() {
    const name = this.one(['image', 'image_a', 'x', '__proto__', 'image[0]', '']);
    const part = `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${this.one(['x.jpg', '../../x', ''])}"\r\nContent-Type: ${this.one(['image/jpeg', 'text/html', 'x'])}\r\n\r\n${this.one(HOSTILE)}`;
    const end = this.one(['\r\n--b--\r\n', '\r\n--b', '']);
    return { headers: { 'content-type': 'multipart/form-data; boundary=b' }, bytes: Buffer.from(part + end) };
  }

  /** Something that has the members of a schema, some of them wrong. */
  private ofSchema(schema: Schema, depth: number): unknown {
    if (depth > 4 || this.chance(0.15)) return this.value();
    if (schema.$ref !== undefined) {
      const named = this.document.components.schemas[schema.$ref.split('/').at(-1)!];
      return named === undefined ? this.value() : this.ofSchema(named, depth + 1);
    }
    if (schema.properties !== undefined) {
      const members = Object.entries(schema.properties).filter(() => this.chance(0.8));
      const extra = this.chance(0.15) ? [[this.one(HOSTILE).slice(0, 40), this.value()] as const] : [];
      return Object.fromEntries([
        ...members.map(([name, member]) => [name, this.ofSchema(member, depth + 1)] as const),
        ...extra,
      ]);
    }
    if (schema.items !== undefined)
      return Array.from({ length: this.random.below(4) }, () => this.ofSchema(schema.items!, depth + 1));
    if (schema.enum !== undefined && this.chance(0.8)) return this.one(schema.enum);
    if (schema.format === 'uuid' && this.chance(0.8)) return this.one(Object.values(this.ids));
    return this.value();
  }

  private value(): unknown {
    const kind = this.random.below(6);
    if (kind === 0) return this.one(NUMBERS);
    if (kind === 1) return this.one([true, false, null]);
    if (kind === 2) return Array.from({ length: this.random.below(3) }, () => this.one(HOSTILE));
    if (kind === 3) return { [this.one(HOSTILE).slice(0, 40)]: this.one(NUMBERS) };
    return this.one(HOSTILE);
  }

  private one<T>(choices: readonly T[]): T {
    return choices[this.random.below(choices.length)]!;
  }

  private chance(share: number): boolean {
    return this.random.uniform() < share;
  }
}

/** Through UTF-8, which has no half characters: encodeURIComponent would throw at them. */
const encode = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
