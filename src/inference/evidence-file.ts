// `evidence.json` beside a pack's pack.toml: what its embedding space says about evidence. A pack may come without one: then
// its faces are grouped at ingest only.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CalibrationError } from '../domain/cluster/calibration.js';
import {
  EVIDENCE_FILE,
  parseEvidenceCalibration,
  requireCalibrationOf,
} from '../domain/cluster/qel/calibration-file.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import type { ModelPack } from './model-pack.js';
import { ModelPackError } from './parse-model-pack.js';

/**
 * @returns null when the pack has no such file.
 * @throws ModelPackError naming every fault: the file cannot be read as a calibration, or was fitted for another space or for other weights.
 */
export async function readEvidence(
  dir: string,
  { id, recogniser }: ModelPack,
): Promise<EvidenceCalibration | null> {
  let text: string;
  try {
    text = await readFile(join(dir, EVIDENCE_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const evidence = parseEvidenceCalibration(JSON.parse(text));
    requireCalibrationOf(evidence, {
      space: id,
      recogniserSha256: recogniser.sha256,
      width: recogniser.width,
    });
    return evidence;
  } catch (error) {
    if (error instanceof SyntaxError) throw inFile(id, ['it is not JSON']);
    if (error instanceof CalibrationError) throw inFile(id, error.faults);
    throw error;
  }
}

const inFile = (id: string, faults: readonly string[]): ModelPackError =>
  new ModelPackError(
    id,
    faults.map((fault) => `${EVIDENCE_FILE}: ${fault}`),
  );
