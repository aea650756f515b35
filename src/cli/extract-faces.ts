// Faces of labelled photos by the service's own extraction, in a process of its own: no service runs, nothing is stored.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  ExtractedFace,
  ExtractionMessage,
  ExtractionPack,
  ExtractionTask,
} from '../domain/evaluation/extracted-face.js';

const MAIN = fileURLToPath(new URL('../extraction/main.js', import.meta.url).href.replace('/src/', '/dist/'));

export interface Extracted {
  readonly pack: ExtractionPack;
  /** One a photo of the task, in its order; null: not found. */
  readonly faces: readonly (ExtractedFace | null)[];
}

/** @param progress Hears how many photos are done. @throws Error when the pack cannot be started; it has said why. */
export function extractFaces(
  task: ExtractionTask,
  progress: (done: number, of: number) => void,
): Promise<Extracted> {
  const child = fork(MAIN, { serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    let pack: ExtractionPack | null = null;
    const faces = new Array<ExtractedFace | null>(task.photos.length).fill(null);
    let done = 0;
    child.on('message', (message: ExtractionMessage) => {
      if (message.kind === 'pack') pack = message.pack;
      else {
        faces[message.photo] = message.face;
        progress(++done, faces.length);
      }
    });
    child.once('error', reject);
    // After the last message, and also when the process could not start.
    child.once('disconnect', () => {
      if (pack !== null && done === faces.length) resolve({ pack, faces });
      else reject(new Error(`the faces of ${task.pack} could not be extracted`));
    });
    child.send(task);
  });
}
