// The command line's way to a running Kindred: the public HTTP API and nothing else.
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiptKeyJwk } from '../receipts/receipt-key.js';
import type {
  AnsweredItemAnswer,
  AuditChainAnswer,
  AuditEventAnswer,
  ClusterAnswer,
  EncryptionAnswer,
  ErasureAnswer,
  FaceAnswer,
  ImageAnswer,
  ImportAnswer,
  JobAnswer,
  ModelChangeAnswer,
  Page,
  RetentionAnswer,
  ReviewItemAnswer,
  TenantAnswer,
} from './answers.js';
import { ApiError, unreachable } from './api-error.js';

export type * from './answers.js';
export { ApiError } from './api-error.js';

/** Tries of a request that is answered "too much at once", and the longest pause between two, s. */
const ATTEMPTS_MAX = 10;
const PAUSE_SECONDS_MAX = 60;

export class KindredClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  get address(): string {
    return this.url;
  }

  openApi(): Promise<unknown> {
    return this.json('GET', '/openapi.json');
  }

  /** Creates the tenant unless it is there already. */
  async ensureTenant(tenant: string): Promise<void> {
    try {
      await this.json('POST', '/v1/tenants', { id: tenant });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'tenant.exists')) throw error;
    }
  }

  /** @throws ApiError, also for a picture that cannot be read. */
  async sendImage(tenant: string, path: string): Promise<ImageAnswer> {
    const form = new FormData();
    form.append('image', await openAsBlob(path), basename(path));
    return this.answer<ImageAnswer>(await this.request('POST', `/v1/tenants/${tenant}/images`, form));
  }

  clusters(tenant: string): Promise<ClusterAnswer[]> {
    return this.all(`/v1/tenants/${tenant}/clusters`);
  }

  clusterFaces(tenant: string, cluster: string): Promise<FaceAnswer[]> {
    return this.all(`/v1/tenants/${tenant}/clusters/${cluster}/faces`);
  }

  images(tenant: string): Promise<ImageAnswer[]> {
    return this.all(`/v1/tenants/${tenant}/images`);
  }

  openReviewItems(tenant: string): Promise<ReviewItemAnswer[]> {
    return this.all(`/v1/tenants/${tenant}/review-pending`);
  }

  /** The first open items in one of the queue's orders. */
  async reviewPage(tenant: string, sort: string, limit: number): Promise<readonly ReviewItemAnswer[]> {
    const page: Page<ReviewItemAnswer> = await this.json(
      'GET',
      `/v1/tenants/${tenant}/review-pending?sort=${sort}&limit=${limit}`,
    );
    return page.items;
  }

  /** @throws ApiError, also for a question that is closed already. */
  async decide(tenant: string, item: string, decision: Readonly<Record<string, unknown>>): Promise<void> {
    await this.json('POST', `/v1/tenants/${tenant}/review-pending/${item}/decision`, decision);
  }

  /** Questions that humans answered, oldest first. */
  answeredItems(tenant: string, kinds: readonly string[]): Promise<AnsweredItemAnswer[]> {
    const query = new URLSearchParams({ state: 'resolved', sort: 'oldest' });
    for (const kind of kinds) query.append('kind', kind);
    return this.all(`/v1/tenants/${encodeURIComponent(tenant)}/review-pending?${query.toString()}`);
  }

  /** Replaces the settings of a tenant whose version is still this one. @throws ApiError tenant.changed */
  async changeSettings(tenant: string, settings: TenantAnswer['settings'], version: number): Promise<void> {
    const path = `/v1/tenants/${encodeURIComponent(tenant)}`;
    const body = JSON.stringify({ settings });
    await this.answer(await this.request('PATCH', path, body, { 'if-match': `"${version}"` }));
  }

  /** Every tenant, in the order of ids. */
  tenants(): Promise<TenantAnswer[]> {
    return this.all('/v1/tenants');
  }

  tenant(tenant: string): Promise<TenantAnswer> {
    return this.json('GET', `/v1/tenants/${encodeURIComponent(tenant)}`);
  }

  /** What the periods of a tenant would erase by a time; nothing is erased. @param by ISO 8601; absent: now. */
  retention(tenant: string, by?: string): Promise<RetentionAnswer> {
    const path = `/v1/tenants/${encodeURIComponent(tenant)}/retention`;
    return this.json('GET', by === undefined ? path : `${path}?by=${encodeURIComponent(by)}`);
  }

  orderModelChange(tenant: string, pack: string, dryRun: boolean): Promise<ModelChangeAnswer> {
    return this.json('POST', `/v1/tenants/${encodeURIComponent(tenant)}/model-changes`, {
      pack,
      dry_run: dryRun,
    });
  }

  /** @param what `finish` or `undo`; absent: only look. */
  modelChange(tenant: string, id: string, what?: 'finish' | 'undo'): Promise<ModelChangeAnswer> {
    const path = `/v1/tenants/${encodeURIComponent(tenant)}/model-changes/${id}`;
    return what === undefined ? this.json('GET', path) : this.json('POST', `${path}/${what}`);
  }

  /** Newest first. */
  modelChanges(tenant: string): Promise<ModelChangeAnswer[]> {
    return this.all(`/v1/tenants/${encodeURIComponent(tenant)}/model-changes`);
  }

  /** Encrypts the next originals of a tenant that lie there plainly. */
  encryptOriginals(tenant: string, page: { dry_run: boolean; cursor?: string }): Promise<EncryptionAnswer> {
    return this.json('POST', `/v1/tenants/${encodeURIComponent(tenant)}/originals/encrypt`, page);
  }

  job(id: string): Promise<JobAnswer> {
    return this.json('GET', `/v1/jobs/${id}`);
  }

  /** Rows by table, and files, that erasing would take. @param path Of the thing, with its query. */
  async erasurePlan(path: string): Promise<Readonly<Record<string, number>>> {
    const query = `${path.includes('?') ? '&' : '?'}dry_run=true`;
    const plan = await this.json<{ inventory: Record<string, number> }>('DELETE', `${path}${query}`);
    return plan.inventory;
  }

  /** Erases, or begins to. */
  async erase(path: string): Promise<ErasureAnswer> {
    return this.answer(await this.request('DELETE', path, undefined, { prefer: 'return=representation' }));
  }

  erasure(id: string): Promise<ErasureAnswer> {
    return this.json('GET', `/v1/erasures/${id}`);
  }

  async receiptKeys(): Promise<ReceiptKeyJwk[]> {
    return (await this.json<{ keys: ReceiptKeyJwk[] }>('GET', '/v1/receipts/key')).keys;
  }

  /**
   * A whole answer that may be long.
   * @param path With its query. @throws ApiError
   */
  async download(path: string): Promise<ReadableStream<Uint8Array>> {
    const response = await this.request('GET', path);
    if (!response.ok || response.body === null) return this.answer(response);
    return response.body as ReadableStream<Uint8Array>;
  }

  /** Creates the tenant with the settings, unless it is there already. @returns Whether it was created. */
  async findOrCreateTenant(tenant: string, settings: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      await this.tenant(tenant);
      return false;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'tenant.not_found')) throw error;
    }
    await this.json('POST', '/v1/tenants', { id: tenant, settings });
    return true;
  }

  /** A photo of an export. @param path The original. @param lines JSON lines. */
  async importPhoto(tenant: string, path: string, lines: string): Promise<ImportAnswer> {
    const form = new FormData();
    form.append('image', await openAsBlob(path), basename(path));
    form.append('lines', new Blob([lines]), 'lines.jsonl');
    return this.answer(
      await this.request('POST', `/v1/tenants/${encodeURIComponent(tenant)}/import/photos`, form),
    );
  }

  /** @param lines JSON texts; the header of the export first. */
  async importLines(tenant: string, lines: readonly string[]): Promise<ImportAnswer> {
    const path = `/v1/tenants/${encodeURIComponent(tenant)}/import`;
    return this.answer(await this.request('POST', path, `{"lines":[${lines.join(',')}]}`));
  }

  async faceCrop(tenant: string, face: string): Promise<Buffer> {
    const response = await this.request('GET', `/v1/tenants/${tenant}/faces/${face}/crop`);
    if (!response.ok) await this.answer(response);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Newest first, page by page. */
  tenantAudit(tenant: string): AsyncGenerator<AuditEventAnswer> {
    return this.each(`/v1/tenants/${tenant}/audit`);
  }

  audit(ref: string): AsyncGenerator<AuditEventAnswer> {
    return this.each(`/v1/audit/${ref}`);
  }

  auditChains(): AsyncGenerator<AuditChainAnswer> {
    return this.each('/v1/audit');
  }

  private async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this.each<T>(path)) items.push(item);
    return items;
  }

  private async *each<T>(path: string): AsyncGenerator<T> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<T> = await this.json(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      yield* page.items;
      cursor = page.next_cursor;
    }
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.answer<T>(
      await this.request(method, path, body === undefined ? undefined : JSON.stringify(body)),
    );
  }

  /** Waits and asks again while the server says that it is too much at once. */
  private async request(
    method: string,
    path: string,
    body?: string | FormData,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.requestOnce(method, path, body, headers);
      const busy = response.status === 429 || response.status === 503;
      const seconds = Number(response.headers.get('retry-after'));
      if (!busy || !(seconds > 0) || attempt === ATTEMPTS_MAX) return response;
      await response.body?.cancel();
      await sleep(Math.min(seconds, PAUSE_SECONDS_MAX) * 1000);
    }
  }

  private requestOnce(
    method: string,
    path: string,
    body: string | FormData | undefined,
    own: Readonly<Record<string, string>>,
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...own,
        authorization: `Bearer ${this.token}`,
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      throw unreachable(this.url, error);
    });
  }

  private async answer<T>(response: Response): Promise<T> {
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    throw ApiError.from(response, text);
  }
}
