// A model pack: everything about a detector and a recogniser that code must not guess. Its id is the embedding space.
import type { Calibration } from '../domain/cluster/calibration.js';

/** How pixels become the numbers of an input tensor: (pixel − mean) / std per channel, in the order of `colour`. */
export interface PixelContract {
  readonly layout: 'nchw' | 'nhwc';
  readonly colour: 'rgb' | 'bgr';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** One weights file. */
export interface WeightsFile {
  /** File name inside the pack's folder. */
  readonly file: string;
  /** Lower-case hex; empty while the owner has not brought the file yet. */
  readonly sha256: string;
  readonly source: string;
  readonly licence: string;
}

export const DETECTOR_KINDS = ['retinaface', 'scrfd', 'ssd'] as const;
export const RECOGNISER_KINDS = ['arcface', 'compact'] as const;

export interface DetectorContract extends WeightsFile {
  readonly kind: (typeof DETECTOR_KINDS)[number];
  readonly pixels: PixelContract;
  /** The photo's long side is shrunk to this many px, never enlarged. */
  readonly longSidePx: number;
  /** `square`: padded right and bottom to `longSidePx` square; `multiple_of_32`: to the next multiple of 32 on each side. */
  readonly canvas: 'square' | 'multiple_of_32';
  /** Detections below are dropped, 0..1. */
  readonly scoreMin: number;
  /** Detections below are doubted (`detection_weak`), 0..1. */
  readonly scoreWeak: number;
  /** What a rescue finds is not believed below, 0..1; `score_weak` when the pack does not say. */
  readonly scoreRescue: number;
  /** Intersection over union above which the lower score is suppressed, 0..1. */
  readonly overlapMax: number;
}

/** Finds 68 points in the square around a box, for detectors that give none. */
export interface LandmarkerContract extends WeightsFile {
  readonly pixels: PixelContract;
  readonly inputPx: number;
}

export interface RecogniserContract extends WeightsFile {
  readonly kind: (typeof RECOGNISER_KINDS)[number];
  readonly pixels: PixelContract;
  readonly inputPx: number;
  /** Values of an embedding as the network gives it. */
  readonly width: number;
  /** Name of the alignment template, see domain/face/align.ts. */
  readonly template: string;
  /** Length of the raw vector below which the network itself doubts that it saw a face; 0 = not used. */
  readonly normMin: number;
}

/** A similarity threshold for 1:1 comparison and the error rates that it was chosen for. */
export interface OperatingPoint {
  readonly similarity: number;
  readonly falseAcceptRate: number;
  readonly trueAcceptRate: number;
  readonly measuredOn: string;
}

export interface ModelPack {
  /** Folder name = pack id = embedding space. */
  readonly id: string;
  readonly description: string;
  readonly detector: DetectorContract;
  readonly landmarker: LandmarkerContract | undefined;
  readonly recogniser: RecogniserContract;
  readonly calibration: Calibration;
  readonly operatingPoint: OperatingPoint;
}

/** Every weights file of a pack. */
export function weightsFiles(pack: ModelPack): WeightsFile[] {
  return [pack.detector, ...(pack.landmarker ? [pack.landmarker] : []), pack.recogniser];
}
