// What each kind of question shows, as docs/review-queue.md tells it: the API document leaves it open.
import type { ReviewItem } from '../api/client';
import type { Kind } from '../text/kinds';

export interface Nearby {
  readonly cluster_id: string;
  readonly similarity: number;
  readonly probability: number;
}
export interface Offered extends Nearby {
  readonly face_count: number;
  readonly face_ids: readonly string[];
}
export interface Part {
  readonly face_count: number;
  readonly face_ids: readonly string[];
}

export interface EvidenceOf {
  new_cluster: {
    readonly face_ids: readonly string[];
    readonly face_count: number;
    readonly nearest: readonly Nearby[];
  };
  uncertain_assignment: {
    readonly face_id: string;
    readonly own_cluster_id: string;
    readonly rule: 'ask_band' | 'margin';
    readonly candidates: readonly Offered[];
  };
  merge_suggestion: {
    readonly clusters: readonly [
      Part & { readonly cluster_id: string },
      Part & { readonly cluster_id: string },
    ];
    readonly face_count: number;
    readonly similarity: number;
    readonly probability: number;
    readonly shared_image_count: number;
  };
  split_suggestion: {
    readonly cluster_id: string;
    readonly face_count: number;
    readonly stays: Part;
    readonly groups: readonly Part[];
  };
  same_image_conflict: {
    readonly image_id: string;
    readonly cluster_id: string;
    readonly faces: readonly [ConflictingFace, ConflictingFace];
  };
  suspect_face: {
    readonly face_id: string;
    readonly image_id: string;
    readonly reasons: readonly string[];
    readonly quality: number;
  };
  duplicate_image: {
    readonly image_ids: readonly [string, string];
    readonly distance: number;
    readonly matching_faces: readonly (readonly [string, string])[];
  };
  constraint_conflict: {
    readonly proposal: {
      readonly by: 'import' | 'consolidation' | 'migration';
      readonly do: 'move' | 'merge';
      readonly face_ids: readonly string[];
      readonly source_cluster_id: string | null;
      readonly target_cluster_id: string | null;
      readonly label: string | null;
      readonly probability: number | null;
    };
    readonly stands: {
      readonly constraints: readonly {
        readonly kind: string;
        readonly face_a: string;
        readonly face_b: string;
      }[];
      readonly locked_face_ids: readonly string[];
    };
  };
}
interface ConflictingFace {
  readonly face_id: string;
  readonly similarity: number;
  readonly probability: number;
}

/** A question whose evidence is known by its kind. */
export type Question = {
  [K in Kind]: Omit<ReviewItem, 'kind' | 'evidence'> & { readonly kind: K; readonly evidence: EvidenceOf[K] };
}[Kind];
export type QuestionOf<K extends Kind> = Extract<Question, { kind: K }>;

export const questionOf = (item: ReviewItem): Question => item as unknown as Question;

export interface Subjects {
  /** Faces that are cut out in the middle size, in the order of the screen. */
  readonly crops: readonly string[];
  /** People who are spoken of. */
  readonly clusters: readonly string[];
  /** Those of them for whom one face stands. */
  readonly covers: readonly string[];
  /** Photos that are shown whole, besides that of `large`. */
  readonly images: readonly string[];
  /** The face that is shown large, and in its photo. */
  readonly large: string | null;
}

/** Examples that are shown of a person beside others, count. */
export const EXAMPLES_MAX = 6;

const NONE: Subjects = { crops: [], clusters: [], covers: [], images: [], large: null };
const some = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];
const examples = (people: readonly { readonly face_ids: readonly string[] }[]): string[] =>
  people.flatMap(({ face_ids }) => face_ids.slice(0, EXAMPLES_MAX));
const ids = (people: readonly { readonly cluster_id: string }[]): string[] =>
  people.map(({ cluster_id }) => cluster_id);

/** What the screen of a question needs. */
export function subjectsOf(question: Question): Subjects {
  switch (question.kind) {
    case 'new_cluster': {
      const { face_ids, nearest } = question.evidence;
      const clusters = some([question.subject.cluster_id, ...ids(nearest)]);
      const crops = face_ids.length > 1 ? face_ids : [];
      return { ...NONE, crops, clusters, covers: ids(nearest), large: face_ids[0] ?? null };
    }
    case 'uncertain_assignment': {
      const { face_id, candidates } = question.evidence;
      return { ...NONE, crops: examples(candidates), clusters: ids(candidates), large: face_id };
    }
    case 'merge_suggestion': {
      const { clusters } = question.evidence;
      return { ...NONE, crops: examples(clusters), clusters: ids(clusters) };
    }
    case 'split_suggestion': {
      const { cluster_id, stays, groups } = question.evidence;
      const crops = [stays, ...groups].flatMap(({ face_ids }) => face_ids);
      return { ...NONE, crops, clusters: [cluster_id] };
    }
    case 'same_image_conflict': {
      const { faces, cluster_id, image_id } = question.evidence;
      const crops = faces.map(({ face_id }) => face_id);
      return { ...NONE, crops, clusters: [cluster_id], covers: [cluster_id], images: [image_id] };
    }
    case 'suspect_face':
      return { ...NONE, large: question.evidence.face_id };
    case 'duplicate_image':
      return { ...NONE, images: question.evidence.image_ids };
    case 'constraint_conflict': {
      const { face_ids, source_cluster_id, target_cluster_id } = question.evidence.proposal;
      const clusters = some([source_cluster_id, target_cluster_id]);
      return { ...NONE, clusters, covers: clusters, large: face_ids[0] ?? null };
    }
  }
}
