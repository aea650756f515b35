// Applies a name that came with a photo.
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { ChangePlan } from '../../domain/cluster/change-plan.js';
import type { ClusterFacts } from '../../domain/cluster/cluster-facts.js';
import { planImportLabel } from '../../domain/cluster/import-label.js';
import { type ConflictVerdict, type MoveProposal } from '../../domain/review/constraint-conflict.js';
import { ApplyPlan } from '../applying/apply-plan.js';
import { AssignmentPolicies } from './assignment-policies.js';
import { faceFacts, loadClusters } from '../load-facts.js';
import { weighStored } from '../weigh-proposal.js';

export class ImportLabel {
  constructor(
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /**
   * In the transaction that stored the photo: nothing that a human said names its face yet.
   * @param face The only usable face of the photo, as assignment stored it.
   */
  async apply(
    repositories: TenantRepositories,
    face: FaceRecord,
    label: string,
    actor: string,
  ): Promise<void> {
    const wish = await this.plan(repositories, face, label);
    if (wish !== null) await this.write(repositories, wish.plan, actor);
  }

  /**
   * The same for a photo that was stored before. Where the name contradicts a human, the human stands and the queue asks.
   * @param face The only usable face of the photo.
   */
  async applyToStored(
    repositories: TenantRepositories,
    face: FaceRecord,
    label: string,
    actor: string,
  ): Promise<void> {
    const wish = await this.plan(repositories, face, label);
    if (wish === null) return;
    const { plan, move } = wish;
    const verdict: ConflictVerdict =
      move === null ? { kind: 'clear' } : await weighStored(repositories, 'import', move);
    if (verdict.kind === 'clear') await this.write(repositories, plan, actor);
    if (verdict.kind === 'ask')
      await this.write(repositories, { kind: plan.kind, changes: [verdict.question] }, actor);
  }

  /** What the name would change, and the move in it when the face would leave its cluster; null when all is so already. */
  private async plan(
    repositories: TenantRepositories,
    face: FaceRecord,
    label: string,
  ): Promise<{ readonly plan: ChangePlan; readonly move: MoveProposal | null } | null> {
    if (face.clusterId === null) return null;
    const [holder] = await repositories.clusters.list({ limit: 1, label });
    const clusters = await loadClusters(repositories, [face.clusterId, ...(holder ? [holder.id] : [])]);
    const home = clusters.get(face.clusterId);
    if (home === undefined) return null;
    const named = (holder && clusters.get(holder.id)) ?? null;
    const plan = planImportLabel({ faceId: face.id, label, home, named, newClusterId: uuidv7() });
    return plan && { plan, move: moveIn(plan, face, { home, named, label }) };
  }

  private async write(repositories: TenantRepositories, plan: ChangePlan, actor: string): Promise<void> {
    const policy = await this.policies.forTenant(repositories);
    await this.plans.apply(repositories, plan, { actor, at: new Date(), policy });
  }
}

function moveIn(
  plan: ChangePlan,
  face: FaceRecord,
  { home, named, label }: { home: ClusterFacts; named: ClusterFacts | null; label: string },
): MoveProposal | null {
  const leaves = plan.changes.some((change) => change.do === 'move_face' && change.toClusterId !== home.id);
  return leaves ? { do: 'move', faces: [faceFacts(face)], source: home, target: named, label } : null;
}
