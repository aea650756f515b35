// What a tenant is asked about: which kinds of questions are raised, and the numbers that belong to one kind alone.
import { REVIEW_KINDS, type ReviewKind } from './review-item.js';

export interface ReviewSettings {
  /** Kinds that are off raise no new question; open ones stay until they are answered or moot. */
  readonly kinds: Readonly<Record<ReviewKind, boolean>>;
  /**
   * Hamming distance (bits, 0..16) of two 64-bit perceptual hashes up to which two images are asked about. 4: a re-encoded or
   * scaled copy differs in 0 to 4 bits; above 10 unlike pictures begin to meet.
   */
  readonly duplicateDistanceMax: number;
}

/** Suspect faces and near-duplicates are many and worth little to most: they are asked about on demand. */
export const DEFAULT_REVIEW_SETTINGS: ReviewSettings = {
  kinds: {
    new_cluster: true,
    uncertain_assignment: true,
    merge_suggestion: true,
    split_suggestion: true,
    same_image_conflict: true,
    suspect_face: false,
    duplicate_image: false,
    constraint_conflict: true,
  },
  duplicateDistanceMax: 4,
};

const DISTANCE_MAX = 16;

/** A fault of one setting; `name` is its path below `review`, with `/` between the steps. */
export interface ReviewSettingFault {
  readonly name: string;
  readonly detail: string;
}

export class ReviewSettingsError extends Error {
  constructor(readonly faults: readonly ReviewSettingFault[]) {
    super(faults.map((fault) => `${fault.name}: ${fault.detail}`).join('; '));
    this.name = 'ReviewSettingsError';
  }
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads `review` of a tenant's settings over the defaults.
 * Throws ReviewSettingsError with every fault: an unknown name, a switch that is no boolean, a distance out of its range.
 */
export function parseReviewSettings(table: unknown): ReviewSettings {
  if (table === undefined || table === null) return DEFAULT_REVIEW_SETTINGS;
  if (!isTable(table)) throw new ReviewSettingsError([{ name: '', detail: 'must be a table' }]);
  const { kinds, duplicate_distance_max: distance, ...unknown } = table;
  const faults = Object.keys(unknown).map((name) => ({ name, detail: 'is no setting' }));
  const switches = parseKinds(kinds, faults);
  if (distance !== undefined && !isDistance(distance)) {
    faults.push({
      name: 'duplicate_distance_max',
      detail: `must be a whole number between 0 and ${DISTANCE_MAX}`,
    });
  }
  if (faults.length > 0) throw new ReviewSettingsError(faults);
  return {
    kinds: switches,
    duplicateDistanceMax: isDistance(distance) ? distance : DEFAULT_REVIEW_SETTINGS.duplicateDistanceMax,
  };
}

const isDistance = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= DISTANCE_MAX;

function parseKinds(table: unknown, faults: ReviewSettingFault[]): ReviewSettings['kinds'] {
  const kinds = { ...DEFAULT_REVIEW_SETTINGS.kinds };
  if (table === undefined) return kinds;
  if (!isTable(table)) {
    faults.push({ name: 'kinds', detail: 'must be a table' });
    return kinds;
  }
  for (const [name, on] of Object.entries(table)) {
    const kind = REVIEW_KINDS.find((known) => known === name);
    if (kind === undefined) faults.push({ name: `kinds/${name}`, detail: 'is no kind of review item' });
    else if (typeof on !== 'boolean') faults.push({ name: `kinds/${name}`, detail: 'must be true or false' });
    else kinds[kind] = on;
  }
  return kinds;
}
