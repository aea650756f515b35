// From grouped faces to a changed tenant: one short transaction under the tenant's lock, one operation that can be undone, or
// a look at what that would be.
//
// [Note: Overtaken] Grouping takes seconds, in which photos arrive and people decide. Under the lock the newest operation tells
// whether anything did. New photos are no harm: their faces stay where ingest put them and are compared the next time. After
// anything else the groups may contradict what was decided, so they are made anew.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { CountedFace } from '../../database/repositories/face-census-repository.js';
import type { ConstraintRecord } from '../../database/records.js';
import { type TenantRepositories, TenantStore } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import {
  type ConsolidationDifference,
  type ConsolidationPlan,
  type ConsolidatedCluster,
  planConsolidation,
} from '../../domain/cluster/consolidation/consolidation-plan.js';
import type { GroupedFaces } from '../../domain/cluster/consolidation/group-faces.js';
import { worthwhileQuestions } from '../../domain/cluster/consolidation/worthwhile-questions.js';
import { DomainError } from '../../domain/domain-error.js';
import { ApplyPlan } from '../applying/apply-plan.js';
import { AssignmentPolicies, type TenantPolicy } from '../assignment/assignment-policies.js';
import { askAboutConflicts } from './consolidation-conflicts.js';
import { askWorthwhile } from './consolidation-questions.js';
import { type CensusPart, contentKeyOf, isComparable, type TenantCensus } from './read-census.js';

type Question = Extract<Change, { do: 'open_item' }>;

export interface ConsolidationReport {
  /** Faces that were compared. */
  readonly faces: number;
  readonly difference: ConsolidationDifference;
  readonly questions: readonly Question[];
  /** Null: nothing changed, or nothing was to be changed. */
  readonly operationId: string | null;
}

const PAGE = 2000;

@Injectable()
export class Consolidations {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /**
   * What `carryOut` would do now; nothing is changed.
   * @returns null when the groups are out of date.
   */
  async preview(
    tenantId: string,
    census: TenantCensus,
    groups: GroupedFaces,
  ): Promise<ConsolidationReport | null> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      if ((await sinceThen(repositories, census)) === 'overtaken') return null;
      if (await hasShifted(repositories, census)) return null;
      const policy = await this.policies.forTenant(repositories);
      return { ...(await this.plan(repositories, census, groups, policy)), operationId: null };
    });
  }

  /**
   * Changes what is not as it should be.
   * @param mark Whether everything that the census has seen counts as consolidated then.
   * @returns null when the groups are out of date: nothing was changed.
   */
  async carryOut(
    tenantId: string,
    census: TenantCensus,
    groups: GroupedFaces,
    actor: string,
    { mark = true }: { readonly mark?: boolean } = {},
  ): Promise<ConsolidationReport | null> {
    return this.tenants.forTenant(tenantId).transaction(async (repositories) => {
      const since = await sinceThen(repositories, census);
      if (since === 'overtaken' || (since === 'photos' && (await hasShifted(repositories, census))))
        return null;
      const policy = await this.policies.forTenant(repositories);
      const { changes, ...report } = await this.plan(repositories, census, groups, policy);
      const marks = async (operationId: string | null): Promise<void> => {
        if (mark && operationId !== null) await repositories.tenant.markConsolidated(operationId);
      };
      if (changes.length === 0) {
        await marks(census.seenThrough);
        return { ...report, operationId: null };
      }
      const { operationId } = await this.plans.apply(
        repositories,
        { kind: 'consolidate', changes },
        { actor, at: new Date(), policy, details: { space: policy.space, compared: report.faces } },
      );
      // Photos that came meanwhile were not compared: another run is due for them.
      await marks(since === 'nothing' ? operationId : census.seenThrough);
      return { ...report, operationId };
    });
  }

  /** What is to be changed under a policy, which may be that of a space that is not in force yet. */
  async plan(
    repositories: TenantRepositories,
    census: TenantCensus,
    groups: GroupedFaces,
    policy: TenantPolicy,
  ): Promise<Omit<ConsolidationReport, 'operationId'> & { readonly changes: readonly Change[] }> {
    const { faces, clusters, constraints } =
      census.part === null ? await wholeTenant(repositories) : await partOfTenant(repositories, census.part);
    const place = new Map(census.compared.map((id, i) => [id, i]));
    const plan = planConsolidation({
      faces: faces.map((face) => {
        const at = isComparable(face) ? place.get(face.id) : undefined;
        return {
          ...face,
          contentKey: contentKeyOf(face),
          pinned: at === undefined,
          mayFound: at !== undefined && groups.clear[at]!,
        };
      }),
      groupOf: faces.map(({ id }, i) => groups.groupOf[place.get(id) ?? -1] ?? -1 - i),
      clusters,
      words: wordsAbout(faces, constraints),
      newClusterId: uuidv7,
    });
    const questions = await this.questions(repositories, plan, { census, groups, policy, constraints });
    return {
      faces: census.compared.length,
      difference: plan.difference,
      questions,
      changes: [...plan.changes, ...questions],
    };
  }

  private async questions(
    repositories: TenantRepositories,
    plan: ConsolidationPlan,
    made: {
      readonly census: TenantCensus;
      readonly groups: GroupedFaces;
      readonly policy: TenantPolicy;
      readonly constraints: readonly ConstraintRecord[];
    },
  ): Promise<Question[]> {
    const { groups, policy } = made;
    const { compared } = made.census;
    const worthwhile = worthwhileQuestions(
      plan,
      {
        openPairs: groups.openPairs.map(({ a, b, ...figures }) => ({
          faceA: compared[a]!,
          faceB: compared[b]!,
          ...figures,
        })),
        doubtfulJoins: groups.doubtfulJoins.map(({ part, ...figures }) => ({
          part: part.map((face) => compared[face]!),
          ...figures,
        })),
      },
      new Map(compared.map((id, i) => [id, groups.groupOf[i]!])),
      policy.point,
    );
    const around = { after: plan.after, constraints: made.constraints, policy };
    return [
      ...(await askWorthwhile(repositories, worthwhile, around)),
      ...(await askAboutConflicts(repositories, {
        ...around,
        opposed: plan.opposed,
        contradictions: groups.contradictions.map(({ a, b, logit }) => ({
          faceA: compared[a]!,
          faceB: compared[b]!,
          logit,
        })),
      })),
    ];
  }
}

/** What has happened since the census. */
export async function sinceThen(
  repositories: TenantRepositories,
  { seenThrough }: TenantCensus,
): Promise<'nothing' | 'photos' | 'overtaken'> {
  if ((await repositories.operations.newestId()) === seenThrough) return 'nothing';
  const kinds = await repositories.operations.kindsAfter(seenThrough);
  return kinds.every((kind) => kind === 'assign') ? 'photos' : 'overtaken';
}

interface Standing {
  readonly faces: readonly CountedFace[];
  readonly clusters: readonly ConsolidatedCluster[];
  /** All that stand and name one of the faces. */
  readonly constraints: readonly ConstraintRecord[];
}

async function wholeTenant(repositories: TenantRepositories): Promise<Standing> {
  return {
    faces: await allFaces(repositories),
    clusters: (await repositories.clusters.listStanding()) as readonly ConsolidatedCluster[],
    constraints: await repositories.constraints.listStanding(),
  };
}

/** As it stands now: faces that came into its clusters meanwhile are there, too. */
async function partOfTenant(repositories: TenantRepositories, part: CensusPart): Promise<Standing> {
  const { faceCensus, clusters, constraints } = repositories;
  const inside = await faceCensus.listInClusters(part.clusterIds);
  const named = await faceCensus.listMany(part.faces.map(({ id }) => id));
  const faces = [...new Map([...inside, ...named].map((face) => [face.id, face])).values()];
  faces.sort((a, b) => (a.id < b.id ? -1 : 1));
  const standing = await clusters.findMany(part.clusterIds);
  return {
    faces,
    clusters: standing.filter(({ state }) => state !== 'merged') as readonly ConsolidatedCluster[],
    constraints: await constraints.findTouching(faces.map(({ id }) => id)),
  };
}

/** A new photo may have shown two clusters to be one: faces that were read lie in another cluster then. */
async function hasShifted({ faceCensus }: TenantRepositories, { part }: TenantCensus): Promise<boolean> {
  if (part === null) return false;
  const now = new Map(
    (await faceCensus.listMany(part.faces.map(({ id }) => id))).map((face) => [face.id, face]),
  );
  return part.faces.some(({ id, clusterId }) => now.get(id)?.clusterId !== clusterId);
}

async function allFaces(repositories: TenantRepositories): Promise<CountedFace[]> {
  const faces: CountedFace[] = [];
  let after: string | undefined;
  do {
    const page = await repositories.faceCensus.list({ limit: PAGE, after });
    faces.push(...page);
    after = page.length < PAGE ? undefined : page.at(-1)!.id;
  } while (after !== undefined);
  return faces;
}

function wordsAbout(faces: readonly CountedFace[], constraints: readonly ConstraintRecord[]) {
  const place = new Map(faces.map(({ id }, i) => [id, i]));
  return constraints.flatMap(({ kind, faceA, faceB }) => {
    const [a, b] = [place.get(faceA), place.get(faceB)];
    return kind === 'same_image_ok' || a === undefined || b === undefined ? [] : [{ kind, a, b }];
  });
}

/** The faces have changed again and again while they were grouped. */
export const overtaken = (): DomainError =>
  new DomainError('consolidation.overtaken', 'The faces changed faster than they could be grouped.', {
    retryable: true,
  });
