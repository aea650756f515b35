// What the inference room needs to be told at start.

export interface InferenceOptions {
  /** Folder of model packs, one folder each. */
  readonly modelsDir: string;
  /** Pack id; undefined = the best one that is installed. */
  readonly pack?: string;
  readonly executionProvider: 'cpu' | 'cuda';
  /** Threads that hold sessions, count. Best on a CPU: as many as cores. */
  readonly workers: number;
  /** Threads inside one run, count. Best on a CPU: 1 (measured 20–80 % faster than fewer workers with more threads each). */
  readonly threadsPerWorker: number;
  /** Tasks of each kind that may wait, count. */
  readonly queueMax: number;
  /** `all` is faster, `extended` takes about half the memory. */
  readonly graphOptimization: 'all' | 'extended';
  /** Long side given to the detector, px, a multiple of 32; undefined = as the pack says. */
  readonly detectorLongSidePx?: number;
  /** Packs whose models a thread holds at once, count; the one used longest ago is unloaded for another. Default 2. */
  readonly packsLoadedMax?: number;
  /** Size of a face in doubt, px; undefined = as domain/face/quality-thresholds says. */
  readonly faceSizePxMin?: number;
}

/**
 * Faces of one recogniser run. On a CPU it depends on the network: CPU time a face in runs of 1, 4, 8, 32 was 22.2, 26.0, 26.4,
 * 29.6 ms with MobileFaceNet and 10.5, 6.9, 6.5, 7.1 ms with EdgeFace-XS; activations cost memory besides. On a GPU large
 * runs are everything.
 */
export const FACES_PER_RUN_MAX = { cpu: 4, cuda: 32 } as const;
/** Faces that one task may gather from waiting photos. */
export const FACES_PER_TASK_MAX = 32;
