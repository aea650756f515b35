// The questions that a new photo raises beyond the place of its faces. Nothing is read unless there is one to raise.
import type { FaceRecord, ImageRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { AssignmentDecision } from '../../domain/cluster/assignment.js';
import { centroidProbability } from '../../domain/cluster/calibration.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { ProbeWithCandidates } from '../../domain/cluster/image-assignment.js';
import { bridgesDenied } from '../../domain/review/ingest-suggestions.js';
import { duplicateImageQuestion } from '../../domain/review/duplicate-image.js';
import { mergeSuggestionSubject, suggestMerge } from '../../domain/review/merge-suggestion.js';
import { settledFaceCount } from '../../domain/review/review-item.js';
import { findSameImageConflicts, sameImageQuestion } from '../../domain/review/same-image-conflict.js';
import { isSuspect, suspectFaceQuestion } from '../../domain/review/suspect-face.js';
import type { TenantPolicy } from './assignment-policies.js';
import type { Gathered } from './gather-candidates.js';

export interface Arrival {
  readonly image: ImageRecord;
  readonly records: readonly FaceRecord[];
  readonly faces: readonly ProbeWithCandidates[];
  /** What was decided for each face, and the cluster that it is in now. */
  readonly decisions: readonly AssignmentDecision[];
  readonly homes: readonly (string | null)[];
  readonly gathered: Gathered;
  readonly policy: TenantPolicy;
}

export async function raiseSuggestions(
  repositories: TenantRepositories,
  arrival: Arrival,
): Promise<Change[]> {
  return [
    ...(await raiseMerges(repositories, arrival)),
    ...raiseSameImageConflicts(arrival),
    ...raiseSuspects(arrival),
    ...(await raiseDuplicates(repositories, arrival)),
  ];
}

function raiseSameImageConflicts({ faces, decisions, homes, gathered, policy }: Arrival): Change[] {
  if (!policy.review.kinds.same_image_conflict) return [];
  return findSameImageConflicts(faces, decisions, policy, gathered.pair).flatMap((conflict) => {
    const home = homes[decisions.findIndex(({ faceId }) => faceId === conflict.challenger.face_id)];
    return typeof home === 'string' ? [sameImageQuestion(conflict, home)] : [];
  });
}

/** The face itself stays where the decision put it: with the leader, or as a question of its own. */
async function raiseMerges(
  repositories: TenantRepositories,
  { decisions, gathered, policy }: Arrival,
): Promise<Change[]> {
  const questions: Change[] = [];
  if (!policy.review.kinds.merge_suggestion) return questions;
  for (const [idA, idB] of bridgesDenied(decisions, policy, gathered.pair)) {
    const [a, b] = [gathered.contested.get(idA), gathered.contested.get(idB)];
    if (a === undefined || b === undefined) continue;
    const last = await repositories.reviewItems.findLast(
      'merge_suggestion',
      mergeSuggestionSubject(idA, idB),
    );
    if (last !== null && last.resolvedAt === null) continue;
    const similarity = gathered.pair(idA, idB).centroidSimilarity;
    const verdict = suggestMerge(
      {
        clusters: [a, b],
        similarity,
        probability: centroidProbability(policy.calibration.linkage, similarity),
        constraints: gathered.constraints,
        dismissedAt: settledFaceCount(last),
      },
      policy.point,
    );
    if (verdict.kind === 'ask') questions.push(verdict.question);
  }
  return questions;
}

function raiseSuspects({ records, policy }: Arrival): Change[] {
  if (!policy.review.kinds.suspect_face) return [];
  return records
    .filter(({ state, quality, reasons }) => state === 'unclustered' && isSuspect(quality, reasons))
    .map(suspectFaceQuestion);
}

/** The closest image only: of many copies each is asked about once, not each with each. */
async function raiseDuplicates(
  repositories: TenantRepositories,
  { image, records, policy }: Arrival,
): Promise<Change[]> {
  const { kinds, duplicateDistanceMax } = policy.review;
  if (!kinds.duplicate_image) return [];
  const found = await repositories.images.findLookAlike(image, duplicateDistanceMax);
  if (found === null) return [];
  const faces = await repositories.faces.listByImages([found.image.id]);
  return [duplicateImageQuestion({ ...image, faces: records }, { ...found.image, faces }, found.distance)];
}
