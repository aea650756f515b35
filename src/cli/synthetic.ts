// `kindred evaluate --synthetic` and `kindred calibrate --synthetic`: files and exit code; the work is in src/evaluation.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  parseEvidenceCalibration,
  renderEvidenceCalibration,
} from '../domain/cluster/qel/calibration-file.js';
import { evaluateSynthetic } from '../evaluation/evaluate-synthetic.js';
import { fitSynthetic } from '../evaluation/fit-synthetic.js';
import { renderEvaluated } from '../evaluation/render-evaluation.js';
import { renderReport } from '../evaluation/render-report.js';

/** The committed calibration of the made-up space. */
export const syntheticCalibrationFile = fileURLToPath(
  new URL('../../calibrations/synthetic.json', import.meta.url),
);

const QUESTIONS_MAX = 100;

export interface SyntheticRequest {
  readonly calibration: string;
  readonly orders: number;
  readonly size: number;
  /** true: print JSON instead of the table. */
  readonly json?: string | true;
  readonly report?: string;
}

/** Sets the exit code to 1 when a bar is missed. */
export async function evaluateOnSynthetic(request: SyntheticRequest): Promise<void> {
  const document: unknown = JSON.parse(await readFile(request.calibration, 'utf8'));
  const evaluation = await evaluateSynthetic(parseEvidenceCalibration(document), {
    size: request.size,
    orders: request.orders,
    questionsMax: QUESTIONS_MAX,
    progress: (text) => console.error(text),
  });
  const json = JSON.stringify(evaluation, null, 2);
  if (typeof request.json === 'string') await writeFile(request.json, `${json}\n`);
  if (request.report !== undefined) await writeFile(request.report, renderReport(evaluation));
  console.log(request.json === true ? json : renderEvaluated(evaluation));
  if (evaluation.bars.some(({ met }) => !met)) process.exitCode = 1;
}

/** @returns The file that was written. */
export async function calibrateSynthetic(out: string, size: number): Promise<string> {
  const calibration = await fitSynthetic(size, availableParallelism());
  await writeFile(out, renderEvidenceCalibration(calibration));
  return out;
}
