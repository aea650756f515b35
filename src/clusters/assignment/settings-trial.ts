// What other thresholds would have done with the faces that a tenant has: nothing is changed.
import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../database/records.js';
import { type TenantRepositories, TenantStore } from '../../database/tenant-store.js';
import type { AssignmentDecision } from '../../domain/cluster/assignment.js';
import { operationDetails, type RecordedDecision } from '../../domain/cluster/operation-details.js';
import { replayDecision, type ReplayPolicy } from '../../domain/cluster/replay-decision.js';
import { AssignmentPolicies } from './assignment-policies.js';

type Outcome = AssignmentDecision['kind'];

export interface OutcomeChange {
  readonly from: Outcome;
  readonly to: Outcome;
  readonly count: number;
  /** Examples, newest first. */
  readonly faceIds: readonly string[];
}

export interface TrialReport {
  /** Faces looked at: the newest whose decision is on record and that are there still. */
  readonly faces: number;
  /** Of these, faces that a human has settled: no threshold moves them. */
  readonly settled: number;
  readonly changes: readonly OutcomeChange[];
  /** Questions about faces (not about new clusters) under the settings in force, and under those tried. */
  readonly questionsNow: number;
  readonly questionsThen: number;
}

/** Faces looked at, at most; the newest say most about what comes. */
const FACES_MAX = 10_000;
const OPERATIONS_PER_PAGE = 200;
const EXAMPLES = 20;

@Injectable()
export class SettingsTrial {
  constructor(
    private readonly tenants: TenantStore,
    private readonly policies: AssignmentPolicies,
  ) {}

  /** @param settings Valid settings of a tenant. */
  async run(tenantId: string, settings: JsonObject): Promise<TrialReport> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const now = await this.policies.forTenant(repositories);
      const then = this.policies.forSettings(settings, await repositories.tenant.space());
      const tally = new Tally(now, then);
      let after: string | undefined;
      do {
        const operations = await repositories.operations.list({
          kinds: ['assign'],
          limit: OPERATIONS_PER_PAGE,
          after,
        });
        const decisions = operations.flatMap(({ changes }) => operationDetails(changes).decisions);
        await countPage(repositories, decisions, tally);
        after = operations.length < OPERATIONS_PER_PAGE ? undefined : operations.at(-1)!.id;
      } while (after !== undefined && tally.faces < FACES_MAX);
      return tally.report();
    });
  }
}

async function countPage(
  repositories: TenantRepositories,
  decisions: readonly RecordedDecision[],
  tally: Tally,
): Promise<void> {
  const faces = await repositories.faces.findMany(decisions.map(({ face_id }) => face_id));
  const settled = new Map(faces.map((face) => [face.id, face.locked || face.state === 'dismissed']));
  for (const decision of decisions) {
    const isSettled = settled.get(decision.face_id);
    if (isSettled !== undefined) tally.count(decision, isSettled);
  }
}

class Tally {
  faces = 0;
  private settled = 0;
  private questionsNow = 0;
  private questionsThen = 0;
  private readonly changes = new Map<
    string,
    { from: Outcome; to: Outcome; faceIds: string[]; count: number }
  >();

  constructor(
    private readonly now: ReplayPolicy,
    private readonly then: ReplayPolicy,
  ) {}

  count(decision: RecordedDecision, settled: boolean): void {
    this.faces++;
    if (settled) {
      this.settled++;
      return;
    }
    const from = replayDecision(decision, this.now);
    const to = replayDecision(decision, this.then);
    if (from === 'ask') this.questionsNow++;
    if (to === 'ask') this.questionsThen++;
    if (from === to) return;
    const key = `${from} ${to}`;
    const change = this.changes.get(key) ?? { from, to, faceIds: [], count: 0 };
    change.count++;
    if (change.faceIds.length < EXAMPLES) change.faceIds.push(decision.face_id);
    this.changes.set(key, change);
  }

  report(): TrialReport {
    const { faces, settled, questionsNow, questionsThen } = this;
    const changes = [...this.changes.values()].sort(
      (a, b) => b.count - a.count || (a.from < b.from ? -1 : 1),
    );
    return { faces, settled, changes, questionsNow, questionsThen };
  }
}
