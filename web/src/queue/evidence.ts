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
  readonly faces: readonly string[];
  readonly clusters: readonly string[];
  /** Photos that are shown whole, besides those of `shownInPhoto`. */
  readonly images: readonly string[];
  /** The face whose photo is shown. */
  readonly shownInPhoto: string | null;
}

const some = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))];

/** What the screen of a question needs. */
export function subjectsOf(question: Question): Subjects {
  switch (question.kind) {
    case 'new_cluster': {
      const { face_ids, nearest } = question.evidence;
      const clusters = some([question.subject.cluster_id, ...nearest.map(({ cluster_id }) => cluster_id)]);
      return { faces: face_ids, clusters, images: [], shownInPhoto: face_ids[0] ?? null };
    }
    case 'uncertain_assignment': {
      const { face_id, candidates } = question.evidence;
      return {
        faces: [face_id, ...candidates.flatMap(({ face_ids }) => face_ids)],
        clusters: candidates.map(({ cluster_id }) => cluster_id),
        images: [],
        shownInPhoto: face_id,
      };
    }
    case 'merge_suggestion': {
      const { clusters } = question.evidence;
      return {
        faces: clusters.flatMap(({ face_ids }) => face_ids),
        clusters: clusters.map(({ cluster_id }) => cluster_id),
        images: [],
        shownInPhoto: null,
      };
    }
    case 'split_suggestion': {
      const { cluster_id, stays, groups } = question.evidence;
      return {
        faces: [stays, ...groups].flatMap(({ face_ids }) => face_ids),
        clusters: [cluster_id],
        images: [],
        shownInPhoto: null,
      };
    }
    case 'same_image_conflict': {
      const { faces, cluster_id, image_id } = question.evidence;
      return {
        faces: faces.map(({ face_id }) => face_id),
        clusters: [cluster_id],
        images: [image_id],
        shownInPhoto: null,
      };
    }
    case 'suspect_face':
      return {
        faces: [question.evidence.face_id],
        clusters: [],
        images: [],
        shownInPhoto: question.evidence.face_id,
      };
    case 'duplicate_image': {
      const { image_ids, matching_faces } = question.evidence;
      return { faces: matching_faces.flat(), clusters: [], images: image_ids, shownInPhoto: null };
    }
    case 'constraint_conflict': {
      const { face_ids, source_cluster_id, target_cluster_id } = question.evidence.proposal;
      return {
        faces: face_ids,
        clusters: some([source_cluster_id, target_cluster_id]),
        images: [],
        shownInPhoto: face_ids[0] ?? null,
      };
    }
  }
}
