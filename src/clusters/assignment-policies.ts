// The policy in force for a tenant: what the model pack brings, what the configuration and the tenant's settings override.
import type { JsonObject } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { AssignmentPolicy } from '../domain/cluster/assignment.js';
import type { Calibration } from '../domain/cluster/calibration.js';
import {
  operatingPoint,
  type OperatingPointOverrides,
  parseOperatingPoint,
} from '../domain/cluster/thresholds.js';
import type { EmbeddingSpace } from '../domain/face/embedding.js';
import {
  DEFAULT_REVIEW_SETTINGS,
  parseReviewSettings,
  type ReviewSettings,
} from '../domain/review/review-settings.js';

export interface TenantPolicy extends AssignmentPolicy {
  /** The space in which faces are compared today. */
  readonly space: EmbeddingSpace;
  /** What this tenant is asked about. */
  readonly review: ReviewSettings;
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
    return {
      space: this.space,
      calibration: this.calibration,
      point: operatingPoint(...this.overrides),
      review: DEFAULT_REVIEW_SETTINGS,
    };
  }

  /**
   * Reads `clustering` and `review` of the settings; throws ThresholdError or ReviewSettingsError when they hold what should
   * have been refused on the way in.
   */
  async forTenant(repositories: TenantRepositories): Promise<TenantPolicy> {
    return this.forSettings(await repositories.tenant.settings());
  }

  /** The policy of a tenant with these settings; throws like `forTenant`. */
  forSettings({ clustering, review }: JsonObject): TenantPolicy {
    return {
      ...this.base,
      ...(clustering === undefined
        ? {}
        : { point: operatingPoint(...this.overrides, parseOperatingPoint(clustering)) }),
      review: parseReviewSettings(review),
    };
  }
}
