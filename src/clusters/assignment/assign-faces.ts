// Stage 5 of ingest: the faces of one photo find their clusters. One short transaction under the tenant's lock: nearest
// faces → domain decision → faces, clusters, review items, operation.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord, ImageRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { AssignmentDecision } from '../../domain/cluster/assignment.js';
import { decideImageAssignments, type ProbeWithCandidates } from '../../domain/cluster/image-assignment.js';
import { recordDecision } from '../../domain/cluster/operation-details.js';
import { gateReason } from '../../domain/cluster/qel/face-weight.js';
import type { QualityReason } from '../../domain/face/quality.js';
import { type AppliedOperation, ApplyPlan } from '../applying/apply-plan.js';
import { AssignmentPolicies, type TenantPolicy } from './assignment-policies.js';
import { followUp, nearestOf } from './decision-changes.js';
import { findOptedOut } from './find-opted-out.js';
import { gatherAll, type Gathered } from './gather-candidates.js';
import { dismissedRecord, faceRecord, type FoundFace, newCluster, type NewFace } from './new-face-records.js';
import { raiseSuggestions } from './raise-suggestions.js';

export interface AssignRequest {
  /** Stored in this transaction already. */
  readonly image: ImageRecord;
  readonly faces: readonly FoundFace[];
  readonly actor: string;
}

export interface AssignmentReport {
  /** In the order of the request. */
  readonly faces: readonly FaceRecord[];
  /** Null when the photo shows nobody. */
  readonly operation: AppliedOperation | null;
}

/** The faces of a photo with what was decided for them; nothing is written yet. */
interface DecidedPhoto {
  readonly request: AssignRequest;
  readonly policy: TenantPolicy;
  readonly at: Date;
  readonly faces: readonly NewFace[];
  /** Of people who must not be grouped: their box is kept, their embedding is not. */
  readonly dismissed: readonly NewFace[];
  /** In the order of `faces`, like the decisions. */
  readonly probes: readonly ProbeWithCandidates[];
  readonly decisions: readonly AssignmentDecision[];
  readonly gathered: Gathered;
}

@Injectable()
export class AssignFaces {
  constructor(
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /** Writes all of it, or throws and leaves nothing. Call inside `TenantScope.transaction`. */
  async assign(repositories: TenantRepositories, request: AssignRequest): Promise<AssignmentReport> {
    if (request.faces.length === 0) return { faces: [], operation: null };
    const policy = await this.policies.forTenant(repositories);
    const at = new Date();
    const found = request.faces.map((face): NewFace => ({
      id: uuidv7(),
      found: { ...face, reasons: doubtsOf(face, policy) },
      contentKey: contentKeyOf(face),
    }));
    const optedOut = await findOptedOut(
      repositories,
      found.map((face) => face.found),
      policy,
    );
    const faces = found.filter((_, i) => !optedOut[i]);
    const dismissed = found.filter((_, i) => optedOut[i]);
    const clear = faces.filter((face) => face.found.reasons.length === 0);
    const gathered = await gatherAll(
      repositories,
      clear.map((face) => face.found),
      policy,
    );
    const candidates = new Map(clear.map((face, i) => [face.id, gathered.candidates[i] ?? []]));
    const probes = faces.map((face) => ({
      probe: {
        faceId: face.id,
        imageId: request.image.id,
        contentKey: face.contentKey,
        reasons: face.found.reasons,
      },
      candidates: candidates.get(face.id) ?? [],
    }));
    const decisions = decideImageAssignments(probes, policy, gathered.pair);
    const report = await this.write(repositories, {
      request,
      policy,
      at,
      faces,
      dismissed,
      probes,
      decisions,
      gathered,
    });
    const order = new Map(found.map(({ id }, i) => [id, i]));
    return { ...report, faces: [...report.faces].sort((a, b) => order.get(a.id)! - order.get(b.id)!) };
  }

  private async write(repositories: TenantRepositories, decided: DecidedPhoto): Promise<AssignmentReport> {
    const { request, policy, at, decisions, gathered } = decided;
    const { image, actor } = request;
    const homes = decisions.map((decision) => {
      if (decision.kind === 'assign') return decision.clusterId;
      return decision.kind === 'unclustered' ? null : uuidv7();
    });
    const { records, dismissed, clusters } = await insertFaces(repositories, decided, homes);
    const suggestions = await raiseSuggestions(repositories, {
      image,
      records,
      faces: decided.probes,
      decisions,
      homes,
      gathered,
      policy,
    });
    const followed = decisions.flatMap((decision, i) => followUp(decision, homes[i] ?? null, gathered));
    const operation = await this.plans.apply(
      repositories,
      { kind: 'assign', changes: [...followed, ...suggestions] },
      {
        actor,
        at,
        policy,
        arrived: { faces: records, clusters, nearest: nearestOf(decisions, homes) },
        details: {
          image_id: image.id,
          space: policy.space,
          decisions: decisions.map((decision, i) => recordDecision(decision, homes[i] ?? null)),
        },
      },
    );
    return { faces: [...records, ...dismissed], operation };
  }
}

/**
 * Stores the faces, and the clusters that they found, with their centroids.
 * @param homes Where each of `faces` goes; null: to nobody.
 */
async function insertFaces(
  repositories: TenantRepositories,
  { request, at, faces, dismissed, decisions }: DecidedPhoto,
  homes: readonly (string | null)[],
) {
  const founding = decisions.map(({ kind }) => kind === 'create' || kind === 'ask');
  const clusters = homes.flatMap((home, i) => (home !== null && founding[i] ? [newCluster(home, at)] : []));
  await repositories.clusters.insertMany(clusters);
  const { id: imageId } = request.image;
  const records = faces.map((face, i) => faceRecord(face, imageId, decisions[i]!, homes[i] ?? null, at));
  const dismissedRecords = dismissed.map((face) => dismissedRecord(face, imageId, at));
  await repositories.faces.insertMany([...records, ...dismissedRecords]);
  await repositories.embeddings.insertMany(
    faces.map((face) => ({ faceId: face.id, embedding: face.found.embedding })),
  );
  await repositories.centroids.addStored(faces.filter((_, i) => homes[i] !== null).map((face) => face.id));
  return { records, dismissed: dismissedRecords, clusters };
}

/** What the recogniser sees as nobody is doubted, whatever its picture looks like. */
function doubtsOf(
  { reasons, quality, embedding }: FoundFace,
  { known }: TenantPolicy,
): readonly QualityReason[] {
  if (known === null || reasons.length > 0) return reasons;
  return gateReason(known, quality, embedding.values) === 'unrecognisable' ? ['embedding_weak'] : reasons;
}

/** Place in the photo, tenths of a px: the same photo gives the same key whatever the detector's order. */
function contentKeyOf({ detection: { box } }: FoundFace): string {
  const tenths = (value: number): string => String(Math.round(value * 10) + 1e8).padStart(12, '0');
  return [box.y1, box.x1, box.y2, box.x2].map(tenths).join(':');
}
