// Do human words hold? Answers against what the machine did by itself: pairs that it had split are tied, pairs that it had
// joined are kept apart, and the set is consolidated again.
import { consolidate } from '../domain/cluster/qel/consolidate.js';
import type { FacePair } from '../domain/cluster/qel/consolidation-input.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { consolidationInput, type LabelledSet } from '../domain/evaluation/labelled-set.js';
import { seededRandom } from '../domain/evaluation/seeded-random.js';

const PAIRS = 300;
const TRIES = 2_000_000;

export function checkConstraints(
  set: LabelledSet,
  calibration: EvidenceCalibration,
): { readonly checked: number; readonly violated: number } {
  const input = consolidationInput(set);
  const { faces, graph } = set;
  const before = consolidate(input, calibration).groupOf;
  const random = seededRandom(9);
  const mustLinks: FacePair[] = [];
  const cannotLinks: FacePair[] = [];
  for (let i = 0; i < TRIES && (mustLinks.length < PAIRS || cannotLinks.length < PAIRS); i++) {
    const a = random.below(faces.count);
    const degree = graph.offsets[a + 1]! - graph.offsets[a]!;
    if (degree === 0 || faces.kinds[a] === 'unrecognisable') continue;
    const b = graph.neighbours[graph.offsets[a]! + random.below(degree)]!;
    const same = faces.people[a] === faces.people[b];
    if (same && before[a] !== before[b] && mustLinks.length < PAIRS) mustLinks.push({ a, b });
    if (!same && before[a] === before[b] && cannotLinks.length < PAIRS) cannotLinks.push({ a, b });
  }
  const after = consolidate({ ...input, human: { mustLinks, cannotLinks, held: [] } }, calibration).groupOf;
  const violated =
    mustLinks.filter(({ a, b }) => after[a] !== after[b]).length +
    cannotLinks.filter(({ a, b }) => after[a] === after[b]).length;
  return { checked: mustLinks.length + cannotLinks.length, violated };
}
