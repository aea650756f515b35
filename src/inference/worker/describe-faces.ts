// Stages "align" and "embed" of the pipeline: each detection becomes an aligned crop, a judgement and a raw vector.
import {
  ALIGNMENT_TEMPLATES,
  alignedCrop,
  ARCFACE_112,
  fitAlignment,
  type AlignmentTemplate,
} from '../../domain/face/align.js';
import type { Detection } from '../../domain/face/detection.js';
import { measureFace, type FaceMeasures } from '../../domain/face/measure-face.js';
import { assessQuality, type FaceQuality, type QualityRules } from '../../domain/face/quality.js';
import type { Raster } from '../../domain/geometry/raster.js';
import type { Recogniser } from './recogniser.js';

export interface DescribedFace extends FaceQuality {
  /** As the network gave it: not normalised. */
  readonly raw: Float32Array;
}

export interface FaceDescriber {
  readonly recogniser: Recogniser;
  readonly rules: QualityRules;
}

export interface FacesOfRaster {
  readonly raster: Raster;
  readonly detections: readonly Detection[];
}

/** All faces of several rasters in as few runs as the recogniser allows; one list a raster, in the order given. */
export async function describeFaces(
  requests: readonly FacesOfRaster[],
  { recogniser, rules }: FaceDescriber,
): Promise<DescribedFace[][]> {
  const { contract } = recogniser;
  const template = ALIGNMENT_TEMPLATES.find(({ name }) => name === contract.template)!;
  const crops: Raster[] = [];
  const measures: FaceMeasures[] = [];
  for (const { raster, detections } of requests) {
    for (const detection of detections) {
      const fit = fitAlignment(detection.landmarks, ARCFACE_112);
      const crop = alignedCrop(raster, fit, ARCFACE_112);
      measures.push(measureFace(detection, raster, crop, fit));
      crops.push(template === ARCFACE_112 ? crop : ownCrop(raster, detection, template));
    }
  }
  const vectors = await recogniser.embed(crops);
  const faces = vectors.map((raw, i) => ({ raw, ...assessQuality(measures[i]!, lengthOf(raw), rules) }));
  let next = 0;
  return requests.map(({ detections }) => faces.slice(next, (next += detections.length)));
}

function ownCrop(raster: Raster, detection: Detection, template: AlignmentTemplate): Raster {
  return alignedCrop(raster, fitAlignment(detection.landmarks, template), template);
}

function lengthOf(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return Math.sqrt(squares);
}
