// A client as people wrote them for the earlier APIs: parameters wherever it likes, a GET with a body included, and the token in a
// header of its own. `fetch` would refuse to send such requests.
import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { IncomingHttpHeaders } from 'node:http';

export type Members = Readonly<Record<string, string | number>>;

/** Where the parameters go. */
export const PLACES = ['query', 'form', 'multipart', 'json'] as const;
export type Place = (typeof PLACES)[number];

export interface EarlierAnswer<T = unknown> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: T;
}

export interface EarlierRequest {
  readonly place?: Place;
  readonly members?: Members;
  /** Parts of a multipart form with a file: a path, or bytes under the name of the field. */
  readonly files?: Readonly<Record<string, string | { readonly name: string; readonly bytes: Uint8Array }>>;
  /** Default: the client's token under `token`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export class EarlierClient {
  constructor(
    private readonly url: string,
    private readonly token: string | undefined,
    /** Sent beside whatever a call sends. */
    private readonly always: Readonly<Record<string, string>> = {},
  ) {}

  as(token: string | undefined): EarlierClient {
    return new EarlierClient(this.url, token, this.always);
  }

  withHeaders(headers: Readonly<Record<string, string>>): EarlierClient {
    return new EarlierClient(this.url, this.token, headers);
  }

  async call<T = unknown>(
    method: string,
    path: string,
    { place = 'query', members = {}, files, headers }: EarlierRequest = {},
  ): Promise<EarlierAnswer<T>> {
    const url = new URL(path, this.url);
    const texts = Object.entries(members).map(([name, value]) => [name, String(value)] as const);
    let body: { type: string; bytes: Uint8Array } | undefined;
    if (files !== undefined || place === 'multipart') {
      const form = new FormData();
      for (const [name, value] of texts) form.append(name, value);
      for (const [name, file] of Object.entries(files ?? {})) {
        const { bytes, name: fileName } =
          typeof file === 'string' ? { bytes: await readFile(file), name: basename(file) } : file;
        form.append(name, new Blob([Uint8Array.from(bytes)]), fileName);
      }
      body = await encode(form);
    } else if (place === 'query') {
      for (const [name, value] of texts) url.searchParams.set(name, value);
    } else if (place === 'form') {
      body = {
        type: 'application/x-www-form-urlencoded',
        bytes: Buffer.from(new URLSearchParams(Object.fromEntries(texts)).toString()),
      };
    } else {
      body = { type: 'application/json', bytes: Buffer.from(JSON.stringify(members)) };
    }
    const credentials = headers ?? (this.token === undefined ? {} : { token: this.token });
    return send<T>(url, method, { ...this.always, ...credentials }, body);
  }
}

async function encode(form: FormData): Promise<{ type: string; bytes: Uint8Array }> {
  const response = new Response(form);
  return {
    type: response.headers.get('content-type')!,
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}

async function send<T>(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: { type: string; bytes: Uint8Array } | undefined,
): Promise<EarlierAnswer<T>> {
  const request = httpRequest(url, {
    method,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': body.bytes.length }),
    },
  });
  request.end(body?.bytes);
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = response.headers['content-type']?.includes('json') ?? false;
  return {
    status: response.statusCode!,
    headers: response.headers,
    text,
    json: (isJson && text !== '' ? JSON.parse(text) : undefined) as T,
  };
}
