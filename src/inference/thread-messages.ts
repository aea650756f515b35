// What the main thread and the inference threads say to each other. Plain data: it is cloned, rasters are transferred.
import type { Detection } from '../domain/face/detection.js';
import type { QualityReason, QualityRules } from '../domain/face/quality.js';
import type { Raster } from '../domain/geometry/raster.js';
import type { Turn } from '../domain/geometry/turn.js';
import type { ModelPack } from './model-pack.js';
import type { NetworkOptions } from './worker/network.js';

/** What a thread needs to be told about one pack. */
export interface PackSetup {
  readonly pack: ModelPack;
  /** Folder of the weights. */
  readonly dir: string;
  readonly network: NetworkOptions;
  /** Faces in one run of the recogniser. */
  readonly facesPerRunMax: number;
  readonly rules: QualityRules;
}

/** Given to each thread when it is made. */
export interface ThreadSetup {
  readonly packs: readonly PackSetup[];
  /** Id of the pack that is loaded at once. */
  readonly preferred: string;
  /** Packs whose models a thread holds, count. */
  readonly loadedMax: number;
}

export interface EmbedRequest {
  readonly raster: Raster;
  /** In px of `raster`. */
  readonly detections: readonly Detection[];
}

export type ThreadTask =
  /** Answers when all threads of the pool have loaded their models. `arrivals[0]` counts threads, `arrivals[1]` failures. */
  | { readonly kind: 'ready'; readonly arrivals: Int32Array; readonly threads: number }
  /** Answers when one thread has loaded and proved the models of a pack. */
  | { readonly kind: 'prove'; readonly pack: string }
  | { readonly kind: 'detect'; readonly pack: string; readonly raster: Raster }
  | { readonly kind: 'embed'; readonly pack: string; readonly requests: readonly EmbedRequest[] };

export interface DetectAnswer {
  readonly detections: readonly Detection[];
  readonly raster: Raster;
  readonly turn: Turn;
  readonly notes: readonly string[];
}

export interface RawFace {
  readonly raw: Float32Array;
  readonly quality: number;
  readonly reasons: readonly QualityReason[];
}

/** One a request, in order. A request that failed does not take the others of its batch along. */
export type EmbedAnswer =
  | { readonly faces: readonly RawFace[]; readonly raster: Raster }
  | { readonly problem: string; readonly raster: Raster };
