// What the reaction of the review queue to a change is planned from, and what comes out.
import type { ClusterRecord, ReviewItemRecord } from '../../database/records.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import type { Constraint } from '../../domain/cluster/constraints.js';
import type { Arrived } from '../applying/arrived.js';
import type { TenantPolicy } from '../assignment/assignment-policies.js';

export type Question = Extract<Change, { do: 'open_item' }>;

/** What becomes of an open item: it stays, it ends, or the question that it takes on. */
export type ItemOutcome = 'stands' | 'superseded' | 'cancelled' | Question;

/** What a change may settle open questions by. */
export interface SettlingChange {
  /** Clusters that changed and stay, as they are now, by id. */
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  readonly deletedClusterIds: readonly string[];
  readonly erasedFaceIds: readonly string[];
  /** Stored faces changed, a human's word was added or retired, or a question came back: more than arrivals. */
  readonly reshaping: boolean;
  /** Constraints that this very change adds, reinstates and retires; they are written after the reaction is planned. */
  readonly adding: readonly Omit<Constraint, 'operationId'>[];
  readonly retiring: readonly string[];
  readonly policy: TenantPolicy;
}

export interface ReactionInput extends SettlingChange {
  /** Open items about a face or cluster of the change. */
  readonly items: readonly ReviewItemRecord[];
  /** Items that the decision itself closes; they are still open while the reaction is planned. */
  readonly decidedItemIds: ReadonlySet<string>;
  /** Those that were provisional before and are named or hidden now: doubts about their faces are moot. */
  readonly settledClusterIds: readonly string[];
  /** Rows that came with this very change. */
  readonly arrived: Arrived;
  /** Clusters made by this very change: nothing was ever asked about them. */
  readonly newClusterIds: ReadonlySet<string>;
  /** Questions that the plan itself opens. */
  readonly opening: readonly Question[];
  /** Only these clusters are asked about anew; absent: all that changed. */
  readonly askAnewAbout?: readonly string[] | undefined;
}

export interface ReactionResult {
  /** The open items that were looked at, as they were. */
  readonly items: readonly ReviewItemRecord[];
  readonly superseded: readonly string[];
  readonly cancelled: readonly string[];
  readonly questions: readonly Question[];
}
