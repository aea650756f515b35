// The policy in force for a tenant: what the model pack brings, what the configuration and the tenant's settings override.
import type { TenantRepositories } from '../database/tenant-store.js';
import type { AssignmentPolicy } from '../domain/cluster/assignment.js';
import type { Calibration } from '../domain/cluster/calibration.js';
import {
  operatingPoint,
  type OperatingPointOverrides,
  parseOperatingPoint,
} from '../domain/cluster/thresholds.js';
import type { EmbeddingSpace } from '../domain/face/embedding.js';

export interface TenantPolicy extends AssignmentPolicy {
  /** The space in which faces are compared today. */
  readonly space: EmbeddingSpace;
}

export class AssignmentPolicies {
  private readonly overrides: readonly OperatingPointOverrides[];

  /**
   * @param space Id of the pack that embeds faces today.
   * @param overrides Later ones win. Throws ThresholdError when they do not fit.
   */
  constructor(
    private readonly space: EmbeddingSpace,
    private readonly calibration: Calibration,
    overrides: readonly OperatingPointOverrides[] = [],
  ) {
    this.overrides = [{ neighbourSimilarityMin: calibration.linkage.neighbourSimilarityMin }, ...overrides];
    operatingPoint(...this.overrides);
  }

  /** The policy without any tenant's settings. */
  get base(): TenantPolicy {
    return { space: this.space, calibration: this.calibration, point: operatingPoint(...this.overrides) };
  }

  /** Reads `clustering` of the settings; throws ThresholdError when it holds what should have been refused on the way in. */
  async forTenant(repositories: TenantRepositories): Promise<TenantPolicy> {
    const tenant = await repositories.tenant.find();
    const settings = tenant?.settings['clustering'];
    if (settings === undefined) return this.base;
    return { ...this.base, point: operatingPoint(...this.overrides, parseOperatingPoint(settings)) };
  }
}
