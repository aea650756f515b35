// `kindred calibrate --photos`: fits the calibration of a model pack on labelled photos; the work is in src/evaluation.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EVIDENCE_FILE, renderEvidenceCalibration } from '../domain/cluster/qel/calibration-file.js';
import { fitPhotos } from '../evaluation/fit-photos.js';
import { renderEvaluated } from '../evaluation/render-evaluation.js';
import { renderReport } from '../evaluation/render-report.js';
import { labelledFaces } from './labelled-faces.js';

/** One in so many photos is taken a second time, made unrecognisable: enough to know what the recogniser makes of nobody. */
const DAMAGE_EVERY = 3;

export interface CalibrationRequest {
  readonly photos: string;
  readonly sets: readonly string[];
  readonly modelsDir: string;
  readonly pack: string;
  readonly threads: number;
  /** Where the calibration goes; absent: into the pack's folder. */
  readonly out?: string;
  /** Where a page with plots goes. */
  readonly report?: string;
}

/** Prints how good the fit is on people that it was not fitted on. @returns The file that was written. */
export async function calibrateOnPhotos(request: CalibrationRequest): Promise<string> {
  const start = performance.now();
  const progress = (text: string): void => console.error(text);
  const { pack, faces, missed, source } = await labelledFaces({
    ...request,
    damageEvery: DAMAGE_EVERY,
    crops: false,
    progress,
  });
  const { calibration, heldOut, bars } = await fitPhotos(faces, {
    space: pack.id,
    recogniserSha256: pack.recogniserSha256,
    width: pack.width,
    source,
    threads: request.threads,
    progress,
  });
  const out = request.out ?? join(request.modelsDir, pack.id, EVIDENCE_FILE);
  await writeFile(out, renderEvidenceCalibration(calibration));
  const { space, fittedOn } = calibration;
  const seconds = (performance.now() - start) / 1000;
  const evaluation = { calibration: { space, fittedOn }, sets: heldOut, bars, seconds };
  if (request.report !== undefined) await writeFile(request.report, renderReport(evaluation));
  console.log(renderEvaluated(evaluation));
  if (missed.length > 0) console.log(`${missed.length} photos without their face: ${missed.join(', ')}`);
  return out;
}
