// Applies a name that came with a photo, in the transaction that stored it.
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import { planImportLabel } from '../domain/cluster/import-label.js';
import { ApplyPlan } from './apply-plan.js';
import { AssignmentPolicies } from './assignment-policies.js';
import { loadClusters } from './load-facts.js';

export class ImportLabel {
  constructor(
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /** @param face The only usable face of the photo, as assignment stored it. */
  async apply(
    repositories: TenantRepositories,
    face: FaceRecord,
    label: string,
    actor: string,
  ): Promise<void> {
    if (face.clusterId === null) return;
    const [holder] = await repositories.clusters.list({ limit: 1, label });
    const clusters = await loadClusters(repositories, [face.clusterId, ...(holder ? [holder.id] : [])]);
    const home = clusters.get(face.clusterId);
    if (home === undefined) return;
    const named = (holder && clusters.get(holder.id)) ?? null;
    const plan = planImportLabel({ faceId: face.id, label, home, named, newClusterId: uuidv7() });
    if (plan === null) return;
    const policy = await this.policies.forTenant(repositories);
    await this.plans.apply(repositories, plan, { actor, at: new Date(), policy });
  }
}
