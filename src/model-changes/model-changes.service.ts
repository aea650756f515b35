// Changes of model: ordered, looked at, finished, given up and taken back.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../auth/acted-by.js';
import { SpaceSwitch } from '../clusters/space-switch.js';
import type { ModelChangeRecord } from '../database/repositories/model-change-records.js';
import type { JobRecord } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import { DomainError } from '../domain/domain-error.js';
import { InferenceProvider } from '../inference/inference-provider.js';
import { TenantModels } from '../ingest/tenant-models.js';
import { ModelChangeRunner } from './model-change-runner.js';

export interface OrderedChange {
  readonly pack: string;
  readonly dryRun: boolean;
}

@Injectable()
export class ModelChangesService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly models: TenantModels,
    private readonly inference: InferenceProvider,
    private readonly switches: SpaceSwitch,
    private readonly runner: ModelChangeRunner,
  ) {}

  /**
   * Orders a change. The pack is loaded first: one that cannot run is refused now.
   * @throws DomainError tenant.not_found, model_change.pack_unusable, model_change.in_progress, model_change.not_possible: blocked
   * exemplars of people who opted out cannot be made in another space, and would be forgotten.
   */
  async order(tenantId: string, { pack, dryRun }: OrderedChange, by: Actor): Promise<ModelChangeRecord> {
    const scope = this.tenants.forTenant(tenantId);
    if ((await scope.read(({ tenant }) => tenant.find())) === null)
      throw new DomainError('tenant.not_found', 'There is no such tenant.');
    await this.refuseUnusable(pack);
    const change = await scope.transaction(async ({ tenant, modelChanges, optOuts, jobs, audit }) => {
      const open = await modelChanges.findOpen();
      if (open !== null) throw inProgress(open);
      if ((await optOuts.list({ limit: 1 })).length > 0) throw wouldForget();
      const fromSpace = (await tenant.space()) ?? this.inference.pack.id;
      if (fromSpace === pack) throw unusable(pack, 'The tenant is in the space of this model pack already.');
      // Photos that come from now on are of the space that is left.
      await tenant.setSpace(fromSpace);
      const at = new Date();
      const made = newChange({ fromSpace, toSpace: pack, dryRun, actor: by.actor, at });
      await modelChanges.insert(made);
      await jobs.insert(newJob(made, 'change_model', at));
      if (!dryRun)
        await audit.append({
          ...by,
          at,
          action: 'tenant.model_change_ordered',
          subjectId: made.id,
          details: { from: fromSpace, to: pack },
        });
      return made;
    });
    this.runner.wake();
    return change;
  }

  /** Newest first. */
  list(tenantId: string, page: { limit: number; after?: string | undefined }): Promise<ModelChangeRecord[]> {
    return this.tenants.forTenant(tenantId).read(({ modelChanges }) => modelChanges.list(page));
  }

  /** @throws DomainError model_change.not_found */
  get(tenantId: string, id: string): Promise<ModelChangeRecord> {
    return this.tenants.forTenant(tenantId).read((repositories) => getChange(repositories, id));
  }

  /** The former vectors are erased now. @throws DomainError model_change.not_found, model_change.not_possible */
  async finish(tenantId: string, id: string, by: Actor): Promise<ModelChangeRecord> {
    const change = await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const found = await getChange(repositories, id);
      if (found.outcome === 'kept') return found;
      if (found.phase !== 'settled')
        throw notPossible(found, 'Only a change that has settled can be finished.');
      await repositories.modelChanges.update(id, { phase: 'erasing', outcome: 'kept' });
      await repositories.audit.append({
        ...by,
        at: new Date(),
        action: 'tenant.model_change_finished',
        subjectId: id,
      });
      return getChange(repositories, id);
    });
    this.runner.wake();
    return change;
  }

  /**
   * Before the switch the change is given up; after it, a job takes the tenant back.
   * @throws DomainError model_change.not_found, model_change.not_possible, operation.has_dependents
   */
  async undo(tenantId: string, id: string, by: Actor): Promise<ModelChangeRecord> {
    const change = await this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const found = await getChange(repositories, id);
      switch (found.phase) {
        case 'embedding':
        case 'switching':
          await giveUp(repositories, found);
          break;
        case 'settled':
          await this.switches.refuseDependents(repositories, found);
          await beginReturn(repositories, found);
          break;
        case 'returning':
          return found;
        case 'arriving':
          throw notPossible(found, 'The change is about to settle. Take it back then.');
        case 'erasing':
        case 'done':
          if (found.outcome === 'undone' || found.outcome === 'abandoned') return found;
          throw notPossible(found, 'The former vectors are erased: change to the former model pack instead.');
      }
      const at = new Date();
      await repositories.audit.append({
        ...by,
        at,
        action: 'tenant.model_change_undo_ordered',
        subjectId: id,
      });
      return getChange(repositories, id);
    });
    this.runner.wake();
    return change;
  }

  private async refuseUnusable(pack: string): Promise<void> {
    const known = this.inference.known(pack);
    if (known === undefined)
      throw unusable(pack, `The model pack "${pack}" is not installed.`, this.inference.installed());
    if (known.evidence === null)
      throw unusable(
        pack,
        `The model pack "${pack}" has no evidence.json: fit one with \`kindred calibrate\`.`,
      );
    try {
      await this.models.open(pack);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'model_pack.unavailable') throw error;
      throw unusable(pack, error.detail, undefined, error);
    }
  }
}

async function getChange({ modelChanges }: TenantRepositories, id: string): Promise<ModelChangeRecord> {
  const found = await modelChanges.find(id);
  if (found === null) throw new DomainError('model_change.not_found', 'There is no such change of model.');
  return found;
}

async function giveUp(repositories: TenantRepositories, { id, jobId }: ModelChangeRecord): Promise<void> {
  await repositories.modelChanges.update(id, { phase: 'erasing', outcome: 'abandoned' });
  await repositories.jobs.update(jobId, { state: 'cancelled', finishedAt: new Date() }, ['running']);
}

async function beginReturn(repositories: TenantRepositories, change: ModelChangeRecord): Promise<void> {
  const job = newJob({ ...change, jobId: uuidv7() }, 'undo_model_change', new Date());
  await repositories.jobs.insert(job);
  await repositories.modelChanges.update(change.id, { phase: 'returning', jobId: job.id });
}

function newChange(of: {
  readonly fromSpace: string;
  readonly toSpace: string;
  readonly dryRun: boolean;
  readonly actor: string;
  readonly at: Date;
}): ModelChangeRecord {
  const { at, ...rest } = of;
  return {
    ...rest,
    id: uuidv7(),
    phase: 'embedding',
    outcome: null,
    jobId: uuidv7(),
    operationId: null,
    result: {},
    requestedAt: at,
    switchedAt: null,
    keepUntil: null,
    finishedAt: null,
  };
}

/** Running from the start: nobody but the change's own route stops it. */
const newJob = (
  { id, jobId, phase, fromSpace, toSpace, dryRun }: ModelChangeRecord,
  kind: 'change_model' | 'undo_model_change',
  at: Date,
): JobRecord => ({
  id: jobId,
  kind,
  state: 'running',
  progress: { phase },
  input: { model_change_id: id, from: fromSpace, to: toSpace, dry_run: dryRun },
  result: null,
  problem: null,
  createdAt: at,
  startedAt: at,
  finishedAt: null,
});

const unusable = (
  pack: string,
  detail: string,
  installed?: readonly string[],
  cause?: unknown,
): DomainError =>
  new DomainError('model_change.pack_unusable', detail, {
    extensions: { pack, ...(installed === undefined ? {} : { installed }) },
    cause,
  });

const inProgress = ({ id, phase }: ModelChangeRecord): DomainError =>
  new DomainError(
    'model_change.in_progress',
    'Another change of model is under way or can still be taken back.',
    {
      extensions: { model_change_id: id, phase },
    },
  );

const wouldForget = (): DomainError =>
  new DomainError(
    'model_change.not_possible',
    'Blocked exemplars of people who opted out are of the present model pack: their faces are erased. Lift these opt-outs first.',
  );

const notPossible = ({ id, phase, outcome }: ModelChangeRecord, detail: string): DomainError =>
  new DomainError('model_change.not_possible', detail, {
    extensions: { model_change_id: id, phase, outcome },
  });
