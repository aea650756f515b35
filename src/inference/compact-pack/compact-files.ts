// The three files of the compact pack, what each is made of, and how its graph is drawn.
import { detectorGraph } from './detector-graph.js';
import { landmarkerGraph } from './landmarker-graph.js';
import type { OnnxGraph } from './onnx-schema.js';
import type { QuantisedWeights } from './quantised-weights.js';
import { recogniserGraph } from './recogniser-graph.js';

export interface CompactFile {
  /** Table of pack.toml that pins the file's SHA-256. */
  readonly section: 'detector' | 'landmarker' | 'recogniser';
  readonly file: string;
  /** Manifest of the weights inside the source package. */
  readonly manifest: string;
  readonly graph: (weights: QuantisedWeights) => OnnxGraph;
}

export const COMPACT_FILES: readonly CompactFile[] = [
  {
    section: 'detector',
    file: 'ssd_mobilenet_v1_512.onnx',
    manifest: 'ssd_mobilenetv1_model-weights_manifest.json',
    graph: detectorGraph,
  },
  {
    section: 'landmarker',
    file: 'landmarks_68_112.onnx',
    manifest: 'face_landmark_68_model-weights_manifest.json',
    graph: landmarkerGraph,
  },
  {
    section: 'recogniser',
    file: 'resnet_29_128d_150.onnx',
    manifest: 'face_recognition_model-weights_manifest.json',
    graph: recogniserGraph,
  },
];
