// A fault that a caller can act on. It is thrown where it is understood; only the problem filter of src/http turns it
// into an HTTP status.

/** Every code that Kindred answers with. A code is stable: clients branch on it, never on the text. */
export const ERROR_CODES = [
  'request.invalid',
  'request.too_large',
  'request.unsupported_media_type',
  'route.not_found',
  'auth.credentials_missing',
  'auth.token_invalid',
  'auth.scope_insufficient',
  'auth.throttled',
  'tenant.not_found',
  'tenant.exists',
  'tenant.changed',
  'tenant.rate_limited',
  'tenant.quota_exceeded',
  'tenant.erasing',
  'retention.legal_hold',
  'api_key.not_found',
  'api_key.ended',
  'image.not_found',
  'image.unreadable',
  'image.unsupported',
  'image.too_large',
  'image.no_face',
  'face.not_found',
  'face.dismissed',
  'crop.unavailable',
  'storage.unreadable',
  'storage.encryption_off',
  'cluster.not_found',
  'cluster.merged',
  'cluster.labels_differ',
  'cluster.changed',
  'constraint.conflict',
  'opt_out.not_found',
  'operation.not_found',
  'operation.has_dependents',
  'operation.not_undoable',
  'review_item.not_found',
  'review_item.closed',
  'review_item.changed',
  'review_item.claimed',
  'review_item.notes_full',
  'review_item.decision_invalid',
  'idempotency.key_reused',
  'idempotency.in_progress',
  'consolidation.unavailable',
  'consolidation.too_many_faces',
  'consolidation.overtaken',
  'model_pack.unavailable',
  'model_change.not_found',
  'model_change.pack_unusable',
  'model_change.in_progress',
  'model_change.not_possible',
  'import.foreign',
  'import.original_differs',
  'erasure.not_found',
  'receipt.not_found',
  'job.not_found',
  'job.not_cancellable',
  'inference.busy',
  'inference.unavailable',
  'gallery_map.unavailable',
  'database.busy',
  'service.stopping',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A limit that is used up, or nearly: sent as `RateLimit` and `RateLimit-Policy`. */
export interface RateLimit {
  /** Name of the policy: lower-case letters and hyphens. */
  readonly policy: string;
  readonly quota: number;
  /** Length of the window, s; absent: the quota does not come back by itself. */
  readonly windowSeconds?: number;
  readonly remaining: number;
  /** Time until the window ends, s. */
  readonly resetSeconds?: number;
}

/** One fault inside a request. `pointer` is a JSON pointer into the body, or `#/path/x`, `#/query/x`, `#/header/x`. */
export interface FieldFault {
  readonly pointer: string;
  readonly detail: string;
  readonly code: string;
}

export interface DomainErrorOptions {
  /** True when the same request may succeed later without a change. */
  readonly retryable?: boolean;
  /** Seconds after which a retry is worth trying; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly rateLimit?: RateLimit;
  readonly faults?: readonly FieldFault[];
  /** Extra members of the answer (RFC 9457 extension members): ids and plain figures only. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** What went wrong inside; logged, never answered. */
  readonly cause?: unknown;
}

export class DomainError extends Error {
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly faults: readonly FieldFault[];
  readonly extensions: Readonly<Record<string, unknown>>;

  /** @param detail Public text: it is answered to the client, so it holds no exception text and no secret. */
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    options: DomainErrorOptions = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.retryable = options.retryable ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.rateLimit = options.rateLimit;
    this.faults = options.faults ?? [];
    this.extensions = options.extensions ?? {};
  }
}
