// What other groups say about joining two: a group that fits two groups that are not one person belongs to one of them at most.
//
// [Note: Rivals] Evidence rates a pair as if nobody else were there. Take a third group C: all three are one person, or two of them
// are, or none. Summed over these five cases, with the log odds ab, ac and bc of the pairs, the odds that A and B are one person are
//
//   (e^(ab+ac+bc) + e^ab) / (e^ac + e^bc + 1)
//
// so that C changes ab by log(1 + e^(ac+bc)) − log(1 + e^ac + e^bc): nothing where C is neither, about −ac where C fits A as well but
// is not B, and nothing worse than that where C is another part of the same person. Only the strongest rival counts, and none in
// favour: what several parts of one person say is not independent.
import { type FaceGroup, type FaceGroups, joinObstacle } from './face-group.js';

/** Log odds that two groups are one person, from everything that is known of the pair. */
export type PairRating = (a: FaceGroup, b: FaceGroup) => number;

/** Log odds, >= 0, that the strongest rival takes off the evidence for joining `a` and `b`. */
export function rivalCost(groups: FaceGroups, a: FaceGroup, b: FaceGroup, rate: PairRating): number {
  let cost = 0;
  const seen = new Set<number>([a.id, b.id]);
  for (const links of [a.links, b.links]) {
    for (const id of links.keys()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const rival = groups.get(id)!;
      const [withA, withB] = [oddsWith(a, rival, rate), oddsWith(b, rival, rate)];
      cost = Math.max(cost, Math.log((1 + withA + withB) / (1 + withA * withB)));
    }
  }
  return cost;
}

/** Odds beyond which two groups are one person for certain: products of two stay finite. */
const ODDS_MAX = 1e12;

/** Odds (0..1e12); 0 where no link was found, or where a human has said that they are two. */
function oddsWith(group: FaceGroup, rival: FaceGroup, rate: PairRating): number {
  if (!group.links.has(rival.id) || joinObstacle(group, rival) === 'cannot_link') return 0;
  return Math.min(ODDS_MAX, Math.exp(rate(group, rival)));
}
