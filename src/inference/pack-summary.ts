// What the rest of the house may know about a model pack.
import type { Calibration } from '../domain/cluster/calibration.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import type { InferenceOptions } from './inference-options.js';
import type { ModelPack, OperatingPoint, WeightsFile } from './model-pack.js';

interface SummarisedNetwork extends Pick<WeightsFile, 'file' | 'sha256' | 'licence'> {
  readonly kind: string;
}

export interface ModelPackSummary {
  /** Also the embedding space. */
  readonly id: string;
  readonly description: string;
  readonly detector: SummarisedNetwork;
  readonly recogniser: SummarisedNetwork;
  /** Values of an embedding before padding. */
  readonly width: number;
  /** A larger raster is of no use to the detector, px. */
  readonly detectorLongSidePx: number;
  readonly calibration: Calibration;
  /** null: the pack brings none, and its tenants are not consolidated. */
  readonly evidence: EvidenceCalibration | null;
  readonly operatingPoint: OperatingPoint;
  readonly executionProvider: InferenceOptions['executionProvider'];
}

export function summaryOf(
  pack: ModelPack,
  evidence: EvidenceCalibration | null,
  executionProvider: InferenceOptions['executionProvider'],
): ModelPackSummary {
  const { detector, recogniser } = pack;
  return {
    id: pack.id,
    description: pack.description,
    detector: networkOf(detector),
    recogniser: networkOf(recogniser),
    width: recogniser.width,
    detectorLongSidePx: detector.longSidePx,
    calibration: pack.calibration,
    evidence,
    operatingPoint: pack.operatingPoint,
    executionProvider,
  };
}

const networkOf = ({ kind, file, sha256, licence }: WeightsFile & { kind: string }): SummarisedNetwork => ({
  kind,
  file,
  sha256,
  licence,
});
