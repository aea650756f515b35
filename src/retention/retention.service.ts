// Carries out what the periods of a tenant ask for: announces, takes back, erases. What is erased goes the way of every
// erasure, with its receipt; retention itself only decides that it is time.
import { Inject, Injectable } from '@nestjs/common';
import { FaceErasure } from '../clusters/face-erasure.js';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import type { TenantRecord } from '../database/records.js';
import { TenantStore, type TenantRepositories } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import {
  factsOf,
  imagesStep,
  plannedErasure,
  type PlannedErasure,
  storedState,
  tenantStep,
} from '../domain/retention/retention-plan.js';
import { parseRetentionSettings, type RetentionSettings } from '../domain/retention/retention-settings.js';
import { ErasuresService } from '../erasure/erasures.service.js';
import { VectorIndexUpkeep } from '../ingest/vector-index-upkeep.js';

/** Who is named in the log of changes and in the audit log. */
const ACTOR = 'retention';
/** Images erased before the settings are looked at again. */
const BATCH_IMAGES = 50;
/** Images of one tenant that one look erases: the others have their turn before the next ones. */
const IMAGES_MAX = 1000;

/** What would be erased by a time if nobody used the tenant until then. */
export interface RetentionReport {
  readonly settings: RetentionSettings;
  readonly lastUsedAt: Date | null;
  /** Also under a hold, which stands against it. */
  readonly tenant: PlannedErasure | null;
  readonly tenantGoes: boolean;
  /** From when images are erased; null: not announced yet, or no period. */
  readonly imagesFrom: Date | null;
  /** Images that have reached their age by then. */
  readonly imagesAged: number;
}

const notFound = (): DomainError => new DomainError('tenant.not_found', 'There is no such tenant.');
const DAY_MS = 86_400_000;

@Injectable()
export class RetentionService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly faceErasure: FaceErasure,
    private readonly erasures: ErasuresService,
    private readonly indexes: VectorIndexUpkeep,
    @Inject(KINDRED_CONFIG) private readonly config: Pick<KindredConfig, 'retention'>,
  ) {}

  /** @param by The time to look at; now or later. @throws DomainError tenant.not_found */
  async report(tenantId: string, now: Date, by: Date): Promise<RetentionReport> {
    return this.tenants.forTenant(tenantId).read(async ({ tenant, images }) => {
      const row = await tenant.find();
      if (!row) throw notFound();
      const settings = this.settingsOf(row);
      const facts = factsOf(row);
      const plan = plannedErasure(settings, facts, now);
      const days = settings.imageMaxAgeDays;
      const aged = (): Promise<number> =>
        images.countAged(settings.imageAgeFrom, new Date(by.getTime() - days! * DAY_MS));
      return {
        settings,
        lastUsedAt: facts.lastUsedAt,
        tenant: plan,
        tenantGoes: !settings.legalHold && plan !== null && plan.eraseAt <= by,
        imagesFrom: facts.state.images?.eraseFrom ?? null,
        imagesAged: days === undefined ? 0 : await aged(),
      };
    });
  }

  /** Whether the row alone says that there is something to do. */
  isDue(tenant: TenantRecord, now: Date): boolean {
    const settings = this.settingsOf(tenant);
    const facts = factsOf(tenant);
    return (
      tenantStep(settings, facts, now).do !== 'nothing' ||
      imagesStep(settings, facts.state, now).do !== 'nothing'
    );
  }

  /**
   * Does for one tenant what is due. Run again after a crash it goes on: what was erased is no longer there to be listed.
   * @param stopping Asked between erasures; when true, the rest is left to a later run.
   */
  async tend(tenantId: string, now: Date, stopping: () => boolean): Promise<void> {
    const scope = this.tenants.forTenant(tenantId);
    // An announcement without a warning is due at once.
    while ((await scope.transaction((repositories) => this.stepTenant(repositories, now))) === 'announced');
    this.erasures.taken();
    for (let erased = 0; erased < IMAGES_MAX && !stopping(); erased += BATCH_IMAGES) {
      const ids = await scope.transaction((repositories) => this.stepImages(repositories, now));
      for (const id of ids) if (!stopping()) await this.eraseImage(tenantId, id);
      if (ids.length < BATCH_IMAGES) return;
    }
  }

  private async stepTenant(repositories: TenantRepositories, now: Date): Promise<'announced' | 'settled'> {
    const { tenant, audit } = repositories;
    const row = await tenant.find();
    if (row === null) return 'settled';
    const facts = factsOf(row);
    const step = tenantStep(this.settingsOf(row), facts, now);
    const event = { at: now, actor: ACTOR };
    if (step.do === 'announce') {
      const { rule, dueAt, eraseAt } = step.plan;
      const announced = { rule, announcedAt: now, eraseAt };
      await tenant.setRetentionState(storedState({ ...facts.state, tenant: announced }));
      const details = { cause: ACTOR, rule, due_at: dueAt, erase_at: eraseAt };
      await audit.append({ ...event, action: 'retention.tenant_announced', details });
      return eraseAt <= now ? 'announced' : 'settled';
    }
    if (step.do === 'withdraw') {
      await tenant.setRetentionState(storedState({ ...facts.state, tenant: null }));
      await audit.append({ ...event, action: 'retention.tenant_withdrawn' });
    }
    if (step.do === 'erase') {
      await this.erasures.beginTenant(repositories, {
        ...event,
        details: { cause: ACTOR, rule: step.plan.rule },
      });
    }
    return 'settled';
  }

  /** @returns Images to be erased now. */
  private async stepImages({ tenant, images, audit }: TenantRepositories, now: Date): Promise<string[]> {
    const row = await tenant.find();
    if (row === null || row.erasureId) return [];
    const { state } = factsOf(row);
    const settings = this.settingsOf(row);
    const step = imagesStep(settings, state, now);
    const event = { at: now, actor: ACTOR };
    if (step.do === 'announce') {
      const { imageMaxAgeDays, imageAgeFrom } = settings;
      const announced = {
        maxAgeDays: imageMaxAgeDays!,
        ageFrom: imageAgeFrom,
        announcedAt: now,
        eraseFrom: step.eraseFrom,
      };
      await tenant.setRetentionState(storedState({ ...state, images: announced }));
      const details = { cause: ACTOR, max_age_days: imageMaxAgeDays, erase_from: step.eraseFrom };
      await audit.append({ ...event, action: 'retention.images_announced', details });
    }
    if (step.do === 'withdraw') {
      await tenant.setRetentionState(storedState({ ...state, images: null }));
      await audit.append({ ...event, action: 'retention.images_withdrawn' });
    }
    return step.do === 'erase' ? images.listAged(settings.imageAgeFrom, step.agedBefore, BATCH_IMAGES) : [];
  }

  private async eraseImage(tenantId: string, imageId: string): Promise<void> {
    const { operation, erasure } = await this.faceErasure.deleteImage(tenantId, imageId, ACTOR);
    this.indexes.note(tenantId, operation.affectedFaceIds.length);
    await this.erasures.complete(erasure);
  }

  private settingsOf({ settings }: TenantRecord): RetentionSettings {
    return parseRetentionSettings(settings['retention'], this.config.retention);
  }
}
