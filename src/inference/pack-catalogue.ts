// The packs that can run in this process: all that were installed at its start, each with what its threads need to be told.
// Only the default one is loaded then; another one is when its first tenant comes.
import { readEvidence } from './evidence-file.js';
import { FACES_PER_RUN_MAX, type InferenceOptions } from './inference-options.js';
import { choosePack, listPacks } from './installed-packs.js';
import type { ModelPack } from './model-pack.js';
import { type ModelPackSummary, summaryOf } from './pack-summary.js';
import { ModelPackError } from './parse-model-pack.js';
import type { PackSetup } from './thread-messages.js';

export interface CataloguedPack {
  readonly summary: ModelPackSummary;
  readonly setup: PackSetup;
}

export interface PackCatalogue {
  /** Id of the pack for tenants that have no space yet. */
  readonly preferred: string;
  /** By id. */
  readonly packs: ReadonlyMap<string, CataloguedPack>;
}

/**
 * Checks the hashes of the preferred pack's files; those of another one are checked when it is opened. A pack that cannot run
 * is left out, unless it is the one that was asked for.
 * @throws NoModelPackError, ModelPackError: messages for the operator.
 */
export async function readCatalogue(options: InferenceOptions): Promise<PackCatalogue> {
  const chosen = await choosePack(options.modelsDir, options.pack);
  const packs = new Map([[chosen.id, await catalogued(chosen.pack, chosen.dir, options)]]);
  for (const { id, pack, dir, missing } of await listPacks(options.modelsDir)) {
    if (id === chosen.id || pack === undefined || missing.length > 0) continue;
    // Faults of a pack that nobody asked for are told to whoever asks for it.
    const entry = await catalogued(pack, dir, options).catch(unlessFaulty);
    if (entry !== null) packs.set(id, entry);
  }
  return { preferred: chosen.id, packs };
}

async function catalogued(found: ModelPack, dir: string, options: InferenceOptions): Promise<CataloguedPack> {
  const pack = withLongSide(found, options.detectorLongSidePx);
  const summary = summaryOf(pack, await readEvidence(dir, pack), options.executionProvider);
  return {
    summary,
    setup: {
      pack,
      dir,
      network: {
        executionProvider: options.executionProvider,
        threads: options.threadsPerWorker,
        graphOptimization: options.graphOptimization,
      },
      facesPerRunMax: FACES_PER_RUN_MAX[options.executionProvider],
      rules: {
        detectionScoreWeak: pack.detector.scoreWeak,
        embeddingNormMin: pack.recogniser.normMin,
        ...(options.faceSizePxMin === undefined ? {} : { faceSizePxMin: options.faceSizePxMin }),
      },
    },
  };
}

function withLongSide(pack: ModelPack, longSidePx: number | undefined): ModelPack {
  if (longSidePx === undefined) return pack;
  if (longSidePx % 32 !== 0) {
    throw new ModelPackError(pack.id, [
      `the detector's long side must be a multiple of 32 px, not ${longSidePx}`,
    ]);
  }
  return { ...pack, detector: { ...pack.detector, longSidePx } };
}

function unlessFaulty(error: unknown): null {
  if (error instanceof ModelPackError) return null;
  throw error;
}
