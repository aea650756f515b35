// The calibration file (JSON) of an embedding space: read with every fault named, and written so that it reads back the same.
import { CalibrationError } from '../calibration.js';
import {
  type EvidenceCalibration,
  JOIN_LOG_ODDS_UNFITTED,
  LINKAGE_FEATURES,
} from './evidence-calibration.js';

/** The calibration of a model pack, beside its pack.toml. */
export const EVIDENCE_FILE = 'evidence.json';
export const CALIBRATION_FORMAT = 'kindred-evidence-calibration/1';

type Table = Readonly<Record<string, unknown>>;

interface Bound {
  readonly min: number;
  readonly max: number;
}
const ANY: Bound = { min: -1e6, max: 1e6 };
const COSINE: Bound = { min: -1, max: 1 };
const SHARE: Bound = { min: 0, max: 1 };
const POSITIVE: Bound = { min: 1e-9, max: 1e9 };
const JOIN_LOG_ODDS: Bound = { min: 0, max: 20 };
const FREEDOM: Bound = { min: 2, max: 60 };

/**
 * @param document What JSON.parse gave.
 * @throws CalibrationError naming every fault by its path.
 */
export function parseEvidenceCalibration(document: unknown): EvidenceCalibration {
  const faults: string[] = [];
  const root = new Section(document, '', faults);
  if (faults.length > 0) throw new CalibrationError(faults);
  if (root.text('format') !== CALIBRATION_FORMAT) faults.push(`format must be ${CALIBRATION_FORMAT}`);
  const gain = root.section('gain');
  const gate = root.section('gate');
  const links = root.section('links');
  const average = root.section('average');
  const calibration: EvidenceCalibration = {
    space: root.text('space'),
    recogniserSha256: root.hash('recogniser_sha256'),
    fittedOn: root.text('fitted_on'),
    impostorMean: root.number('impostor_mean', { min: -1, max: 0.999 }),
    unrecognisable: Float32Array.from(root.numbers('unrecognisable', null)),
    gain: {
      intercept: gain.number('intercept', ANY),
      slope: gain.number('slope', { min: 0, max: 1e6 }),
      min: gain.number('min', { min: 0.01, max: 0.99 }),
      max: gain.number('max', { min: 0.01, max: 0.99 }),
    },
    gate: {
      qualityMin: gate.number('quality_min', SHARE),
      unrecognisableSimilarityMax: gate.number('unrecognisable_similarity_max', COSINE),
    },
    links: {
      similarityMin: links.number('similarity_min', COSINE),
      ingestSimilarityMin: links.number('ingest_similarity_min', COSINE),
      missingSimilarity: links.number('missing_similarity', COSINE),
    },
    average: {
      offset: average.number('offset', ANY),
      slope: average.number('slope', POSITIVE),
      sameMean: average.number('same_mean', POSITIVE),
      sameSpread: average.number('same_spread', POSITIVE),
      otherSpread: average.number('other_spread', POSITIVE),
      sameFreedom: average.number('same_freedom', FREEDOM),
      otherFreedom: average.number('other_freedom', FREEDOM),
      dimensions: average.number('dimensions', POSITIVE),
      stop: average.number('stop', ANY),
    },
    linkage: Float64Array.from(root.numbers('linkage', LINKAGE_FEATURES)),
    joinLogOddsMin: root.numberOrNull('join_log_odds_min', JOIN_LOG_ODDS) ?? JOIN_LOG_ODDS_UNFITTED,
    joinLogOddsMinOfFew: root.numberOrNull('join_log_odds_min_of_few', JOIN_LOG_ODDS),
    ingestAccept: root.number('ingest_accept', { min: 0.5, max: 1 }),
    ingestAsked: root.numberOrNull('ingest_asked', SHARE),
  };
  if (faults.length === 0) noteContradictions(calibration, faults);
  if (faults.length > 0) throw new CalibrationError(faults);
  return calibration;
}

/** What a space is made by, as its model pack says. */
export interface SpaceMaker {
  readonly space: string;
  readonly recogniserSha256: string;
  /** Values of an embedding. */
  readonly width: number;
}

/** @throws CalibrationError when the calibration was fitted for another space, or for other weights under the same name. */
export function requireCalibrationOf(calibration: EvidenceCalibration, maker: SpaceMaker): void {
  const faults: string[] = [];
  if (calibration.space !== maker.space)
    faults.push(`space is ${calibration.space}, the pack is ${maker.space}`);
  if (calibration.recogniserSha256 !== maker.recogniserSha256)
    faults.push('recogniser_sha256 is not that of the pack: the calibration was fitted for other weights');
  if (calibration.unrecognisable.length !== maker.width)
    faults.push(`unrecognisable has ${calibration.unrecognisable.length} values, the space ${maker.width}`);
  if (faults.length > 0) throw new CalibrationError(faults);
}

function noteContradictions({ gain, links, unrecognisable }: EvidenceCalibration, faults: string[]): void {
  if (gain.min >= gain.max) faults.push('gain.min must be below gain.max');
  if (links.ingestSimilarityMin > links.similarityMin)
    faults.push('links.ingest_similarity_min must not exceed links.similarity_min');
  if (links.missingSimilarity > links.ingestSimilarityMin)
    faults.push('links.missing_similarity must not exceed links.ingest_similarity_min');
  let squares = 0;
  for (const value of unrecognisable) squares += value * value;
  if (Math.abs(squares - 1) > 1e-3) faults.push('unrecognisable must have unit length');
}

/** The content of a file, without line breaks inside lists of numbers. */
export function renderEvidenceCalibration(calibration: EvidenceCalibration): string {
  const { gain, gate, links, average } = calibration;
  const document = {
    format: CALIBRATION_FORMAT,
    space: calibration.space,
    recogniser_sha256: calibration.recogniserSha256,
    fitted_on: calibration.fittedOn,
    impostor_mean: calibration.impostorMean,
    gain: { ...gain },
    gate: {
      quality_min: gate.qualityMin,
      unrecognisable_similarity_max: gate.unrecognisableSimilarityMax,
    },
    links: {
      similarity_min: links.similarityMin,
      ingest_similarity_min: links.ingestSimilarityMin,
      missing_similarity: links.missingSimilarity,
    },
    average: {
      offset: average.offset,
      slope: average.slope,
      same_mean: average.sameMean,
      same_spread: average.sameSpread,
      other_spread: average.otherSpread,
      same_freedom: average.sameFreedom,
      other_freedom: average.otherFreedom,
      dimensions: average.dimensions,
      stop: average.stop,
    },
    linkage: [...calibration.linkage],
    join_log_odds_min: calibration.joinLogOddsMin,
    join_log_odds_min_of_few: calibration.joinLogOddsMinOfFew,
    ingest_accept: calibration.ingestAccept,
    ingest_asked: calibration.ingestAsked,
    unrecognisable: [...calibration.unrecognisable],
  };
  const lines = Object.entries(document).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** Reads one object and notes what is wrong with it. */
class Section {
  private readonly table: Table | null;

  constructor(
    value: unknown,
    private readonly path: string,
    private readonly faults: string[],
  ) {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.table = isTable ? (value as Table) : null;
    // A missing section is one fault; its figures are not reported a second time.
    if (!isTable) faults.push(`${path === '' ? 'calibration' : path} is missing or no object`);
  }

  section(name: string): Section {
    return new Section(this.table?.[name], this.nameOf(name), this.faults);
  }

  text(name: string): string {
    const value = this.table?.[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (this.table !== null) this.faults.push(`${this.nameOf(name)} must be a text`);
    return '';
  }

  hash(name: string): string | null {
    const value = this.table?.[name];
    if (value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))) return value;
    if (this.table !== null) this.faults.push(`${this.nameOf(name)} must be a SHA-256 in hex, or null`);
    return null;
  }

  number(name: string, { min, max }: Bound): number {
    const value = this.table?.[name];
    if (typeof value === 'number' && value >= min && value <= max) return value;
    if (this.table !== null) this.faults.push(`${this.nameOf(name)} must be a number from ${min} to ${max}`);
    return 0;
  }

  /** Absent in files that were written before the figure was fitted. */
  numberOrNull(name: string, bound: Bound): number | null {
    return (this.table?.[name] ?? null) === null ? null : this.number(name, bound);
  }

  /** @param length null: 1 to 4096. */
  numbers(name: string, length: number | null): number[] {
    const value = this.table?.[name];
    const isList = Array.isArray(value) && value.every((one) => Number.isFinite(one));
    if (isList && (length === null ? value.length > 0 && value.length <= 4096 : value.length === length))
      return value as number[];
    if (this.table !== null)
      this.faults.push(`${this.nameOf(name)} must be a list of ${length ?? '1 to 4096'} numbers`);
    return [];
  }

  private nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}
