// `kindred calibrate --photos`: fits the calibration of a model pack on labelled photos; the work is in src/evaluation.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EVIDENCE_FILE, renderEvidenceCalibration } from '../domain/cluster/qel/calibration-file.js';
import { fitPhotos } from '../evaluation/fit-photos.js';
import { renderSets } from '../evaluation/render-evaluation.js';
import { labelledFaces } from './labelled-faces.js';

/** One in so many photos is taken a second time, made unrecognisable. */
const DAMAGE_EVERY = 6;

export interface CalibrationRequest {
  readonly photos: string;
  readonly sets: readonly string[];
  readonly modelsDir: string;
  readonly pack: string;
  readonly threads: number;
  /** Where the calibration goes; absent: into the pack's folder. */
  readonly out?: string;
}

/** Prints how good the fit is on people that it was not fitted on. @returns The file that was written. */
export async function calibrateOnPhotos(request: CalibrationRequest): Promise<string> {
  const progress = (text: string): void => console.error(text);
  const { pack, faces, missed, source } = await labelledFaces({
    ...request,
    damageEvery: DAMAGE_EVERY,
    crops: false,
    progress,
  });
  const { calibration, heldOut } = await fitPhotos(faces, {
    space: pack.id,
    recogniserSha256: pack.recogniserSha256,
    width: pack.width,
    source,
    threads: request.threads,
    progress,
  });
  const out = request.out ?? join(request.modelsDir, pack.id, EVIDENCE_FILE);
  await writeFile(out, renderEvidenceCalibration(calibration));
  console.log(
    [
      `${calibration.space}, fitted on ${calibration.fittedOn}; ${missed.length} photos without their face`,
      ...renderSets(heldOut),
    ].join('\n'),
  );
  return out;
}
