// Consolidation of a tenant that is too large to be compared whole: what has changed, neighbourhood by neighbourhood, each an operation of
// its own. It goes on after the last portion of changes that was finished, also in another process.
import { Injectable } from '@nestjs/common';
import { Consolidations, overtaken } from '../clusters/regrouping/consolidations.js';
import { GroupingThread } from '../clusters/regrouping/grouping-thread.js';
import type { PartOfTenant } from '../clusters/regrouping/part-of-tenant.js';
import { NEIGHBOURHOOD_FACES_MAX, readNeighbourhood } from '../clusters/regrouping/read-neighbourhood.js';
import { TenantStore } from '../database/tenant-store.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { ResultOfParts } from './result-of-parts.js';

/** Operations of a portion: what is kept in memory of what has been looked at is forgotten with it. */
const PORTION = 200;
/** Times that a neighbourhood is read before people are let go first. */
const ATTEMPTS = 4;
/** Faces of a neighbourhood that needs no thread: most are of one person, and there are thousands of them. */
const IN_PLACE_MAX = 12;
/** More faces than this change no threshold that matters. */
const COUNTED_MAX = 10_000_000;

export interface LargeTenantOrder {
  readonly tenantId: string;
  readonly dryRun: boolean;
  readonly actor: string;
}

type Seed = { readonly faceId: string } | { readonly clusterId: string };

@Injectable()
export class LargeTenants {
  constructor(
    private readonly tenants: TenantStore,
    private readonly consolidations: Consolidations,
    private readonly thread: GroupingThread,
  ) {}

  /** @returns What the job says. @throws DomainError consolidation.overtaken, with everything before kept. */
  async run(order: LargeTenantOrder, evidence: EvidenceCalibration): Promise<Record<string, unknown>> {
    const scope = this.tenants.forTenant(order.tenantId);
    const result = new ResultOfParts(order.dryRun);
    const begun = await scope.read(async ({ tenant, operations, faceCensus }) => ({
      after: await tenant.consolidatedThrough(),
      newest: await operations.newestId(),
      faces: await faceCensus.countUpTo(COUNTED_MAX),
    }));
    const { newest, faces } = begun;
    if (newest === null) return result.present();
    for (let { after } = begun; ;) {
      const { through, faceIds, clusterIds } = await scope.read(({ changes }) =>
        changes.since(after, newest, PORTION),
      );
      if (through === null) return result.present();
      const portion = new Portion(clusterIds, faceIds);
      for (let seed = portion.next(); seed !== undefined; seed = portion.next())
        await this.consolidate(order, evidence, { seed, faces, portion, result });
      if (!order.dryRun) await scope.transaction(({ tenant }) => tenant.markConsolidated(through));
      after = through;
    }
  }

  private async consolidate(
    { tenantId, dryRun, actor }: LargeTenantOrder,
    evidence: EvidenceCalibration,
    work: {
      readonly seed: Seed;
      readonly faces: number;
      readonly portion: Portion;
      readonly result: ResultOfParts;
    },
  ): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const scope = this.tenants.forTenant(tenantId);
      const found = await readNeighbourhood(scope, evidence, work.seed, work.faces);
      if (found.kind === 'gone') return;
      work.portion.handled(found.part);
      if (found.kind === 'too_large') {
        work.result.leave(work.seed, NEIGHBOURHOOD_FACES_MAX);
        return;
      }
      const { census } = found;
      // A face alone with itself is as it should be.
      if (census.compared.length < 2) return;
      const inPlace = census.compared.length <= IN_PLACE_MAX;
      const groups = inPlace ? this.thread.runInPlace(census.task) : await this.thread.run(census.task);
      const report = dryRun
        ? await this.consolidations.preview(tenantId, census, groups)
        : await this.consolidations.carryOut(tenantId, census, groups, actor, { mark: false });
      if (report === null) continue;
      work.result.add(report);
      return;
    }
    throw overtaken();
  }
}

/** The faces and clusters that a portion of the changes names, without those that were reached from others. */
class Portion {
  private readonly seeds: Seed[];
  private readonly done = new Set<string>();

  constructor(clusterIds: readonly string[], faceIds: readonly string[]) {
    this.seeds = [
      ...clusterIds.map((clusterId) => ({ clusterId })),
      ...faceIds.map((faceId) => ({ faceId })),
    ].reverse();
  }

  next(): Seed | undefined {
    for (let seed = this.seeds.pop(); seed !== undefined; seed = this.seeds.pop())
      if (!this.done.has('faceId' in seed ? seed.faceId : seed.clusterId)) return seed;
    return undefined;
  }

  handled(part: PartOfTenant): void {
    for (const id of part.ids()) this.done.add(id);
  }
}
