// "Are these two clusters one person?": whether a pair may be asked about, and the question with its evidence. Whoever finds
// a pair (ingest, consolidation) asks here first.
import type { Rating } from '../cluster/answer-refit.js';
import type { Change } from '../cluster/change-plan.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { blockingConstraints, type Constraint } from '../cluster/constraints.js';
import { imagesInBoth } from '../cluster/same-image.js';
import type { OperatingPoint } from '../cluster/thresholds.js';
import { reviewPriority } from './priority.js';
import { isWorthAsking } from './review-item.js';
import { facesToShow } from './shown-faces.js';

/**
 * Images that both clusters are in, as a share (0..1) of the images of the one with fewer, above which they are two people.
 * .1: nobody stands twice in a photo, but a stray face in the wrong cluster must not silence the question.
 */
const SHARED_IMAGES_MAX = 0.1;
/** Shared images named in the evidence: count. */
const SHARED_IMAGES_SHOWN = 12;

export interface MergeSide {
  readonly cluster_id: string;
  readonly face_count: number;
  /** Faces shown; `not_same` is anchored in exactly these. */
  readonly face_ids: readonly string[];
}

export interface MergeSuggestionEvidence {
  /** In the order of ids. */
  readonly clusters: readonly [MergeSide, MergeSide];
  /** Of the two together. */
  readonly face_count: number;
  /** Of the centroids, -1..1. */
  readonly similarity: number;
  /** Calibrated chance that the two are one person, 0..1. */
  readonly probability: number;
  /** Log odds that were rated as new faces are, and how they came about; absent where only the centroids were compared. */
  readonly logit?: number;
  readonly rating?: Rating;
  readonly shared_image_count: number;
  readonly shared_image_ids: readonly string[];
}

export interface MergePair {
  readonly clusters: readonly [ClusterFacts, ClusterFacts];
  readonly similarity: number;
  readonly probability: number;
  readonly rated?: { readonly logit: number; readonly rating: Rating } | undefined;
  /** Those that touch either cluster. */
  readonly constraints: readonly Constraint[];
  /** Faces of the two together when this question was last dismissed; null when it never was. */
  readonly dismissedAt: number | null;
}

export type MergeSilence = 'hidden' | 'labels_differ' | 'cannot_link' | 'shared_images' | 'dismissed';

export type MergeVerdict =
  | { readonly kind: 'ask'; readonly question: Extract<Change, { do: 'open_item' }> }
  | { readonly kind: 'silent'; readonly why: MergeSilence };

export const mergeSuggestionSubject = (clusterX: string, clusterY: string): string =>
  `clusters:${[clusterX, clusterY].sort().join('+')}`;

const silent = (why: MergeSilence): MergeVerdict => ({ kind: 'silent', why });

/** Whether two clusters may be asked about; the order of the two does not matter. */
export function suggestMerge(
  pair: MergePair,
  point: Pick<OperatingPoint, 'facesShown' | 'askAgainGrowth'>,
): MergeVerdict {
  const [a, b] = pair.clusters;
  if (a.state === 'ignored' || b.state === 'ignored') return silent('hidden');
  if (labelsDiffer(a, b)) return silent('labels_differ');
  if (keptApart(a, b, pair.constraints)) return silent('cannot_link');
  const shared = imagesInBoth(a.faces, b.faces, pair.constraints).length;
  if (shared > SHARED_IMAGES_MAX * Math.min(imageCount(a), imageCount(b))) return silent('shared_images');
  const faceCount = a.faces.length + b.faces.length;
  if (!isWorthAsking(faceCount, 2, pair.dismissedAt, point.askAgainGrowth)) return silent('dismissed');
  return { kind: 'ask', question: mergeQuestion(pair, point.facesShown) };
}

/** The question, without asking whether it may be asked. */
export function mergeQuestion(
  pair: Omit<MergePair, 'dismissedAt'>,
  facesShown: number,
): Extract<Change, { do: 'open_item' }> {
  const [a, b] = [...pair.clusters].sort((x, y) => (x.id < y.id ? -1 : 1)) as [ClusterFacts, ClusterFacts];
  const shared = imagesInBoth(a.faces, b.faces, pair.constraints);
  const side = (cluster: ClusterFacts): MergeSide => ({
    cluster_id: cluster.id,
    face_count: cluster.faces.length,
    face_ids: facesToShow(cluster.faces, facesShown),
  });
  const evidence: MergeSuggestionEvidence = {
    clusters: [side(a), side(b)],
    face_count: a.faces.length + b.faces.length,
    similarity: pair.similarity,
    probability: pair.probability,
    ...(pair.rated ?? {}),
    shared_image_count: shared.length,
    shared_image_ids: shared.slice(0, SHARED_IMAGES_SHOWN),
  };
  return {
    do: 'open_item',
    kind: 'merge_suggestion',
    subjectKey: mergeSuggestionSubject(a.id, b.id),
    faceId: null,
    clusterId: a.id,
    otherClusterId: b.id,
    evidence: { ...evidence },
    priority: reviewPriority(
      Math.min(a.faces.length, b.faces.length),
      pair.probability,
      a.state === 'confirmed' || b.state === 'confirmed',
    ),
    similarity: pair.similarity,
    probability: pair.probability,
  };
}

/** Two names are two people. */
export const labelsDiffer = (a: Pick<ClusterFacts, 'label'>, b: Pick<ClusterFacts, 'label'>): boolean =>
  a.label !== null && b.label !== null && a.label !== b.label;

/** A human's word keeps them apart. */
export const keptApart = (a: ClusterFacts, b: ClusterFacts, constraints: readonly Constraint[]): boolean =>
  blockingConstraints(
    a.faces.map((face) => face.id),
    b.faces.map((face) => face.id),
    constraints,
  ).length > 0;

const imageCount = (cluster: ClusterFacts): number => new Set(cluster.faces.map((face) => face.imageId)).size;
