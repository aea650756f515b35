// Every calibration in the repository belongs to the pack in whose folder it lies.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseEvidenceCalibration,
  requireCalibrationOf,
} from '../../src/domain/cluster/qel/calibration-file.js';
import { gainOf } from '../../src/domain/cluster/qel/face-weight.js';
import { ratePair } from '../../src/domain/cluster/qel/linkage-evidence.js';
import { parseModelPack } from '../../src/inference/parse-model-pack.js';
import { committedPacks } from '../harness/model-packs.js';

const packs = (await readdir(committedPacks)).filter((id) =>
  existsSync(join(committedPacks, id, 'evidence.json')),
);

describe('the calibrations of the packs', () => {
  it('are there for the pack that every machine has', () => {
    expect(packs).toContain('compact');
  });

  it.each(packs)('%s takes the same picture sent twice for one person, however clear it is', async (id) => {
    const calibration = parseEvidenceCalibration(
      JSON.parse(await readFile(join(committedPacks, id, 'evidence.json'), 'utf8')),
    );
    for (let quality = calibration.gate.qualityMin; quality <= 1; quality += 0.05)
      for (const countB of [1, 5, 30]) {
        const gain = gainOf(calibration.gain, quality);
        const precision = (gain * gain) / (1 - gain * gain);
        const noise = 1 / precision + 1 / (precision * countB) + 1 / (precision * precision * countB);
        const sums = { correctedCosine: 1 / (gain * gain), noise, countA: 1, countB };
        const { logit } = ratePair(
          calibration,
          sums,
          Array.from({ length: Math.min(5, countB) }, () => 1),
        );
        expect(1 / (1 + Math.exp(-logit)), `quality ${quality}, ${countB} faces`).toBeGreaterThan(
          calibration.ingestAccept,
        );
      }
  });

  it.each(packs)('%s belongs to its pack and to no other', async (id) => {
    const folder = join(committedPacks, id);
    const calibration = parseEvidenceCalibration(
      JSON.parse(await readFile(join(folder, 'evidence.json'), 'utf8')),
    );
    const { recogniser } = parseModelPack(await readFile(join(folder, 'pack.toml'), 'utf8'), id);
    const maker = { space: id, recogniserSha256: recogniser.sha256, width: recogniser.width };
    expect(() => requireCalibrationOf(calibration, maker)).not.toThrow();
    expect(() => requireCalibrationOf(calibration, { ...maker, space: 'another' })).toThrow();
  });
});
