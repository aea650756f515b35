// What every route has in common: problems, parsing, limits, headers. A small real application over a real socket.
import { connect } from 'node:net';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Module,
  Param,
  Post,
  Query,
  UploadedFile,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FileInterceptor, type NestExpressApplication } from '@nestjs/platform-express';
import { ApiOkResponse, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, ValidateNested } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { DomainError, ERROR_CODES } from '../../src/domain/domain-error.js';
import { Connections } from '../../src/http/connections.js';
import { TakesJsonPictures } from '../../src/http/json-body.js';
import { createLogger, NestLogger } from '../../src/http/logger.js';
import { buildOpenApi } from '../../src/http/openapi.js';
import { ApiPage, encodeCursor, page, PageQuery } from '../../src/http/pagination.js';
import { TenantIdPipe, UuidPipe } from '../../src/http/params.js';
import { PROBLEM_KINDS } from '../../src/http/problem.js';
import { setupHttp } from '../../src/http/setup-http.js';

const SECRET = 'the-text-of-an-exception';
const ID = '0199a000-0000-7000-8000-000000000001';

class Inner {
  @ApiProperty() @IsInt() @Max(10) size!: number;
}

class ThingBody {
  @ApiProperty() @IsString() @Length(1, 5) label!: string;
  @ApiPropertyOptional({ type: Inner, nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => Inner)
  inner?: Inner | null;
}

class Thing {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, nullable: true, enum: ['a', 'b'] }) kind!: string | null;
}

@Controller('v1/things')
class ThingsController {
  @Post()
  create(@Body() body: ThingBody): ThingBody {
    return body;
  }

  @Post('pictures')
  @TakesJsonPictures(1)
  picture(@Body() body: Record<string, string>): { length: number } {
    return { length: body['image']!.length };
  }

  @Post('files')
  @TakesJsonPictures(1)
  @UseInterceptors(FileInterceptor('image', { limits: { fileSize: 1000 } }))
  file(@UploadedFile() file: Express.Multer.File | undefined): { size: number | null } {
    return { size: file?.size ?? null };
  }

  @Get()
  @ApiPage(Thing)
  list(@Query() query: PageQuery) {
    const { limit, after } = query.idPage();
    const ids = Array.from(
      { length: 120 },
      (_, n) => `0199a000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    );
    const rows = ids.filter((id) => after === undefined || id > after).slice(0, limit + 1);
    return page(rows, limit, (id) => id);
  }

  @Get('boom')
  boom(): never {
    throw new Error(SECRET);
  }

  @Get('busy')
  busy(): never {
    throw new DomainError('inference.busy', 'Come back.', { retryable: true, retryAfterSeconds: 1.2 });
  }

  @Get('of/:tenant_id/:thing_id')
  @HttpCode(200)
  @ApiOkResponse({ type: Thing })
  get(@Param('tenant_id', TenantIdPipe) tenantId: string, @Param('thing_id', UuidPipe) id: string): string {
    throw new DomainError('image.not_found', 'There is no such image.', {
      extensions: { hint: `${tenantId.length}/${id.length}`, status: 200 },
    });
  }
}

@Module({ controllers: [ThingsController], providers: [Connections] })
class ThingsModule {}

const lines: string[] = [];
let app: NestExpressApplication;
let base: string;

beforeAll(async () => {
  const config = loadConfig({ env: { KINDRED_IMAGING_BYTES_MAX: '3000000' }, cwd: '/nowhere' });
  const logger = createLogger('debug', { write: (line) => void lines.push(line) });
  app = await NestFactory.create<NestExpressApplication>(ThingsModule, { logger: new NestLogger(logger) });
  setupHttp(app, config, logger);
  await app.listen(0, '127.0.0.1');
  base = await app.getUrl();
});
afterAll(() => app.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(base + path, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: JSON.parse(text) as Record<string, unknown>,
  };
}

const post = (path: string, body: string | Uint8Array, type = 'application/json'): Promise<Answer> =>
  send(path, { method: 'POST', body: body as string, headers: { 'content-type': type } });

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(Object.keys(answer.json)).toEqual(
    expect.arrayContaining(['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id', 'errors']),
  );
  expect(answer.json).toMatchObject({ status, code, type: `urn:kindred:problem:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.json['request_id']).toBe(answer.headers.get('x-request-id'));
}

const pointers = ({ json }: Answer): unknown[] =>
  (json['errors'] as { pointer: string; code: string }[]).map(({ pointer, code }) => `${pointer} ${code}`);

describe('a problem', () => {
  it('has a status and a title of its own for every code', () => {
    for (const code of ERROR_CODES) {
      expect(PROBLEM_KINDS[code].status).toBeGreaterThanOrEqual(400);
      expect(PROBLEM_KINDS[code].title).not.toBe('');
    }
    expect(new Set(ERROR_CODES.map((code) => PROBLEM_KINDS[code].title)).size).toBe(ERROR_CODES.length);
  });

  it('never holds the text of an exception, which is logged under the request id', async () => {
    const answer = await send('/v1/things/boom', { headers: { 'x-request-id': 'find-me-1' } });
    expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toContain(SECRET);
    expect(lines.some((line) => line.includes(SECRET) && line.includes('"request_id":"find-me-1"'))).toBe(
      true,
    );
  });

  it('keeps the members of the standard whatever an error adds', async () => {
    const answer = await send(`/v1/things/of/a/${ID}`);
    expectProblem(answer, 404, 'image.not_found');
    expect(answer.json['hint']).toBe('1/36');
  });

  it('does not depend on the path: the same request id gives the same bytes', async () => {
    const headers = { 'x-request-id': ID };
    const one = await send(`/v1/things/of/a/${ID}`, { headers });
    const other = await send(`/v1/things/of/b/${ID.replace('1', '2')}?x=1`, { headers });
    expect(other.text).toBe(one.text);
    expect(one.json['instance']).toBe(`urn:uuid:${ID}`);
  });

  it('says when to come back', async () => {
    const answer = await send('/v1/things/busy');
    expectProblem(answer, 503, 'inference.busy');
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  it.each(['/v1/nothing', '/nothing', '/v1/things/of'])('answers the unknown route %s', async (path) => {
    const answer = await send(path);
    expectProblem(answer, 404, 'route.not_found');
    expect(answer.text).not.toContain(path);
  });

  it('answers a method that the route does not have', async () => {
    expectProblem(await send('/v1/things', { method: 'PUT' }), 404, 'route.not_found');
  });

  it.each(['/v1/things/of/%zz/1', '/v1/things/of/%ff/1', '/v1/%zz'])(
    'answers the malformed path %s',
    async (path) => {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
      expect(answer).toContain('application/problem+json');
    },
  );
});

/** Sends bytes that fetch would correct. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('a request id', () => {
  it.each(['abc', 'A-b_c.9~', 'x'.repeat(64)])('is taken from the client: %s', async (id) => {
    expect((await send('/v1/nothing', { headers: { 'x-request-id': id } })).headers.get('x-request-id')).toBe(
      id,
    );
  });

  it.each(['', 'a b', 'x'.repeat(65), '{"a":1}', 'ü'])('is a UUIDv7 instead of %j', async (id) => {
    const answer = await send('/v1/nothing', { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('need not be a UUID to name an occurrence', async () => {
    const answer = await send('/v1/nothing', { headers: { 'x-request-id': 'mine' } });
    expect(answer.json['instance']).toBe('urn:kindred:request:mine');
  });
});

describe('a body', () => {
  it('is parsed into its class', async () => {
    const answer = await post('/v1/things', '{"label":"ok","inner":{"size":3}}');
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ label: 'ok', inner: { size: 3 } });
  });

  it.each<[string, string, string[]]>([
    ['a missing member', '{}', ['#/label is_length']],
    ['a wrong member', '{"label":7}', ['#/label is_length']],
    ['an unknown member', '{"label":"a","x/y":1}', ['#/x~1y unknown']],
    ['a nested member', '{"label":"a","inner":{"size":11}}', ['#/inner/size max']],
    [
      'several members',
      '{"label":"toolong","inner":{"size":1,"z":1}}',
      ['#/label is_length', '#/inner/z unknown'],
    ],
    ['a list', '[]', ['# object']],
    ['a number', '7', ['# object']],
    ['null', 'null', ['# object']],
    ['a NUL character', '{"label":"a\\u0000"}', ['#/label nul']],
    ['half a surrogate pair', '{"label":"a\\ud800"}', ['#/label surrogate']],
    ['deep nesting', `{"label":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, ['# too_deep']],
    ['half of it', '{"label":', ['# json']],
    ['no UTF-8', '', ['# utf8']],
  ])('with %s is refused with its pointer', async (name, text, expected) => {
    const body = name === 'no UTF-8' ? new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]) : text;
    const answer = await post('/v1/things', body);
    expectProblem(answer, 400, 'request.invalid');
    expect(pointers(answer).sort()).toEqual([...expected].sort());
  });

  it('that is absent is refused like an empty one', async () => {
    expectProblem(await send('/v1/things', { method: 'POST' }), 400, 'request.invalid');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'nonsense',
  ])('of type %s is refused', async (type) => {
    expectProblem(await post('/v1/things', '{"label":"a"}', type), 415, 'request.unsupported_media_type');
  });

  it('that is compressed is refused', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await send('/v1/things', { method: 'POST', body: '{}', headers });
    expectProblem(answer, 415, 'request.unsupported_media_type');
  });

  it('is bounded: one megabyte, more only where the route takes pictures', async () => {
    const big = JSON.stringify({ image: 'a'.repeat(1_100_000) });
    expectProblem(await post('/v1/things', big), 413, 'request.too_large');
    expect((await post('/v1/things/pictures', big)).json).toEqual({ length: 1_100_000 });
    const bigger = JSON.stringify({ image: 'a'.repeat(6_000_000) });
    expectProblem(await post('/v1/things/pictures', bigger), 413, 'request.too_large');
  });

  it('is bounded also when it does not say its length', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(100_000).fill(0x20));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    };
    expectProblem(await send('/v1/things', init as RequestInit), 413, 'request.too_large');
  });

  it('that was refused half-read leaves its connection free for the next request', async () => {
    const chunk = `${(300_000).toString(16)}\r\n${' '.repeat(300_000)}\r\n`;
    const answers = await raw(
      `POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `${chunk.repeat(20)}0\r\n\r\nGET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answers).toContain('request.too_large');
    expect(answers).toContain('route.not_found');
  });

  it('may be a form; a file in the wrong field, too large a file and a broken form are refused', async () => {
    const form = (field: string, bytes: number) => {
      const data = new FormData();
      data.append(field, new Blob([new Uint8Array(bytes)]), 'x.jpg');
      return send('/v1/things/files', { method: 'POST', body: data });
    };
    expect((await form('image', 10)).json).toEqual({ size: 10 });
    const wrong = await form('photo', 10);
    expectProblem(wrong, 400, 'request.invalid');
    expect(pointers(wrong)).toEqual(['#/photo unexpected_file']);
    expectProblem(await form('image', 2000), 413, 'request.too_large');
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
      expectProblem(await post('/v1/things/files', '--x\r\nbroken', type), 400, 'request.invalid');
    }
  });
});

describe('an id in the path', () => {
  it.each(['a', 'A.b_c-9', '..', 'x'.repeat(64)])('may be the tenant id %s', async (id) => {
    const path = `/v1/things/of/${id === '..' ? '%2e%2e' : id}/${ID}`;
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toContain('image.not_found');
  });

  it.each(['a%20b', 'x'.repeat(65), 'a%2Fb', '%00', 'ü', "a'b"])(
    'may not be the tenant id %s',
    async (id) => {
      const answer = await send(`/v1/things/of/${id}/${ID}`);
      expectProblem(answer, 400, 'request.invalid');
      expect(pointers(answer)).toEqual([`#/path/tenant_id ${id === '%00' ? 'nul' : 'tenant_id'}`]);
    },
  );

  it('is a UUID of any version in any case', async () => {
    for (const id of ['6fa459ea-ee8a-3ca4-894e-db77e160355e', ID.toUpperCase()]) {
      expectProblem(await send(`/v1/things/of/a/${id}`), 404, 'image.not_found');
    }
    const answer = await send('/v1/things/of/a/17');
    expectProblem(answer, 400, 'request.invalid');
    expect(pointers(answer)).toEqual(['#/path/thing_id uuid']);
  });
});

describe('a list', () => {
  it('is walked page by page, each row once', async () => {
    const seen: unknown[] = [];
    let cursor: unknown = null;
    do {
      const answer = await send(
        `/v1/things?limit=50${typeof cursor === 'string' ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...(answer.json['items'] as unknown[]));
      cursor = answer.json['next_cursor'];
    } while (cursor !== null);
    expect(seen.length).toBe(120);
    expect(new Set(seen).size).toBe(120);
  });

  it('shows 50 rows unless told, and says null behind the last', async () => {
    expect(((await send('/v1/things')).json['items'] as unknown[]).length).toBe(50);
    const cursor = encodeCursor('0199a000-0000-7000-8000-000000000019');
    const last = await send(`/v1/things?limit=100&cursor=${cursor}`);
    expect(last.json).toMatchObject({ next_cursor: null });
    expect((last.json['items'] as unknown[]).length).toBe(100);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=',
    'limit=ten',
    'limit=1e1',
    'limit=0x10',
    'limit=1.5',
    'limit=1&limit=2',
    'limit[a]=1',
  ])('refuses %s', async (query) => {
    const answer = await send(`/v1/things?${query}`);
    expectProblem(answer, 400, 'request.invalid');
    expect(String(pointers(answer)[0])).toMatch(/^#\/query\/limit/);
  });

  it.each([
    'x',
    'bm90IGpzb24',
    encodeCursor('not-a-uuid'),
    encodeCursor([ID]),
    `${encodeCursor(ID)}=`,
    `${encodeCursor(ID)}%0a`,
    `${encodeCursor(ID)}&cursor=${encodeCursor(ID)}`,
    'a'.repeat(2000),
    '',
  ])('refuses the cursor %s', async (cursor) => {
    const answer = await send(`/v1/things?cursor=${cursor}`);
    expectProblem(answer, 400, 'request.invalid');
    expect(String(pointers(answer)[0])).toMatch(/^#\/query\/cursor /);
  });

  it('refuses a filter that it does not know', async () => {
    expect(pointers(await send('/v1/things?colour=red'))).toEqual(['#/query/colour unknown']);
  });
});

describe('every answer', () => {
  it('is kept by nobody, tells nothing of the server and has no weak tag', async () => {
    const { headers } = await send('/v1/things');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
  });

  it('leaves one line in the log, without credentials, query or body', async () => {
    lines.length = 0;
    await send('/v1/things?limit=7', {
      headers: { authorization: 'Bearer q7ZpX2mK9vRt', 'x-request-id': 'one-line' },
    });
    await post('/v1/things', '{"label":"body"}');
    const own = lines.filter((line) => line.includes('one-line'));
    expect(own.length).toBe(1);
    expect(JSON.parse(own[0]!)).toMatchObject({
      req: { method: 'GET', path: '/v1/things' },
      res: { status: 200 },
    });
    expect(lines.join('')).not.toMatch(/q7ZpX2mK9vRt|limit=7|"body"/);
  });
});

describe('the OpenAPI document', () => {
  it('is 3.1 all through, with the bearer scheme and one problem for every route', async () => {
    const { json } = await send('/openapi.json');
    expect(json['openapi']).toBe('3.1.0');
    expect(JSON.stringify(json)).not.toContain('"nullable"');
    expect(json['components']).toMatchObject({
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      responses: {
        Problem: {
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      schemas: {
        Thing: { properties: { kind: { type: ['string', 'null'], enum: ['a', 'b', null] } } },
        ThingBody: {
          properties: { inner: { anyOf: [{ $ref: '#/components/schemas/Inner' }, { type: 'null' }] } },
        },
      },
    });
    const operations = Object.values(
      json['paths'] as Record<string, Record<string, { responses: Record<string, unknown> }>>,
    ).flatMap((item) => Object.values(item));
    expect(operations.length).toBe(7);
    for (const { responses } of operations) {
      expect(responses['default']).toEqual({ $ref: '#/components/responses/Problem' });
    }
  });

  it('is the same when a script builds it', async () => {
    expect(JSON.parse(JSON.stringify(buildOpenApi(app)))).toEqual((await send('/openapi.json')).json);
  });

  it('has a page that loads from this service only', async () => {
    const response = await fetch(`${base}/docs`);
    expect(response.status).toBe(200);
    const html = await response.text();
    const sources = [...html.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((match) => match[1]!);
    expect(sources.length).toBeGreaterThan(3);
    // A script inside the page would be stopped by the policy.
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const source of sources) {
      const url = new URL(source, `${base}/docs`);
      expect(url.origin).toBe(base);
      const asset = await fetch(url);
      expect({ source, status: asset.status }).toEqual({ source, status: 200 });
      await asset.arrayBuffer();
    }
  });
});
