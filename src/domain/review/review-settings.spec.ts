import { describe, expect, it } from 'vitest';
import { DEFAULT_REVIEW_SETTINGS, parseReviewSettings, ReviewSettingsError } from './review-settings.js';
import { isSuspect } from './suspect-face.js';

const faultsOf = (table: unknown): string[] => {
  try {
    parseReviewSettings(table);
  } catch (error) {
    if (error instanceof ReviewSettingsError) return error.faults.map(({ name }) => name);
    throw error;
  }
  return [];
};

describe('parseReviewSettings', () => {
  it('raises every kind but the two that are asked for on demand, unless told otherwise', () => {
    const { kinds } = parseReviewSettings(undefined);
    expect(Object.entries(kinds).flatMap(([kind, on]) => (on ? [] : [kind]))).toEqual([
      'suspect_face',
      'duplicate_image',
    ]);
    expect(parseReviewSettings({ kinds: { suspect_face: true, new_cluster: false } }).kinds).toMatchObject({
      suspect_face: true,
      new_cluster: false,
      merge_suggestion: true,
    });
    expect(parseReviewSettings({ duplicate_distance_max: 0 }).duplicateDistanceMax).toBe(0);
    expect(parseReviewSettings({})).toEqual(DEFAULT_REVIEW_SETTINGS);
  });

  it('names every fault', () => {
    expect(
      faultsOf({ kind: {}, kinds: { face: true, suspect_face: 'yes' }, duplicate_distance_max: 17 }),
    ).toEqual(['kind', 'kinds/face', 'kinds/suspect_face', 'duplicate_distance_max']);
    expect(faultsOf({ kinds: [], duplicate_distance_max: 1.5 })).toEqual(['kinds', 'duplicate_distance_max']);
    expect(faultsOf('all')).toEqual(['']);
  });
});

describe('isSuspect', () => {
  it('is a face with one fault, not far from good enough', () => {
    expect(isSuspect(0.3, ['detection_weak'])).toBe(true);
    expect(isSuspect(0.2, ['detection_weak'])).toBe(false);
    expect(isSuspect(0.3, ['detection_weak', 'face_blurred'])).toBe(false);
    expect(isSuspect(0.9, [])).toBe(false);
  });
});
