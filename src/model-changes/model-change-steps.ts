// The phases of a change of model, each of which may be run again: after a crash the one that was under way goes on where its last
// transaction ended.
//
// [Note: It always ends] Photos go on coming and people go on deciding. Groups that people have overtaken are made anew a few times;
// then every face keeps its place and the usual consolidation does the rest. Photos that came too late for the switch stay where
// the former models put them and are looked at right after it.
import { Inject, Injectable } from '@nestjs/common';
import { AssignFaces } from '../clusters/assignment/assign-faces.js';
import type { ConsolidationReport } from '../clusters/regrouping/consolidations.js';
import { GroupingThread } from '../clusters/regrouping/grouping-thread.js';
import { readCensus } from '../clusters/regrouping/read-census.js';
import { type GroupsMade, SpaceSwitch, type SwitchReport } from '../clusters/space-switch.js';
import { KINDRED_CONFIG, type KindredConfig } from '../config/config.js';
import type {
  ModelChangeOutcome,
  ModelChangePhase,
  ModelChangeRecord,
} from '../database/repositories/model-change-records.js';
import type { UnplacedFace } from '../database/repositories/shadow-repository.js';
import { TenantStore } from '../database/tenant-store.js';
import { VectorIndexes } from '../database/vectors/vector-indexes.js';
import { DomainError } from '../domain/domain-error.js';
import { InferenceProvider } from '../inference/inference-provider.js';
import { VectorIndexUpkeep } from '../ingest/vector-index-upkeep.js';
import { LookAtImages } from './look-at-images.js';
import { endJob, tellProgress } from './model-change-progress.js';
import { presentLook, presentSwitch } from './model-change-result.js';

/** Groupings that people may overtake before every face keeps its place. */
const ATTEMPTS = 4;
/** Rows deleted in one transaction. */
const ERASED_AT_ONCE = 2000;
const DAY_MS = 24 * 3600 * 1000;

@Injectable()
export class ModelChangeSteps {
  constructor(
    private readonly tenants: TenantStore,
    private readonly images: LookAtImages,
    private readonly switches: SpaceSwitch,
    private readonly assignFaces: AssignFaces,
    private readonly thread: GroupingThread,
    private readonly inference: InferenceProvider,
    private readonly indexes: VectorIndexes,
    private readonly upkeep: VectorIndexUpkeep,
    @Inject(KINDRED_CONFIG) private readonly config: KindredConfig,
  ) {}

  /**
   * Goes on with a change until it is settled or done. What throws leaves it where it is, to be run again.
   * @param stopping Asked between steps; when true, the rest is left to a later run.
   */
  async run(tenantId: string, id: string, stopping: () => boolean = () => false): Promise<void> {
    let change = await this.find(tenantId, id);
    while (change !== null && change.phase !== 'done' && !stopping()) {
      const before = change.phase;
      await this.step(tenantId, change);
      change = await this.find(tenantId, id);
      if (before === 'settled') return;
    }
  }

  private step(tenantId: string, change: ModelChangeRecord): Promise<void> {
    switch (change.phase) {
      case 'embedding':
        return this.embed(tenantId, change);
      case 'switching':
        return this.switch(tenantId, change);
      case 'arriving':
        return this.receive(tenantId, change);
      case 'settled':
        return this.expire(tenantId, change);
      case 'returning':
        return this.return(tenantId, change);
      case 'erasing':
        return this.erase(tenantId, change);
      case 'done':
        return Promise.resolve();
    }
  }

  private async embed(tenantId: string, change: ModelChangeRecord): Promise<void> {
    if (await this.images.some(tenantId, change, 'embedding')) return;
    if (await this.failWithoutPictures(tenantId, change)) return;
    // Questions about what differs are measured by means; they are made again at the switch.
    await this.tenants.forTenant(tenantId).transaction(({ centroids }) => centroids.rebuild(change.toSpace));
    await this.upkeep.look(tenantId, change.toSpace);
    await this.advance(tenantId, change, 'switching');
  }

  /** Photos that cannot be read are told one by one; when they are most of them, it is the storage that is not there. */
  private failWithoutPictures(tenantId: string, { id, jobId }: ModelChangeRecord): Promise<boolean> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const { images, unreadable } = await repositories.modelChanges.progress(id);
      if ((await repositories.modelChanges.find(id))?.phase !== 'embedding' || unreadable * 2 <= images)
        return false;
      await repositories.modelChanges.update(id, { phase: 'erasing', outcome: 'failed' });
      const detail = `${unreadable} of ${images} pictures could not be read.`;
      await endJob(repositories, jobId, {
        problem: new DomainError('model_change.not_possible', detail),
      });
      return true;
    });
  }

  private async switch(tenantId: string, change: ModelChangeRecord): Promise<void> {
    const resultOf = (report: ConsolidationReport | null) => presentSwitch(change, report);
    let ended: SwitchReport = { kind: 'overtaken' };
    for (let attempt = 0; ended.kind === 'overtaken' && attempt < ATTEMPTS; attempt++) {
      const made = await this.group(tenantId, change);
      if (made === null) break;
      ended = change.dryRun
        ? await this.switches.preview(tenantId, change, made)
        : await this.switches.carryOut(tenantId, change.id, made, resultOf);
    }
    if (change.dryRun) return this.endPreview(tenantId, change, ended);
    if (ended.kind === 'overtaken') await this.switches.carryOut(tenantId, change.id, null, resultOf);
  }

  private async endPreview(tenantId: string, change: ModelChangeRecord, ended: SwitchReport): Promise<void> {
    const planned = presentSwitch(change, ended.kind === 'previewed' ? ended.report : null);
    await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      if ((await repositories.modelChanges.find(change.id))?.phase !== 'switching') return;
      const result = { ...planned, ...(await presentLook(repositories, change.id)) };
      await repositories.modelChanges.update(change.id, { phase: 'erasing', outcome: 'previewed', result });
      await endJob(repositories, change.jobId, { result });
    });
  }

  /** @returns null when the faces are too many to be compared with each other, or the pack has no evidence to do it by. */
  private async group(tenantId: string, change: ModelChangeRecord): Promise<GroupsMade | null> {
    const evidence = this.inference.known(change.toSpace)?.evidence;
    if (!evidence) return null;
    try {
      const census = await readCensus(this.tenants.forTenant(tenantId), evidence);
      return { census, groups: await this.thread.run(census.task) };
    } catch (error) {
      if (error instanceof DomainError && error.code === 'consolidation.too_many_faces') return null;
      throw error;
    }
  }

  private async receive(tenantId: string, change: ModelChangeRecord): Promise<void> {
    if (await this.images.some(tenantId, change, 'arriving')) return;
    if (await this.placeFound(tenantId, change)) return;
    const keepUntil = new Date(Date.now() + this.config.models.keepFormerDays * DAY_MS);
    await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const { modelChanges, shadow } = repositories;
      const now = await modelChanges.find(change.id);
      if (now?.phase !== 'arriving') return;
      if ((await shadow.imagesLeft(change.id, 'late', 1)).length > 0) return;
      await modelChanges.update(change.id, { phase: 'settled', keepUntil });
      await tellProgress(repositories, { ...now, phase: 'settled' });
      const result = { ...now.result, ...(await presentLook(repositories, change.id)) };
      await endJob(repositories, change.jobId, { result });
    });
  }

  /** Faces that nobody had found arrive like those of a new photo, one photo at a time. @returns False when there is none. */
  private placeFound(tenantId: string, { id, actor }: ModelChangeRecord): Promise<boolean> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const { shadow, images, modelChanges } = repositories;
      if ((await modelChanges.find(id))?.phase !== 'arriving') return false;
      const unplaced = await shadow.nextUnplaced(id);
      const [first] = unplaced;
      if (first === undefined) return false;
      const image = (await images.find(first.imageId))!;
      const { faces } = await this.assignFaces.assign(repositories, {
        image,
        faces: unplaced.map(foundFace),
        actor,
      });
      for (const [i, face] of faces.entries()) await shadow.markPlaced(id, unplaced[i]!.id, face.id);
      return true;
    });
  }

  private async expire(tenantId: string, change: ModelChangeRecord): Promise<void> {
    if (change.keepUntil === null || change.keepUntil.getTime() > Date.now()) return;
    await this.advance(tenantId, change, 'erasing', 'kept');
  }

  private async return(tenantId: string, change: ModelChangeRecord): Promise<void> {
    if (await this.images.some(tenantId, change, 'returning')) return;
    try {
      const ended = await this.switches.back(tenantId, change.id);
      if (ended.kind !== 'returned') return;
      const { operationId } = ended;
      await this.tenants
        .forTenant(tenantId)
        .transaction((r) =>
          endJob(r, change.jobId, { result: { model_change_id: change.id, operation_id: operationId } }),
        );
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'operation.has_dependents') throw error;
      // Somebody decided something about the same faces while the vectors were made: the change stands.
      await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
        await repositories.modelChanges.update(change.id, { phase: 'settled' });
        await endJob(repositories, change.jobId, { problem: error });
      });
    }
  }

  /** Vectors in the space that was given up go, in short transactions, and then what was noted of the change. */
  private async erase(tenantId: string, change: ModelChangeRecord): Promise<void> {
    const space = change.outcome === 'kept' ? change.fromSpace : change.toSpace;
    const scope = this.tenants.forTenant(tenantId);
    const erased = await scope.transaction(({ modelChanges }) =>
      modelChanges.eraseSome(change.id, space, ERASED_AT_ONCE),
    );
    if (erased > 0) return;
    if (!(await this.indexes.drop(tenantId, space)))
      throw new DomainError('database.busy', 'Another process tends an index.', { retryable: true });
    await scope.transaction(async (repositories) => {
      await repositories.modelChanges.update(change.id, { phase: 'done', finishedAt: new Date() });
      // Most jobs have ended before; one whose process died just then has not.
      const { result, outcome } = change;
      await endJob(repositories, change.jobId, { result: { ...result, outcome } });
    });
  }

  private async advance(
    tenantId: string,
    { id, phase: from }: ModelChangeRecord,
    phase: ModelChangePhase,
    outcome?: ModelChangeOutcome,
  ): Promise<void> {
    await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const now = await repositories.modelChanges.find(id);
      if (now?.phase !== from) return;
      await repositories.modelChanges.update(id, { phase, ...(outcome === undefined ? {} : { outcome }) });
      await tellProgress(repositories, { ...now, phase });
    });
  }

  private find(tenantId: string, id: string): Promise<ModelChangeRecord | null> {
    return this.tenants.forTenant(tenantId).read(({ modelChanges }) => modelChanges.find(id));
  }
}

const foundFace = ({ box, landmarks, detectionScore, embedding, quality, reasons }: UnplacedFace) => {
  const [a, b, c, d, e] = landmarks.map(([x, y]) => ({ x, y }));
  return {
    detection: {
      box: { x1: box.x, y1: box.y, x2: box.x + box.width, y2: box.y + box.height },
      landmarks: [a!, b!, c!, d!, e!] as const,
      score: detectionScore,
    },
    embedding,
    quality,
    reasons,
  };
};
