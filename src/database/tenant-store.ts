// The only way to a tenant's rows: a scope for one tenant, and units of work in it.
import { DomainError } from '../domain/domain-error.js';
import { ApiKeyRepository } from './repositories/api-key-repository.js';
import { AuditRepository } from './repositories/audit-repository.js';
import { CentroidRepository } from './repositories/centroid-repository.js';
import { ChangeRepository } from './repositories/change-repository.js';
import { ClusterRepository } from './repositories/cluster-repository.js';
import { ConstraintRepository } from './repositories/constraint-repository.js';
import { Database } from './database.js';
import { EmbeddingRepository } from './repositories/embedding-repository.js';
import { FaceCensusRepository } from './repositories/face-census-repository.js';
import { ErasureRepository } from './repositories/erasure-repository.js';
import { FaceRepository } from './repositories/face-repository.js';
import { GalleryRepository } from './repositories/gallery-repository.js';
import { IdempotencyKeyRepository } from './repositories/idempotency-key-repository.js';
import { ImageRepository } from './repositories/image-repository.js';
import { JobRepository } from './repositories/job-repository.js';
import { LinkRepository } from './repositories/link-repository.js';
import { ModelChangeRepository } from './repositories/model-change-repository.js';
import { OperationRepository } from './repositories/operation-repository.js';
import type { TenantRecord } from './records.js';
import { OptOutRepository } from './repositories/opt-out-repository.js';
import { ReviewErasureRepository } from './repositories/review-erasure-repository.js';
import { ReviewItemRepository } from './repositories/review-item-repository.js';
import { ReviewStatisticsRepository } from './repositories/review-statistics-repository.js';
import { ReviewWorkRepository } from './repositories/review-work-repository.js';
import { ShadowRepository } from './repositories/shadow-repository.js';
import { TenantRepository } from './repositories/tenant-repository.js';
import type { Transaction } from './transaction-client.js';
import { TenantSearch } from './vectors/tenant-search.js';

/** Every table of one tenant, inside one transaction. */
export interface TenantRepositories {
  readonly tenant: TenantRepository;
  readonly images: ImageRepository;
  readonly faces: FaceRepository;
  readonly gallery: GalleryRepository;
  readonly faceCensus: FaceCensusRepository;
  readonly embeddings: EmbeddingRepository;
  readonly links: LinkRepository;
  readonly clusters: ClusterRepository;
  readonly centroids: CentroidRepository;
  readonly constraints: ConstraintRepository;
  readonly reviewItems: ReviewItemRepository;
  readonly reviewWork: ReviewWorkRepository;
  readonly reviewStatistics: ReviewStatisticsRepository;
  readonly reviewErasure: ReviewErasureRepository;
  readonly operations: OperationRepository;
  readonly changes: ChangeRepository;
  readonly optOuts: OptOutRepository;
  readonly jobs: JobRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly audit: AuditRepository;
  readonly idempotencyKeys: IdempotencyKeyRepository;
  readonly erasures: ErasureRepository;
  readonly modelChanges: ModelChangeRepository;
  readonly shadow: ShadowRepository;
}

/** Nothing more is done for a tenant that is on its way out. */
export const tenantErasing = (erasureId: string): DomainError =>
  new DomainError('tenant.erasing', 'The tenant is being erased.', { extensions: { erasure_id: erasureId } });

/** Whether a unit of work was refused because its tenant is gone or about to go: nothing of it was kept. */
export const isTenantGone = (error: unknown): boolean =>
  error instanceof DomainError && (error.code === 'tenant.not_found' || error.code === 'tenant.erasing');

type HeldTenant = Pick<TenantRecord, 'settings' | 'space'> & {
  readonly erasureId: string | null;
  readonly optOutCount: number;
};

export class TenantStore {
  constructor(private readonly database: Database) {}

  /** Costs nothing and checks nothing: whether the tenant exists shows in the unit of work. */
  forTenant(tenantId: string): TenantScope {
    return new TenantScope(this.database, tenantId);
  }
}

export class TenantScope {
  constructor(
    private readonly database: Database,
    readonly tenantId: string,
  ) {}

  /**
   * Reads without a lock; the database refuses any write. An unknown tenant has no rows.
   * `work` uses nothing but the repositories: it may be run again, and units of work do not nest.
   */
  async read<T>(work: (repositories: TenantRepositories) => Promise<T>): Promise<T> {
    return this.database.units.run(
      { role: 'kindred_tenant', tenantId: this.tenantId, access: 'read' },
      (tx) => work(this.repositories(tx)),
    );
  }

  /**
   * Reads and writes under the tenant's lock: the transactions of one tenant run one after the other, over all processes.
   * All or nothing. Throws DomainError tenant.not_found when the tenant is gone, tenant.erasing when it is about to go.
   * `work` uses nothing but the repositories: it may be run again, and units of work do not nest.
   * @param searching The space in which `work` begins by searching all faces of the tenant.
   */
  async transaction<T>(
    work: (repositories: TenantRepositories) => Promise<T>,
    { searching }: { readonly searching?: string | undefined } = {},
  ): Promise<T> {
    return this.locked(undefined, work, searching);
  }

  /** As `transaction`, for the erasure that is taking the tenant away. */
  async erasing<T>(erasureId: string, work: (repositories: TenantRepositories) => Promise<T>): Promise<T> {
    return this.locked(erasureId, work);
  }

  private locked<T>(
    erasureId: string | undefined,
    work: (repositories: TenantRepositories) => Promise<T>,
    searching?: string,
  ): Promise<T> {
    return this.database.units.run(
      { role: 'kindred_tenant', tenantId: this.tenantId, access: 'lock', searching },
      async (tx) => {
        const [held] = await tx.$queryRaw<HeldTenant[]>`
          SELECT settings, space, erasure_id AS "erasureId", opt_out_count AS "optOutCount" FROM tenants WHERE id = ${this.tenantId} FOR NO KEY UPDATE`;
        if (held === undefined) throw new DomainError('tenant.not_found', 'There is no such tenant.');
        if (held.erasureId !== null && held.erasureId !== erasureId) throw tenantErasing(held.erasureId);
        return work(this.repositories(tx, held, searching));
      },
    );
  }

  private repositories(tx: Transaction, held?: HeldTenant, searching?: string): TenantRepositories {
    const id = this.tenantId;
    const search = new TenantSearch(tx, id, searching);
    return {
      tenant: new TenantRepository(tx, id, held),
      images: new ImageRepository(tx, id),
      faces: new FaceRepository(tx, id),
      gallery: new GalleryRepository(tx, id, search),
      faceCensus: new FaceCensusRepository(tx, id),
      embeddings: new EmbeddingRepository(tx, id, search),
      links: new LinkRepository(tx, id, search),
      clusters: new ClusterRepository(tx, id),
      centroids: new CentroidRepository(tx, id, search),
      constraints: new ConstraintRepository(tx, id),
      reviewItems: new ReviewItemRepository(tx, id),
      reviewWork: new ReviewWorkRepository(tx, id),
      reviewStatistics: new ReviewStatisticsRepository(tx, id),
      reviewErasure: new ReviewErasureRepository(tx, id),
      operations: new OperationRepository(tx, id),
      changes: new ChangeRepository(tx, id),
      optOuts: new OptOutRepository(tx, id, held?.optOutCount),
      jobs: new JobRepository(tx, id),
      apiKeys: new ApiKeyRepository(tx, id),
      audit: new AuditRepository(tx, id),
      idempotencyKeys: new IdempotencyKeyRepository(tx, id),
      erasures: new ErasureRepository(tx, id),
      modelChanges: new ModelChangeRepository(tx, id),
      shadow: new ShadowRepository(tx, id),
    };
  }
}
