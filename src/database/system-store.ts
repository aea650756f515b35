// What the service may do without being a tenant: know the tenants, find the owner of a key, count, resume jobs, sweep
// what has expired. Its role
// cannot read a face, an image or an embedding.
import { ApiKeyDirectory } from './directories/api-key-directory.js';
import { AuditDirectory } from './repositories/audit-repository.js';
import { Database } from './database.js';
import { EmbeddingSpaceDirectory } from './directories/embedding-space-directory.js';
import { ErasureDirectory } from './directories/erasure-directory.js';
import { IdempotencyKeyDirectory } from './directories/idempotency-key-directory.js';
import { JobDirectory } from './directories/job-directory.js';
import { ModelChangeDirectory } from './directories/model-change-directory.js';
import { ReceiptKeyDirectory } from './directories/receipt-key-directory.js';
import { RequestWindowDirectory } from './directories/request-window-directory.js';
import { TenantDirectory } from './directories/tenant-directory.js';

export interface SystemRepositories {
  readonly tenants: TenantDirectory;
  readonly apiKeys: ApiKeyDirectory;
  readonly audit: AuditDirectory;
  readonly jobs: JobDirectory;
  readonly embeddingSpaces: EmbeddingSpaceDirectory;
  readonly idempotencyKeys: IdempotencyKeyDirectory;
  readonly erasures: ErasureDirectory;
  readonly receiptKeys: ReceiptKeyDirectory;
  readonly modelChanges: ModelChangeDirectory;
  readonly requestWindows: RequestWindowDirectory;
}

export class SystemStore {
  constructor(private readonly database: Database) {}

  /** `work` uses nothing but the repositories: it may be run again, and units of work do not nest. */
  async transaction<T>(work: (repositories: SystemRepositories) => Promise<T>): Promise<T> {
    return this.database.units.run({ role: 'kindred_system', tenantId: '', access: 'write' }, (tx) =>
      work({
        tenants: new TenantDirectory(tx),
        apiKeys: new ApiKeyDirectory(tx),
        audit: new AuditDirectory(tx),
        jobs: new JobDirectory(tx),
        embeddingSpaces: new EmbeddingSpaceDirectory(tx),
        idempotencyKeys: new IdempotencyKeyDirectory(tx),
        erasures: new ErasureDirectory(tx),
        receiptKeys: new ReceiptKeyDirectory(tx),
        modelChanges: new ModelChangeDirectory(tx),
        requestWindows: new RequestWindowDirectory(tx),
      }),
    );
  }
}
