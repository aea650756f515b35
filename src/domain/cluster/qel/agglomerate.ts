// Joins the best pair of groups again and again until no pair is good enough.
//
// [Note: Lazy order] A merge changes the evidence of every pair that the merged group is part of. Rated anew are only those
// pairs that come to the top of the queue: a pair that has become worse sinks back, one that has become better is found by
// the next sweep. What is joined therefore depends on evidence and content hashes alone.
import { BEST_LINKS, type BestLinks } from './best-links.js';
import { type FaceGroup, type FaceGroups, joinGroups, joinObstacle } from './face-group.js';
import { MergeQueue } from './merge-queue.js';
import { rivalCost } from './rival-groups.js';

/** Log odds against one person for each pair of faces from one photo: mirrors and collages exist, but are rare. */
export const SAME_PHOTO_COST = 4;
/** Pairs from one photo that count: a person with many mirror pictures must still be able to become one. */
const SAME_PHOTO_PAIRS_MAX = 3;

export function samePhotoCost(pairs: number): number {
  return SAME_PHOTO_COST * Math.min(pairs, SAME_PHOTO_PAIRS_MAX);
}

export interface AgglomerationRule {
  /** Log odds that the two are one person, from their statistics and links. */
  readonly rate: (a: FaceGroup, b: FaceGroup, links: BestLinks) => number;
  /** Log odds from which two groups join; those of two with fewer than BEST_LINKS pairs of faces between them, where they differ. */
  readonly stop: number;
  readonly stopOfFew?: number;
  /** Whether the evidence must also stand against the strongest rival of the pair; see rival-groups.ts. */
  readonly againstRivals?: boolean;
  /** Hears of each merge before it happens. */
  readonly onMerge?: (a: FaceGroup, b: FaceGroup, logit: number) => void;
}

const NO_LINKS: BestLinks = [];
const SAME_LOGIT = 1e-9;

/** Joins groups in place; what is left in `groups` is the result. */
export function agglomerate(groups: FaceGroups, rule: AgglomerationRule): void {
  const queue = new MergeQueue();
  const rate = (a: FaceGroup, b: FaceGroup): number =>
    rule.rate(a, b, a.links.get(b.id) ?? NO_LINKS) - samePhotoCost(a.samePhoto.get(b.id) ?? 0);
  const stopOf = (a: FaceGroup, b: FaceGroup): number =>
    a.members.length * b.members.length < BEST_LINKS ? (rule.stopOfFew ?? rule.stop) : rule.stop;
  const push = (a: FaceGroup, b: FaceGroup, logit: number): void => {
    const [low, high] = a.id < b.id ? [a, b] : [b, a];
    queue.push({ logit, low: low.id, high: high.id, lowVersion: low.version, highVersion: high.version });
  };
  const offer = (a: FaceGroup, b: FaceGroup): void => {
    if (joinObstacle(a, b) !== null) return;
    const logit = rate(a, b);
    if (logit >= stopOf(a, b)) push(a, b, logit);
  };
  for (let joined = true; joined;) {
    joined = false;
    for (const group of groups.values()) {
      for (const id of group.links.keys()) if (group.id < id) offer(group, groups.get(id)!);
    }
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const low = groups.get(next.low);
      const high = groups.get(next.high);
      if (low === undefined || high === undefined || joinObstacle(low, high) !== null) continue;
      const stop = stopOf(low, high);
      let logit = next.logit;
      if (low.version !== next.lowVersion || high.version !== next.highVersion) {
        logit = rate(low, high);
        if (logit < stop) continue;
        if (logit < next.logit - SAME_LOGIT) {
          push(low, high, logit);
          continue;
        }
      }
      // A pair that yields to a rival comes up again in the next sweep: the rival may have found its place by then.
      if (rule.againstRivals && logit - rivalCost(groups, low, high, rate) < stop) continue;
      rule.onMerge?.(low, high, logit);
      const inherited = [...smaller(low, high).links.keys()];
      const kept = joinGroups(groups, low, high);
      for (const id of inherited) {
        const other = groups.get(id);
        if (other !== undefined && other !== kept) offer(kept, other);
      }
      joined = true;
    }
  }
}

/** The group whose neighbours the merged one gains; those of the larger are rated when they come up. */
function smaller(a: FaceGroup, b: FaceGroup): FaceGroup {
  return a.links.size + a.members.length < b.links.size + b.members.length ? a : b;
}
