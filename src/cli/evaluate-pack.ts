// `kindred evaluate --photos --pack`: a pack and its calibration judged on labelled photos, baselines in the same run; no service.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EVIDENCE_FILE,
  parseEvidenceCalibration,
  requireCalibrationOf,
} from '../domain/cluster/qel/calibration-file.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { evaluatePhotos } from '../evaluation/evaluate-photos.js';
import { renderEvaluated } from '../evaluation/render-evaluation.js';
import { renderPhotoReport } from '../evaluation/render-photo-report.js';
import { labelledFaces } from './labelled-faces.js';

/** One in so many photos is taken a second time, made unrecognisable. */
const DAMAGE_EVERY = 12;
const QUESTIONS_MAX = 100;

export interface PackEvaluationRequest {
  readonly photos: string;
  readonly sets: readonly string[];
  readonly modelsDir: string;
  readonly pack: string;
  readonly threads: number;
  readonly orders: number;
  /** true: print JSON instead of the table. */
  readonly json?: string | true;
  readonly report?: string;
}

/** Sets the exit code to 1 when a bar is missed. @throws Error when the pack has no calibration, or one of other weights. */
export async function evaluatePack(request: PackEvaluationRequest): Promise<void> {
  const progress = (text: string): void => console.error(text);
  const calibration = await calibrationOf(request);
  const { pack, faces, missed } = await labelledFaces({
    ...request,
    damageEvery: DAMAGE_EVERY,
    crops: request.report !== undefined,
    progress,
  });
  requireCalibrationOf(calibration, { ...pack, space: pack.id });
  const evaluation = await evaluatePhotos(faces, calibration, {
    width: pack.width,
    linkage: pack.calibration,
    threads: request.threads,
    orders: request.orders,
    questionsMax: QUESTIONS_MAX,
    progress,
  });
  const named = evaluation.confusions.map(({ kind, parts }) => ({
    kind,
    parts: parts.map((part) => part.map((face) => faces[face]!.path)),
  }));
  const json = JSON.stringify({ ...evaluation, confusions: named, missed }, null, 2);
  if (typeof request.json === 'string') await writeFile(request.json, `${json}\n`);
  if (request.report !== undefined) await writeFile(request.report, renderPhotoReport(evaluation, faces));
  console.log(request.json === true ? json : renderEvaluated(evaluation));
  if (evaluation.bars.some(({ met }) => !met)) process.exitCode = 1;
}

async function calibrationOf({ modelsDir, pack }: PackEvaluationRequest): Promise<EvidenceCalibration> {
  const file = join(modelsDir, pack, EVIDENCE_FILE);
  if (!existsSync(file)) throw new Error(`there is no ${file}; kindred calibrate --pack ${pack} makes one`);
  return parseEvidenceCalibration(JSON.parse(await readFile(file, 'utf8')));
}
