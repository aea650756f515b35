import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAssignment, type AssignmentDecision } from './assignment.js';
import type { Candidate } from './candidates.js';
import { linkageFromPair } from './calibration.js';
import { recordDecision, type RecordedDecision } from './operation-details.js';
import { replayDecision } from './replay-decision.js';
import { DEFAULT_OPERATING_POINT, type OperatingPoint } from './thresholds.js';

const pair = { slope: 20, intercept: -6, fittedOn: 'the test' };
const calibration = { pair, linkage: linkageFromPair(pair) };
const probe = { faceId: 'f', imageId: 'i', contentKey: 'k', reasons: [] };

const record = (decision: AssignmentDecision): RecordedDecision =>
  recordDecision(decision, decision.kind === 'assign' ? decision.clusterId : null);

const candidates = fc
  .array(
    fc.record({
      similarity: fc.double({ min: 0, max: 1, noNaN: true }),
      state: fc.constantFrom('pending' as const, 'confirmed' as const, 'ignored' as const),
      faceCount: fc.integer({ min: 1, max: 50 }),
    }),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map(({ similarity, state, faceCount }, i): Candidate => ({
      clusterId: `c${i}`,
      state,
      faceCount,
      centroidSimilarity: similarity,
      heldByHuman: state !== 'pending',
      cannotLink: false,
      holdsImage: false,
      similarity,
      topMean: similarity,
      exemplarFaceIds: [`f${i}`],
      links: [similarity],
    })),
  );
const points = fc
  .record({
    low: fc.double({ min: 0, max: 1, noNaN: true }),
    high: fc.double({ min: 0, max: 1, noNaN: true }),
    marginLogit: fc.double({ min: 0, max: 5, noNaN: true }),
  })
  .map(({ low, high, marginLogit }): OperatingPoint => ({
    ...DEFAULT_OPERATING_POINT,
    ask: Math.min(low, high),
    accept: Math.max(low, high),
    marginLogit,
  }));
const decide = (list: readonly Candidate[], point: OperatingPoint, apart: boolean): AssignmentDecision =>
  decideAssignment(probe, list, { point, calibration }, () => ({ apart, centroidSimilarity: 1 }));

describe('replaying a decision', () => {
  it('under the thresholds that it was taken with says what was decided', () => {
    fc.assert(
      fc.property(candidates, points, fc.boolean(), (list, point, apart) => {
        const decision = decide(list, point, apart);
        expect(replayDecision(record(decision), { point })).toBe(decision.kind);
      }),
      { numRuns: 2000 },
    );
  });

  it('under others says what would have been decided then, where no clusters are to be joined', () => {
    fc.assert(
      fc.property(candidates, points, points, (list, then, now) => {
        const recorded = record(decide(list, then, true));
        expect(replayDecision(recorded, { point: now })).toBe(decide(list, now, true).kind);
      }),
      { numRuns: 2000 },
    );
  });

  it('a face that is not clear belongs to nobody under any thresholds', () => {
    const decision = decideAssignment(
      { ...probe, reasons: ['face_small'] },
      [],
      { point: DEFAULT_OPERATING_POINT, calibration },
      () => ({ apart: true, centroidSimilarity: 0 }),
    );
    const point = { ...DEFAULT_OPERATING_POINT, accept: 0, ask: 0 };
    expect(replayDecision(record(decision), { point })).toBe('unclustered');
  });
});
