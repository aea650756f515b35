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
import { parseReviewSettings, type ReviewSettings } from '../domain/review/review-settings.js';

export interface TenantPolicy extends AssignmentPolicy {
  /** The space in which faces are compared today. */
  readonly space: EmbeddingSpace;
  /** What this tenant is asked about. */
  readonly review: ReviewSettings;
}

/** Calibration of a space whose pack is not installed: nothing resembles anything, so the machine joins and asks nothing. */
const UNKNOWN_SPACE: Calibration = {
  pair: { slope: Number.MIN_VALUE, intercept: -30, fittedOn: 'nothing' },
  linkage: {
    intercept: -30,
    best: 0,
    topMean: 0,
    centroid: 0,
    logSize: 0,
    centroidLogSize: 0,
    neighbourSimilarityMin: 1,
    fittedOn: 'nothing',
  },
};

export class AssignmentPolicies {
  /**
   * @param space Id of the pack for tenants that have no space yet.
   * @param overrides Later ones win. Throws ThresholdError when they do not fit.
   * @param others Calibrations of the other spaces; undefined for a pack that is not installed.
   */
  constructor(
    private readonly space: EmbeddingSpace,
    private readonly calibration: Calibration,
    private readonly overrides: readonly OperatingPointOverrides[] = [],
    private readonly others: (space: EmbeddingSpace) => Calibration | undefined = () => undefined,
  ) {
    operatingPoint(...this.overridesOf(calibration));
  }

  /** The policy of a tenant without settings and without a space. */
  get base(): TenantPolicy {
    return this.forSettings({}, null);
  }

  /**
   * Reads `clustering` and `review` of the settings; throws ThresholdError or ReviewSettingsError when they hold what should
   * have been refused on the way in.
   */
  async forTenant(repositories: TenantRepositories): Promise<TenantPolicy> {
    const settings = await repositories.tenant.settings();
    return this.forSettings(settings, await repositories.tenant.space());
  }

  /** The policy of a tenant with these settings, in its space or, before it has one, the preferred one; throws like `forTenant`. */
  forSettings({ clustering, review }: JsonObject, tenantSpace: EmbeddingSpace | null): TenantPolicy {
    const space = tenantSpace ?? this.space;
    const calibration = space === this.space ? this.calibration : (this.others(space) ?? UNKNOWN_SPACE);
    const overrides = this.overridesOf(calibration);
    return {
      space,
      calibration,
      point: operatingPoint(
        ...overrides,
        ...(clustering === undefined ? [] : [parseOperatingPoint(clustering)]),
      ),
      review: parseReviewSettings(review),
    };
  }

  private overridesOf({ linkage }: Calibration): OperatingPointOverrides[] {
    return [{ neighbourSimilarityMin: linkage.neighbourSimilarityMin }, ...this.overrides];
  }
}
