// Who is consolidated when, on real jobs and a real thread; and what happens when people are faster than the grouping.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplyPlan } from '../../src/clusters/applying/apply-plan.js';
import { AssignmentPolicies } from '../../src/clusters/assignment/assignment-policies.js';
import { Consolidations } from '../../src/clusters/regrouping/consolidations.js';
import { readCensus } from '../../src/clusters/regrouping/read-census.js';
import type { KindredConfig } from '../../src/config/config.js';
import { ConsolidationJobs } from '../../src/consolidation/consolidation-jobs.js';
import { ConsolidationSchedule } from '../../src/consolidation/consolidation-schedule.js';
import { LargeTenants } from '../../src/consolidation/large-tenants.js';
import { GroupingThread } from '../../src/clusters/regrouping/grouping-thread.js';
import { linkageFromPair } from '../../src/domain/cluster/calibration.js';
import { groupFaces } from '../../src/domain/cluster/consolidation/group-faces.js';
import { BackgroundJobs } from '../../src/jobs/background-jobs.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { EVIDENCE } from '../clusters/consolidate-gallery.js';
import { clear, faultOf, Gallery, PAIR, SPACE } from '../clusters/gallery.js';
import { openPostgres, type TestDatabase } from '../harness/database.js';

const MINUTE_MS = 60_000;

describe('consolidation jobs', () => {
  let db: TestDatabase;
  let queue: JobQueue;
  let background: BackgroundJobs;
  let service: Consolidations;
  let thread: GroupingThread;
  let jobs: ConsolidationJobs;

  beforeAll(async () => {
    db = await openPostgres();
    queue = await JobQueue.start(db.database.connection, () => undefined);
    background = new BackgroundJobs(db.tenants, db.system, queue);
    const policies = new AssignmentPolicies(SPACE, { pair: PAIR, linkage: linkageFromPair(PAIR) });
    service = new Consolidations(db.tenants, policies, new ApplyPlan());
    thread = new GroupingThread();
    jobs = jobsWith(EVIDENCE);
  });
  afterAll(async () => {
    await thread.onModuleDestroy();
    await queue.stop();
    await db.close();
  });

  /** All that a job reads of the models is what the pack says about evidence. */
  const jobsWith = (evidence: typeof EVIDENCE | null): ConsolidationJobs => {
    const linkage = { pair: PAIR, linkage: linkageFromPair(PAIR) };
    const policies = new AssignmentPolicies(SPACE, linkage, [], evidence);
    const large = new LargeTenants(db.tenants, service, thread);
    return new ConsolidationJobs(db.tenants, service, background, policies, thread, large);
  };
  const scheduleOf = (consolidation: KindredConfig['consolidation']): ConsolidationSchedule =>
    new ConsolidationSchedule(db.system, jobs, { consolidation } as KindredConfig, pino({ level: 'silent' }));
  const waiting = (tenantId: string) =>
    db.tenants.forTenant(tenantId).read((r) => r.jobs.list({ kind: 'consolidate', limit: 10 }));
  const resultOf = async (jobId: string, { tenantId }: Gallery): Promise<unknown> => {
    const state = async () => (await background.get(jobId, tenantId)).state;
    await expect.poll(state, { timeout: 50_000, interval: 200 }).toMatch(/succeeded|failed/);
    return (await background.get(jobId, tenantId)).result;
  };
  /** Two of one person, put apart. */
  const untidy = async (): Promise<Gallery> => {
    const gallery = await Gallery.open(db);
    const [a] = [await gallery.one(clear(1)), await gallery.one(clear(1)), await gallery.one(clear(1))];
    const b = await gallery.one(clear(2));
    await gallery.apply({ do: 'move_face', faceId: a.id, toClusterId: b.clusterId });
    return gallery;
  };

  it('come once for a tenant that has changed and is quiet, are done by a worker, and do not come again', async () => {
    const gallery = await untidy();
    const schedule = scheduleOf({ delaySeconds: 60 });
    const now = new Date();
    expect(await schedule.look(now)).toBe(0);
    const later = new Date(now.getTime() + 2 * MINUTE_MS);
    expect(await schedule.look(later)).toBe(1);
    expect(await schedule.look(later)).toBe(0);
    // Another process: the one that waits is answered. By hand all faces are grouped, which is another job.
    expect(await scheduleOf({ delaySeconds: 60 }).look(later)).toBe(1);
    const [scheduled] = await waiting(gallery.tenantId);
    expect(await waiting(gallery.tenantId)).toMatchObject([
      { state: 'queued', input: { changed_only: true } },
    ]);
    const byHand = await jobs.order(gallery.tenantId, { actor: 'admin' });
    expect((await jobs.order(gallery.tenantId, { actor: 'other' })).id).toBe(byHand.id);
    expect(byHand.id).not.toBe(scheduled!.id);

    await jobs.startWorker();
    const results = [await resultOf(scheduled!.id, gallery), await resultOf(byHand.id, gallery)];
    expect(results).toContainEqual(
      expect.objectContaining({ moved: { count: 1, listed: [expect.anything()] } }),
    );
    expect(results).toContainEqual(expect.objectContaining({ moved: { count: 0, listed: [] }, faces: 4 }));
    expect(await scheduleOf({ delaySeconds: 60 }).look(later)).toBe(0);
    await gallery.one(clear(1));
    expect(await scheduleOf({ delaySeconds: 60 }).look(later)).toBe(1);
    // Of five faces one is of somebody whom nothing concerned.
    const [next] = await waiting(gallery.tenantId);
    expect(await resultOf(next!.id, gallery)).toMatchObject({ faces: 4, moved: { count: 0 } });
  });

  it('come at night for tenants that were never quiet', async () => {
    const schedule = scheduleOf({ delaySeconds: 0, nightlyAt: '01:00' });
    const tomorrow = (hours: number, minutes: number): Date => {
      const at = new Date(Date.now() + 24 * 60 * MINUTE_MS);
      at.setHours(hours, minutes);
      return at;
    };
    await schedule.look(tomorrow(0, 59));
    await untidy();
    expect(await schedule.look(tomorrow(0, 59))).toBe(0);
    expect(await schedule.look(tomorrow(1, 0))).toBeGreaterThan(0);
    expect(await schedule.look(tomorrow(1, 1))).toBe(0);
  });

  it('take new photos that come meanwhile as they are, and begin again after any word of a human', async () => {
    const gallery = await untidy();
    const { tenantId, scope } = gallery;
    const census = await readCensus(scope, EVIDENCE);
    const groups = groupFaces(census.task);
    const late = await gallery.one(clear(2));
    const report = await service.carryOut(tenantId, census, groups, 'machine');
    expect(report?.difference.moves).toHaveLength(1);
    expect(await gallery.clusterOf(late)).toBe(late.clusterId);
    // It was not compared: the tenant still counts as changed.
    const later = new Date(Date.now() + 2 * MINUTE_MS);
    const changed = await db.system.transaction(({ tenants }) => tenants.listChanged({ limit: 99 }, later));
    expect(changed.map((tenant) => tenant.tenantId)).toContain(tenantId);

    const again = await readCensus(scope, EVIDENCE);
    await gallery.clusters.update(tenantId, late.clusterId!, { label: 'Bea' }, 'h');
    expect(await service.carryOut(tenantId, again, groupFaces(again.task), 'machine')).toBeNull();
    expect(await service.preview(tenantId, again, groupFaces(again.task))).toBeNull();
  });

  it('are refused where there is no tenant, and no evidence to go by', async () => {
    const { tenantId } = await Gallery.open(db);
    expect(await faultOf(jobsWith(null).order(tenantId, { dryRun: true, actor: 'h' }))).toMatchObject({
      code: 'consolidation.unavailable',
    });
    expect(await faultOf(jobsWith(null).order('nobody', { dryRun: true, actor: 'h' }))).toMatchObject({
      code: 'tenant.not_found',
    });
  });

  it('end with the service: a grouping under way is given up for a later attempt', async () => {
    const ending = new GroupingThread();
    const { task } = await readCensus((await untidy()).scope, EVIDENCE);
    const running = faultOf(ending.run(task));
    await ending.onModuleDestroy();
    expect(await running).toMatchObject({ code: 'service.stopping', retryable: true });
    expect(await faultOf(ending.run(task))).toMatchObject({ code: 'service.stopping' });
  });
});
