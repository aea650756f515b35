// Tenants: made, listed, set, and what they hold.
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../auth/acted-by.js';
import { KeyPepper } from '../auth/key-pepper.js';
import { LimitsOfTenants } from '../auth/limits-of-tenants.js';
import { SettingsTrial, type TrialReport } from '../clusters/assignment/settings-trial.js';
import type { JsonObject, TenantCounts, TenantInventory, TenantRecord } from '../database/records.js';
import { SystemStore } from '../database/system-store.js';
import { TenantStore } from '../database/tenant-store.js';
import { AnswerRefitError, parseAnswerRefit } from '../domain/cluster/answer-refit.js';
import { ThresholdError, parseOperatingPoint } from '../domain/cluster/thresholds.js';
import { DomainError, type FieldFault } from '../domain/domain-error.js';
import { parseTenantLimits, TenantLimitsError } from '../domain/limits/tenant-limits.js';
import {
  isHeld,
  parseRetentionSettings,
  RetentionSettingsError,
} from '../domain/retention/retention-settings.js';
import { parseReviewSettings, ReviewSettingsError } from '../domain/review/review-settings.js';
import { type ExpectedVersions, versionFits } from '../http/conditional.js';
import { tenantBlobPrefix } from '../storage/blob-key.js';
import { BlobStore } from '../storage/blob-store.js';

export type CountedTenant = TenantRecord & TenantCounts;

export interface TenantHoldings {
  readonly rows: TenantInventory;
  readonly blobs: number;
  readonly legalHold: boolean;
}

const notFound = (): DomainError => new DomainError('tenant.not_found', 'There is no such tenant.');
const NOTHING: TenantCounts = { imageCount: 0, faceCount: 0, clusterCount: 0, openReviewCount: 0 };

/** Refuses settings that assignment and the review queue would not take, naming each fault. */
function checkSettings(settings: Record<string, unknown>): void {
  const { clustering, review, calibration, limits, retention, ...unknown } = settings;
  const faults = Object.keys(unknown).map((name) => fault(`#/settings/${name}`, 'is no setting'));
  try {
    parseOperatingPoint(clustering);
  } catch (error) {
    if (!(error instanceof ThresholdError)) throw error;
    faults.push(...error.faults.map(({ name, detail }) => fault(`#/settings/clustering/${name}`, detail)));
  }
  try {
    parseReviewSettings(review);
  } catch (error) {
    if (!(error instanceof ReviewSettingsError)) throw error;
    faults.push(
      ...error.faults.map(({ name, detail }) =>
        fault(`#/settings/review${name === '' ? '' : `/${name}`}`, detail),
      ),
    );
  }
  try {
    parseAnswerRefit(calibration);
  } catch (error) {
    if (!(error instanceof AnswerRefitError)) throw error;
    faults.push(
      ...error.faults.map(({ name, detail }) =>
        fault(`#/settings/calibration${name === '' ? '' : `/${name}`}`, detail),
      ),
    );
  }
  try {
    parseTenantLimits(limits);
  } catch (error) {
    if (!(error instanceof TenantLimitsError)) throw error;
    faults.push(
      ...error.faults.map(({ name, detail }) =>
        fault(`#/settings/limits${name === '' ? '' : `/${name}`}`, detail),
      ),
    );
  }
  try {
    parseRetentionSettings(retention, { warnDays: 0 });
  } catch (error) {
    if (!(error instanceof RetentionSettingsError)) throw error;
    faults.push(
      ...error.faults.map(({ name, detail }) =>
        fault(`#/settings/retention${name === '' ? '' : `/${name}`}`, detail),
      ),
    );
  }
  if (faults.length > 0) throw new DomainError('request.invalid', 'The settings are not valid.', { faults });
}

const fault = (pointer: string, detail: string): FieldFault => ({ pointer, detail, code: 'invalid' });

/** Settings as they are kept when somebody else than the operator sends them. @throws DomainError auth.scope_insufficient */
function keepOperators(settings: Record<string, unknown>, before: JsonObject): Record<string, unknown> {
  const { limits } = before;
  if (settings['limits'] !== undefined && !isDeepStrictEqual(settings['limits'], limits))
    throw new DomainError('auth.scope_insufficient', 'Limits are set by the operator.');
  const retention = settings['retention'] as JsonObject | null | undefined;
  const held = isHeld(before);
  if (retention?.['legal_hold'] !== undefined && retention['legal_hold'] !== held)
    throw new DomainError('auth.scope_insufficient', 'A legal hold is set and lifted by the operator.');
  return {
    ...settings,
    ...(limits === undefined ? {} : { limits }),
    ...(held ? { retention: { ...retention, legal_hold: true } } : {}),
  };
}

@Injectable()
export class TenantsService {
  constructor(
    private readonly system: SystemStore,
    private readonly tenants: TenantStore,
    private readonly blobs: BlobStore,
    private readonly trial: SettingsTrial,
    private readonly limits: LimitsOfTenants,
    private readonly pepper: KeyPepper,
  ) {}

  /** @throws DomainError tenant.exists, request.invalid */
  async create(id: string, settings: Record<string, unknown>, by: Actor): Promise<CountedTenant> {
    checkSettings(settings);
    const now = new Date();
    const tenant: TenantRecord = { id, settings, version: 1, createdAt: now, updatedAt: now };
    await this.system.transaction(({ tenants }) => tenants.insert(tenant, this.pepper.pseudonymOf(id)));
    await this.tenants
      .forTenant(id)
      .transaction(({ audit }) => audit.append({ ...by, at: now, action: 'tenant.created' }));
    return { ...tenant, ...NOTHING };
  }

  /** The tenant is there when this returns, with the settings that it has or with none. */
  async ensure(id: string, by: Actor): Promise<void> {
    if (await this.system.transaction(({ tenants }) => tenants.find(id))) return;
    await this.create(id, {}, by).catch((error: unknown) => {
      if (!(error instanceof DomainError && error.code === 'tenant.exists')) throw error;
    });
  }

  /** Ids that begin with the prefix, in their order, at most `max`. */
  async listIdsStarting(prefix: string, max: number): Promise<string[]> {
    const ids: string[] = [];
    let page: CountedTenant[];
    // Ids are compared byte by byte: those that begin with the prefix follow it directly.
    let after = prefix;
    do {
      page = (await this.list({ limit: 100, after })).filter(({ id }) => id.startsWith(prefix));
      ids.push(...page.map(({ id }) => id));
      after = ids.at(-1) ?? prefix;
    } while (page.length === 100 && ids.length < max);
    return ids.slice(0, max);
  }

  /** In the order of ids. */
  list(page: { limit: number; after?: string | undefined }): Promise<CountedTenant[]> {
    return this.system.transaction((repositories) => repositories.tenants.list(page));
  }

  /** @throws DomainError tenant.not_found */
  async get(id: string): Promise<CountedTenant> {
    return this.tenants.forTenant(id).read(async ({ tenant }) => {
      const row = await tenant.find();
      if (!row) throw notFound();
      return { ...row, ...(await tenant.counts()) };
    });
  }

  /**
   * Replaces the settings. Limits and legal hold are the operator's: from anybody else they stay as they are.
   * @param expected Versions that the change is meant for; default any.
   * @throws DomainError tenant.not_found, tenant.changed, request.invalid, auth.scope_insufficient for what is not the caller's.
   */
  async changeSettings(
    id: string,
    settings: Record<string, unknown>,
    { byOperator, ...by }: Actor & { readonly byOperator: boolean },
    expected?: ExpectedVersions,
  ): Promise<CountedTenant> {
    checkSettings(settings);
    const changed = await this.tenants.forTenant(id).transaction(async ({ tenant, audit }) => {
      const now = await tenant.find();
      if (!now) throw notFound();
      if (!versionFits(now.version, expected))
        throw new DomainError('tenant.changed', 'The settings have changed since they were looked at.');
      const before = now.settings;
      const kept = byOperator ? settings : keepOperators(settings, before);
      // Other periods are announced anew.
      if (!isDeepStrictEqual(kept['retention'], before['retention'])) await tenant.setRetentionState({});
      const row = await tenant.updateSettings(kept);
      if (!row) throw notFound();
      await audit.append({
        ...by,
        at: row.updatedAt,
        action: 'tenant.settings_changed',
        details: { version: row.version, settings: kept },
      });
      return { ...row, ...(await tenant.counts()) };
    });
    this.limits.forget(id);
    return changed;
  }

  /** What settings would do with the faces that are there; changes nothing. @throws DomainError tenant.not_found, request.invalid */
  async trySettings(id: string, settings: Record<string, unknown>): Promise<TrialReport> {
    checkSettings(settings);
    await this.get(id);
    return this.trial.run(id, settings);
  }

  /** What an erasure would take. @throws DomainError tenant.not_found */
  async inventory(id: string): Promise<TenantHoldings> {
    const { rows, legalHold } = await this.tenants.forTenant(id).read(async ({ tenant }) => {
      const row = await tenant.find();
      if (!row) throw notFound();
      return { rows: await tenant.inventory(), legalHold: isHeld(row.settings) };
    });
    let blobs = 0;
    for await (const _ of this.blobs.list(tenantBlobPrefix(id))) blobs++;
    return { rows, blobs, legalHold };
  }
}
