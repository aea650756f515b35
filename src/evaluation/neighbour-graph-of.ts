// The exact graph of a large set of faces, computed on worker threads: every pair that is similar enough.
import { Worker } from 'node:worker_threads';
import { compiledWorker } from '../config/compiled-worker.js';
import type { NeighbourGraph } from '../domain/cluster/qel/neighbour-graph.js';
import type { FoundPairs } from '../domain/cluster/qel/pair-buffer.js';
import { graphOfFoundPairs } from '../domain/cluster/qel/graph-of-found-pairs.js';
import type { PairsTask } from './similar-pairs.worker.js';

/**
 * @param embeddings Unit vectors of `width` values (a multiple of 4), one after the other; at most 2^21 of them.
 * @param similarityMin Above 0.
 */
export async function neighbourGraphOf(
  embeddings: Float32Array,
  width: number,
  similarityMin: number,
  threads: number,
): Promise<NeighbourGraph> {
  const shared = new SharedArrayBuffer(embeddings.byteLength);
  new Float32Array(shared).set(embeddings);
  const parts = await Promise.all(
    Array.from({ length: threads }, (_, part) =>
      runPart({ embeddings: shared, width, similarityMin, part, parts: threads }),
    ),
  );
  return graphOfFoundPairs(embeddings.length / width, parts);
}

function runPart(task: PairsTask): Promise<FoundPairs> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(compiledWorker(import.meta.url, 'similar-pairs.worker.js'), {
      workerData: task,
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the pairs worker ended with ${code}`)));
  });
}
