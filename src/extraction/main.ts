// A process that turns photos into faces exactly as ingest does, and stores nothing: for calibrating and judging a model pack.
// Started by the command line with an open channel for messages; ends when its parent does.
import { availableParallelism } from 'node:os';
import type { ExtractionMessage, ExtractionTask } from '../domain/evaluation/extracted-face.js';
import { ImageDecoder } from '../imaging/image-decoder.js';
import { InferenceProvider } from '../inference/inference-provider.js';
import { FaceExtractor } from '../ingest/extract-faces.js';
import { IngestLimiter } from '../ingest/ingest-limiter.js';
import { LabelledFaceExtractor } from './labelled-face-extractor.js';

/** Photos of people's own collections; the limits of the service guard it against strangers. */
const LIMITS = { bytesMax: 100e6, pixelsMax: 200e6 };

async function run(task: ExtractionTask): Promise<void> {
  const inference = await InferenceProvider.start({
    modelsDir: task.modelsDir,
    pack: task.pack,
    executionProvider: 'cpu',
    workers: task.threads,
    threadsPerWorker: 1,
    queueMax: 4 * task.threads,
    graphOptimization: 'all',
  });
  const decoder = new ImageDecoder(LIMITS);
  try {
    const { id, recogniser, width, calibration } = inference.pack;
    tell({ kind: 'pack', pack: { id, recogniserSha256: recogniser.sha256, width, calibration } });
    const faces = new FaceExtractor(
      decoder,
      new IngestLimiter({ concurrency: task.threads, queueMax: task.threads, shared: task.threads }),
    );
    const extractor = new LabelledFaceExtractor(faces, decoder, await inference.open(inference.pack.id));
    const waiting = [...task.photos.entries()];
    const next = async (): Promise<void> => {
      for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
        const [photo, request] = entry;
        tell({ kind: 'photo', photo, face: await extractor.extract(request, task.crops) });
      }
    };
    await Promise.all(Array.from({ length: Math.min(task.threads, availableParallelism()) }, next));
  } finally {
    await inference.close();
    await decoder.close();
  }
}

function tell(message: ExtractionMessage): void {
  process.send!(message);
}

process.once('message', (task: ExtractionTask) => {
  run(task)
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    })
    .finally(() => process.disconnect());
});
process.once('disconnect', () => process.exit());
