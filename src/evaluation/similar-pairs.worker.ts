// One share of all pairs of a large set, on a thread of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { findSimilarPairs, type PairsShare } from '../domain/cluster/qel/similar-pairs.js';

export interface PairsTask extends PairsShare {
  /** Unit vectors, one after the other, in shared memory. */
  readonly embeddings: SharedArrayBuffer;
  readonly width: number;
  readonly similarityMin: number;
}

const { embeddings, width, similarityMin, ...share } = workerData as PairsTask;
const result = findSimilarPairs(new Float32Array(embeddings), width, similarityMin, share);
parentPort!.postMessage(result, [
  result.a.buffer as ArrayBuffer,
  result.b.buffer as ArrayBuffer,
  result.similarities.buffer as ArrayBuffer,
]);
