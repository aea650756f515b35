// Whether an open question about an uncertain face still makes sense after a change.
import type { ReviewItemRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { OfferedCluster, UncertainAssignmentEvidence } from '../../domain/review/review-item.js';
import type { ItemOutcome, ReactionInput } from './reaction.js';

/** @param item Open, of kind `uncertain_assignment`. */
export async function reviewUncertain(
  repositories: TenantRepositories,
  item: ReviewItemRecord,
  input: ReactionInput,
): Promise<ItemOutcome> {
  const evidence = item.evidence as unknown as UncertainAssignmentEvidence;
  const face = input.erasedFaceIds.includes(evidence.face_id)
    ? null
    : await repositories.faces.find(evidence.face_id);
  if (face === null || face.state === 'dismissed') return 'cancelled';
  if (face.locked || face.clusterId !== evidence.own_cluster_id) return 'superseded';
  const own = await repositories.clusters.find(evidence.own_cluster_id);
  if (own?.state !== 'pending') return 'superseded';
  const candidates = await currentCandidates(repositories, evidence, input.deletedClusterIds);
  const best = candidates[0];
  if (best === undefined) return 'superseded';
  if (JSON.stringify(candidates) === JSON.stringify(evidence.candidates)) return 'stands';
  // Undo has put the evidence back as it was: it holds while the best candidate does.
  if (input.askAnewAbout && best.cluster_id === evidence.candidates[0]?.cluster_id) return 'stands';
  return {
    do: 'open_item',
    kind: 'uncertain_assignment',
    subjectKey: item.subjectKey,
    faceId: item.faceId,
    clusterId: best.cluster_id,
    evidence: { ...evidence, candidates },
    priority: item.priority,
    similarity: best.similarity,
    probability: best.probability,
  };
}

/** Candidates after merges and deletions: a merged one counts as what it was merged into, a hidden one is not offered. */
async function currentCandidates(
  repositories: TenantRepositories,
  evidence: UncertainAssignmentEvidence,
  deleted: readonly string[],
): Promise<OfferedCluster[]> {
  const records = await repositories.clusters.findMany(
    evidence.candidates.map((candidate) => candidate.cluster_id),
  );
  const byId = new Map(records.map((record) => [record.id, record]));
  const targets = records.flatMap((record) => (record.mergedInto === null ? [] : [record.mergedInto]));
  for (const target of await repositories.clusters.findMany(targets)) byId.set(target.id, target);
  const seen = new Set<string>([evidence.own_cluster_id]);
  const current: OfferedCluster[] = [];
  for (const candidate of evidence.candidates) {
    const record = byId.get(candidate.cluster_id);
    const stands = record?.state === 'merged' ? byId.get(record.mergedInto ?? '') : record;
    if (
      stands === undefined ||
      stands.state === 'ignored' ||
      seen.has(stands.id) ||
      deleted.includes(stands.id)
    )
      continue;
    seen.add(stands.id);
    current.push({ ...candidate, cluster_id: stands.id });
  }
  return current;
}
