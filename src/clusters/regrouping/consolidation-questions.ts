// Turns what a consolidation leaves open into review items, except what is asked or was answered already.
import type { ConstraintRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import { IDENTITY, type Rating } from '../../domain/cluster/answer-refit.js';
import { linkageLogit, sigmoid } from '../../domain/cluster/calibration.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { ClusterFacts } from '../../domain/cluster/cluster-facts.js';
import type { WorthwhileQuestion } from '../../domain/cluster/consolidation/worthwhile-questions.js';
import { mergeSuggestionSubject, suggestMerge } from '../../domain/review/merge-suggestion.js';
import { settledFaceCount, type UncertainAssignmentEvidence } from '../../domain/review/review-item.js';
import { splitSuggestionSubject, suggestSplit } from '../../domain/review/split-suggestion.js';
import type { TenantPolicy } from '../assignment/assignment-policies.js';

type Question = Extract<Change, { do: 'open_item' }>;
type MergeQuestion = Extract<WorthwhileQuestion, { ask: 'merge' }>;
type SplitQuestion = Extract<WorthwhileQuestion, { ask: 'split' }>;

interface Around {
  /** Clusters as they are after the consolidation. */
  readonly after: ReadonlyMap<string, ClusterFacts>;
  /** All that stand. */
  readonly constraints: readonly ConstraintRecord[];
  readonly policy: TenantPolicy;
}

export async function askWorthwhile(
  repositories: TenantRepositories,
  questions: readonly WorthwhileQuestion[],
  around: Around,
): Promise<Question[]> {
  const { kinds } = around.policy.review;
  const asked = new Map<string, Question>();
  for (const one of questions) {
    const kind = one.ask === 'merge' ? 'merge_suggestion' : 'split_suggestion';
    if (!kinds[kind]) continue;
    const question =
      one.ask === 'merge'
        ? await askMerge(repositories, one, around)
        : await askSplit(repositories, one, around);
    const subject = question && `${kind} ${question.subjectKey}`;
    if (subject && !asked.has(subject)) asked.set(subject, question);
  }
  return [...asked.values()];
}

async function askMerge(
  repositories: TenantRepositories,
  { clusterIds, figures }: MergeQuestion,
  { after, constraints, policy }: Around,
): Promise<Question | null> {
  const [a, b] = clusterIds.map((id) => after.get(id));
  if (a === undefined || b === undefined) return null;
  const last = await repositories.reviewItems.findLast(
    'merge_suggestion',
    mergeSuggestionSubject(...clusterIds),
  );
  if ((last !== null && last.resolvedAt === null) || (await isAskedThroughFace(repositories, clusterIds)))
    return null;
  const { similarity, probability } = figures ?? (await figuresOfMeans(repositories, clusterIds, policy));
  const rated = figures && { logit: figures.logit, rating: ratingOfGroups(policy) };
  const verdict = suggestMerge(
    {
      clusters: [a, b],
      similarity,
      probability,
      rated: rated ?? undefined,
      constraints,
      dismissedAt: settledFaceCount(last),
    },
    policy.point,
  );
  return verdict.kind === 'ask' ? verdict.question : null;
}

/** Groups are rated by evidence, whatever rates new faces. */
const ratingOfGroups = ({ rating }: TenantPolicy): Rating =>
  rating.by === 'evidence' ? rating : { ...IDENTITY, space: rating.space, by: 'evidence' };

/** "Is this face that person?" is open: it settles whether its cluster is. */
async function isAskedThroughFace(
  repositories: TenantRepositories,
  clusterIds: readonly [string, string],
): Promise<boolean> {
  const open = await repositories.reviewItems.findOpenTouching({ clusterIds });
  return open.some((item) => {
    if (item.kind !== 'uncertain_assignment') return false;
    const { own_cluster_id, candidates } = item.evidence as unknown as UncertainAssignmentEvidence;
    const other = clusterIds.find((id) => id !== own_cluster_id);
    return clusterIds.includes(own_cluster_id) && candidates.some(({ cluster_id }) => cluster_id === other);
  });
}

/** Clusters in one group have no link that was rated: their means speak for them, as they do at ingest. */
async function figuresOfMeans(
  repositories: TenantRepositories,
  clusterIds: readonly [string, string],
  policy: TenantPolicy,
): Promise<{ similarity: number; probability: number }> {
  const [a, b] = await repositories.centroids.load(clusterIds, policy.space);
  const similarity = a && b ? a.centroid.similarityTo(b.centroid) : 0;
  const logit = linkageLogit(policy.calibration.linkage, {
    best: similarity,
    topMean: similarity,
    centroid: similarity,
    faceCount: 1,
  });
  return { similarity, probability: sigmoid(logit) };
}

async function askSplit(
  repositories: TenantRepositories,
  { clusterId, groups, probability }: SplitQuestion,
  { after, constraints, policy }: Around,
): Promise<Question | null> {
  const cluster = after.get(clusterId);
  if (cluster === undefined) return null;
  const last = await repositories.reviewItems.findLast('split_suggestion', splitSuggestionSubject(clusterId));
  if (last !== null && last.resolvedAt === null) return null;
  const verdict = suggestSplit(
    { cluster, groups, probability, similarity: null, constraints, settledAt: settledFaceCount(last) },
    policy.point,
  );
  return verdict.kind === 'ask' ? verdict.question : null;
}
