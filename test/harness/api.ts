// A plain HTTP client for tests: what a caller of the API would see, nothing hidden.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: T;
}

export class Api {
  constructor(
    readonly url: string,
    readonly token: string | undefined,
  ) {}

  /** The same server, asked with another credential. */
  as(token: string | undefined): Api {
    return new Api(this.url, token);
  }

  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const isForm = body instanceof FormData;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /\/(?:problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (isJson && text ? JSON.parse(text) : undefined) as T,
    };
  }

  get<T = unknown>(path: string, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.call<T>('GET', path, undefined, headers);
  }

  post<T = unknown>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>> {
    return this.call<T>('POST', path, body, headers);
  }

  /** Sends a picture to a tenant as multipart. */
  async sendImage<T = ImageJson>(
    tenant: string,
    picture: string | Uint8Array,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    return this.post<T>(`/v1/tenants/${tenant}/images`, await pictureForm(picture, 'image', fields), headers);
  }

  /** Every item of a paged list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const separator = path.includes('?') ? '&' : '?';
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer: Answer<{ items: T[]; next_cursor: string | null }> = await this.get(
        `${path}${separator}limit=100${query}`,
      );
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
      items.push(...answer.json.items);
      cursor = answer.json.next_cursor;
    } while (cursor !== null);
    return items;
  }
}

export async function pictureForm(
  picture: string | Uint8Array,
  field = 'image',
  fields: Record<string, string> = {},
): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const bytes = typeof picture === 'string' ? await readFile(picture) : picture;
  form.append(
    field,
    new Blob([Uint8Array.from(bytes)]),
    typeof picture === 'string' ? basename(picture) : 'picture',
  );
  return form;
}

export interface FaceJson {
  readonly id: string;
  readonly image_id: string;
  readonly cluster_id: string | null;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly landmarks: readonly (readonly [number, number])[];
  readonly detection_score: number;
  readonly quality: number;
  readonly reasons: readonly string[];
  readonly assignment: string;
  readonly assigned_by: string;
  readonly locked: boolean;
  readonly state: string;
  readonly similarity: number | null;
  readonly probability: number | null;
}

export interface ImageJson {
  readonly id: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly turn: number;
  readonly notes: readonly string[];
  readonly faces: readonly FaceJson[];
}
