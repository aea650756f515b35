// Turns the text of a pack.toml into a ModelPack, or names every fault in it.
import { parse, TomlError } from 'smol-toml';
import { CalibrationError, parseCalibration, type Calibration } from '../domain/cluster/calibration.js';
import { ALIGNMENT_TEMPLATES } from '../domain/face/align.js';
import { EMBEDDING_WIDTH } from '../domain/face/embedding.js';
import {
  DETECTOR_KINDS,
  RECOGNISER_KINDS,
  type DetectorContract,
  type LandmarkerContract,
  type ModelPack,
  type PixelContract,
  type RecogniserContract,
  type WeightsFile,
} from './model-pack.js';
import { isTomlTable, TomlTableReader } from './toml-table-reader.js';

/** A pack.toml that cannot be used; the message lists every fault. */
export class ModelPackError extends Error {
  constructor(
    readonly where: string,
    readonly faults: readonly string[],
  ) {
    super(`model pack ${where}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ModelPackError';
  }
}

/**
 * @param text Content of the file. @param where Path or name for messages.
 * @throws ModelPackError listing all faults: syntax, missing, ill-typed, out of range or unknown keys, parts that contradict each other.
 */
export function parseModelPack(text: string, where: string): ModelPack {
  const faults: string[] = [];
  const root = new TomlTableReader(parseToml(text, where), '', faults);
  const id = root.text('id', { pattern: /^[a-z0-9][a-z0-9.-]{0,63}$/, shape: 'a-z 0-9 . - (64 at most)' });
  const description = root.text('description');
  const detector = readDetector(root.section('detector'));
  const landmarkerSection = root.optionalSection('landmarker');
  const landmarker = landmarkerSection && readLandmarker(landmarkerSection);
  const recogniserSection = root.section('recogniser');
  const recogniser = readRecogniser(recogniserSection);
  if (faults.length === 0) noteContradictions({ detector, landmarker, recogniser }, root);

  const calibration = readCalibration(root, faults);
  const point = root.section('operating_point');
  const operatingPoint = {
    similarity: point.number('similarity', { min: -1, max: 1 }),
    falseAcceptRate: point.number('false_accept_rate', { min: 0, max: 1 }),
    trueAcceptRate: point.number('true_accept_rate', { min: 0, max: 1 }),
    measuredOn: point.text('measured_on'),
  };
  point.finish();
  root.finish();
  if (faults.length > 0) throw new ModelPackError(where, faults);
  return { id, description, detector, landmarker, recogniser, calibration, operatingPoint };
}

/** The calibration is the business of domain/cluster, which parses its own table. */
function readCalibration(root: TomlTableReader, faults: string[]): Calibration {
  try {
    return parseCalibration(root.optionalTable('calibration'));
  } catch (error) {
    if (!(error instanceof CalibrationError)) throw error;
    faults.push(
      ...error.faults.map((fault) => (fault.startsWith('calibration') ? fault : `calibration.${fault}`)),
    );
    return UNREADABLE;
  }
}

/** Stands in for a calibration whose faults have been noted: the pack is refused anyway. */
const UNREADABLE = {} as Calibration;

function parseToml(text: string, where: string): Record<string, unknown> {
  try {
    const document: unknown = parse(text);
    return isTomlTable(document) ? document : {};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ModelPackError(where, [
      `is not TOML: line ${error.line}, column ${error.column}: ${error.message}`,
    ]);
  }
}

function readWeights(table: TomlTableReader): WeightsFile {
  return {
    file: table.text('file', {
      pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*\.onnx$/,
      shape: 'a plain file name ending in .onnx',
    }),
    sha256: table.text('sha256', {
      pattern: /^[0-9a-f]{64}$/,
      shape: '64 lower-case hex digits, or empty',
      allowEmpty: true,
    }),
    source: table.text('source'),
    licence: table.text('licence'),
  };
}

function readPixels(table: TomlTableReader): PixelContract {
  const pixels = {
    layout: table.choice('layout', ['nchw', 'nhwc']),
    colour: table.choice('colour', ['rgb', 'bgr']),
    mean: table.triple('mean'),
    std: table.triple('std'),
  };
  if (pixels.std.some((value) => value <= 0)) table.note('std', 'must be three numbers above 0');
  return pixels;
}

function readDetector(table: TomlTableReader): DetectorContract {
  const scoreWeak = table.number('score_weak', { min: 0.01, max: 1 });
  const contract = {
    kind: table.choice('kind', DETECTOR_KINDS),
    ...readWeights(table),
    pixels: readPixels(table),
    longSidePx: table.number('long_side_px', { min: 64, max: 4096, whole: true }),
    canvas: table.choice('canvas', ['square', 'multiple_of_32']),
    scoreMin: table.number('score_min', { min: 0.01, max: 1 }),
    scoreWeak,
    scoreRescue: table.number('score_rescue', { min: 0.01, max: 1, default: scoreWeak }),
    overlapMax: table.number('overlap_max', { min: 0.01, max: 1 }),
  };
  if (contract.scoreWeak < contract.scoreMin) table.note('score_weak', 'must not be below score_min');
  if (contract.longSidePx % 32 !== 0) table.note('long_side_px', 'must be a multiple of 32');
  table.finish();
  return contract;
}

function readLandmarker(table: TomlTableReader): LandmarkerContract {
  const contract = {
    ...readWeights(table),
    pixels: readPixels(table),
    inputPx: table.number('input_px', { min: 16, max: 1024, whole: true }),
  };
  table.finish();
  return contract;
}

function readRecogniser(table: TomlTableReader): RecogniserContract {
  const contract = {
    kind: table.choice('kind', RECOGNISER_KINDS),
    ...readWeights(table),
    pixels: readPixels(table),
    inputPx: table.number('input_px', { min: 16, max: 1024, whole: true }),
    width: table.number('width', { min: 1, max: EMBEDDING_WIDTH, whole: true }),
    template: table.choice(
      'template',
      ALIGNMENT_TEMPLATES.map((template) => template.name),
    ),
    normMin: table.number('norm_min', { min: 0, max: 1e6, default: 0 }),
  };
  table.finish();
  return contract;
}

/** Parts that are each well-formed but do not fit together. */
function noteContradictions(
  pack: Pick<ModelPack, 'detector' | 'landmarker' | 'recogniser'>,
  root: TomlTableReader,
): void {
  const template = ALIGNMENT_TEMPLATES.find(({ name }) => name === pack.recogniser.template);
  if (template && template.sizePx !== pack.recogniser.inputPx) {
    root.note('recogniser.input_px', `must be ${template.sizePx}, the size of the template ${template.name}`);
  }
  if (pack.detector.kind === 'ssd' && !pack.landmarker) {
    root.note('landmarker', 'is missing: a detector of kind ssd gives no landmarks');
  }
}
