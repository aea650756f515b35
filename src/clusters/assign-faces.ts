// Stage 5 of ingest: the faces of one photo find their clusters. One short transaction under the tenant's lock: nearest
// faces → domain decision → faces, clusters, review items, operation.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { FaceRecord, ImageRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { AssignmentDecision } from '../domain/cluster/assignment.js';
import type { Change } from '../domain/cluster/change-plan.js';
import { decideImageAssignments, type ProbeWithCandidates } from '../domain/cluster/image-assignment.js';
import { recordDecision } from '../domain/cluster/operation-details.js';
import { gateReason } from '../domain/cluster/qel/face-weight.js';
import type { QualityReason } from '../domain/face/quality.js';
import { reviewPriority } from '../domain/review/priority.js';
import {
  type NearbyCluster,
  uncertainAssignmentEvidence,
  uncertainAssignmentSubject,
} from '../domain/review/review-item.js';
import { type AppliedOperation, ApplyPlan } from './apply-plan.js';
import { AssignmentPolicies, type TenantPolicy } from './assignment-policies.js';
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

  private async write(
    repositories: TenantRepositories,
    work: {
      readonly request: AssignRequest;
      readonly policy: TenantPolicy;
      readonly at: Date;
      readonly faces: readonly NewFace[];
      /** Of people who must not be grouped: their box is kept, their embedding is not. */
      readonly dismissed: readonly NewFace[];
      readonly probes: readonly ProbeWithCandidates[];
      readonly decisions: readonly AssignmentDecision[];
      readonly gathered: Gathered;
    },
  ): Promise<AssignmentReport> {
    const { request, policy, at, faces, dismissed, probes, decisions, gathered } = work;
    const homes = decisions.map((decision) => {
      if (decision.kind === 'assign') return decision.clusterId;
      return decision.kind === 'unclustered' ? null : uuidv7();
    });
    const founded = homes.filter(
      (_, i) => decisions[i]!.kind === 'create' || decisions[i]!.kind === 'ask',
    ) as string[];
    const clusters = founded.map((id) => newCluster(id, at));
    await repositories.clusters.insertMany(clusters);
    const records = faces.map((face, i) =>
      faceRecord(face, request.image.id, decisions[i]!, homes[i] ?? null, at),
    );
    const dismissedRecords = dismissed.map((face) => dismissedRecord(face, request.image.id, at));
    await repositories.faces.insertMany([...records, ...dismissedRecords]);
    await repositories.embeddings.insertMany(
      faces.map((face) => ({ faceId: face.id, embedding: face.found.embedding })),
    );
    await repositories.centroids.addStored(faces.filter((_, i) => homes[i] !== null).map((face) => face.id));
    const changes = [
      ...decisions.flatMap((decision, i) => followUp(decision, homes[i] ?? null, gathered)),
      ...(await raiseSuggestions(repositories, {
        image: request.image,
        records,
        faces: probes,
        decisions,
        homes,
        gathered,
        policy,
      })),
    ];
    const operation = await this.plans.apply(
      repositories,
      { kind: 'assign', changes },
      {
        actor: request.actor,
        at,
        policy,
        arrived: { faces: records, clusters, nearest: nearestOf(decisions, homes) },
        details: {
          image_id: request.image.id,
          space: policy.space,
          decisions: decisions.map((decision, i) => recordDecision(decision, homes[i] ?? null)),
        },
      },
    );
    return { faces: [...records, ...dismissedRecords], operation };
  }
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

/** What a decision changes beyond its own face: bridged clusters move in, a doubt becomes a question. */
export function followUp(decision: AssignmentDecision, home: string | null, gathered: Gathered): Change[] {
  if (decision.kind === 'assign') {
    return decision.bridges.flatMap((bridged): Change[] => [
      ...gathered
        .membersOf(bridged)
        .map((faceId): Change => ({ do: 'move_face', faceId, toClusterId: decision.clusterId })),
      { do: 'close_as_merged', clusterId: bridged, into: decision.clusterId },
    ]);
  }
  if (decision.kind !== 'ask' || home === null) return [];
  const best = decision.offered[0]!;
  return [
    {
      do: 'open_item',
      kind: 'uncertain_assignment',
      subjectKey: uncertainAssignmentSubject(decision.faceId),
      faceId: decision.faceId,
      clusterId: best.clusterId,
      evidence: {
        ...uncertainAssignmentEvidence(decision.faceId, home, decision.offered, decision.evidence),
      },
      priority: reviewPriority(1, best.probability, best.state === 'confirmed'),
      similarity: best.similarity,
      probability: best.probability,
    },
  ];
}

/** The candidates that were not good enough: what a founded cluster comes closest to. */
const nearestOf = (
  decisions: readonly AssignmentDecision[],
  homes: readonly (string | null)[],
): Map<string, NearbyCluster[]> =>
  new Map(
    decisions.flatMap(({ kind, evidence }, i) => {
      const home = homes[i];
      if (kind !== 'create' || home === null || home === undefined) return [];
      return [
        [
          home,
          evidence.candidates.map(({ clusterId, similarity, probability }) => ({
            cluster_id: clusterId,
            similarity,
            probability,
          })),
        ],
      ];
    }),
  );
