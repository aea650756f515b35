// The policy in force for a tenant: what the model pack brings, what the configuration and the tenant's settings override.
import type { JsonObject } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import {
  IDENTITY,
  parseAnswerRefit,
  type Rating,
  refitEvidence,
  refitLinkage,
} from '../../domain/cluster/answer-refit.js';
import type { Calibration } from '../../domain/cluster/calibration.js';
import { decidesAtIngest, type EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import type { AssignmentPolicy } from '../../domain/cluster/ranked-candidate.js';
import {
  operatingPoint,
  type OperatingPointOverrides,
  parseOperatingPoint,
} from '../../domain/cluster/thresholds.js';
import type { EmbeddingSpace } from '../../domain/face/embedding.js';
import { parseReviewSettings, type ReviewSettings } from '../../domain/review/review-settings.js';

export interface TenantPolicy extends AssignmentPolicy {
  /** The space in which faces are compared today. */
  readonly space: EmbeddingSpace;
  /** What this tenant is asked about. */
  readonly review: ReviewSettings;
  readonly rating: Rating;
  /** What the space says about evidence, as the tenant's answers refitted it; null: the pack has no such file. */
  readonly known: EvidenceCalibration | null;
}

/** What is known of an embedding space. */
export interface KnownSpace {
  readonly calibration: Calibration;
  /** What its evidence.json says; null without one. */
  readonly evidence: EvidenceCalibration | null;
}

/** Of a space whose pack is not installed: nothing resembles anything, so the machine joins and asks nothing. */
const UNKNOWN_SPACE: KnownSpace = {
  calibration: {
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
  },
  evidence: null,
};

export class AssignmentPolicies {
  private readonly preferred: KnownSpace;

  /**
   * @param space Id of the pack for tenants that have no space yet.
   * @param overrides Later ones win. Throws ThresholdError when they do not fit.
   * @param evidence What that pack's evidence.json says; null without one.
   * @param others The other spaces; undefined for a pack that is not installed.
   */
  constructor(
    private readonly space: EmbeddingSpace,
    calibration: Calibration,
    private readonly overrides: readonly OperatingPointOverrides[] = [],
    evidence: EvidenceCalibration | null = null,
    private readonly others: (space: EmbeddingSpace) => KnownSpace | undefined = () => undefined,
  ) {
    this.preferred = { calibration, evidence };
    operatingPoint(...this.overridesOf(this.preferred));
  }

  /** The policy of a tenant without settings and without a space. */
  get base(): TenantPolicy {
    return this.forSettings({}, null);
  }

  /**
   * Reads `clustering`, `review` and `calibration` of the settings; throws ThresholdError, ReviewSettingsError or
   * AnswerRefitError when they hold what should have been refused on the way in.
   */
  async forTenant(repositories: TenantRepositories): Promise<TenantPolicy> {
    const settings = await repositories.tenant.settings();
    return this.forSettings(settings, await repositories.tenant.space());
  }

  /** The policy of a tenant with these settings, in its space or, before it has one, the preferred one; throws like `forTenant`. */
  forSettings(
    { clustering, review, calibration: answered }: JsonObject,
    tenantSpace: EmbeddingSpace | null,
  ): TenantPolicy {
    const space = tenantSpace ?? this.space;
    const known = space === this.space ? this.preferred : (this.others(space) ?? UNKNOWN_SPACE);
    const { calibration, evidence } = known;
    const by = decides(evidence) ? 'evidence' : 'linkage';
    const answers = parseAnswerRefit(answered);
    // Answers about another space or another kind of figure say nothing about these.
    const { offset, slope } = answers?.space === space && answers.by === by ? answers : IDENTITY;
    const refit = { offset, slope };
    const policy = {
      space,
      rating: { space, by, ...refit } as const,
      point: operatingPoint(...this.overridesOf(known), parseOperatingPoint(clustering)),
      review: parseReviewSettings(review),
    };
    if (!decides(evidence))
      return { ...policy, calibration: refitLinkage(calibration, refit), known: evidence };
    const refitted = refitEvidence(evidence, refit);
    return { ...policy, calibration, known: refitted, evidence: refitted };
  }

  private overridesOf({ calibration: { linkage }, evidence }: KnownSpace): OperatingPointOverrides[] {
    const fitted: OperatingPointOverrides = decides(evidence)
      ? { neighbourSimilarityMin: evidence.links.ingestSimilarityMin, accept: evidence.ingestAccept }
      : { neighbourSimilarityMin: linkage.neighbourSimilarityMin };
    return [fitted, ...this.overrides];
  }
}

const decides = (evidence: EvidenceCalibration | null): evidence is EvidenceCalibration =>
  evidence !== null && decidesAtIngest(evidence);
