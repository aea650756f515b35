import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  parseEvidenceCalibration,
  renderEvidenceCalibration,
} from '../domain/cluster/qel/calibration-file.js';
import type { EvidenceCalibration } from '../domain/cluster/qel/evidence-calibration.js';
import { readEvidence } from './evidence-file.js';
import type { ModelPack } from './model-pack.js';

describe('the evidence file of a pack', () => {
  let dir: string;
  let fitted: EvidenceCalibration;
  const sha256 = 'a'.repeat(64);
  const packOf = (id: string, width: number, weights = sha256) =>
    ({ id, recogniser: { width, sha256: weights } }) as ModelPack;
  const faultOf = async (text: string, pack: ModelPack): Promise<string> => {
    await writeFile(join(dir, 'evidence.json'), text);
    return readEvidence(dir, pack).then(
      () => 'none',
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kindred-evidence-'));
    const file = new URL('../../calibrations/synthetic.json', import.meta.url);
    fitted = {
      ...parseEvidenceCalibration(JSON.parse(await readFile(file, 'utf8'))),
      recogniserSha256: sha256,
    };
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('may be absent', async () => {
    expect(await readEvidence(join(dir, 'nowhere'), packOf('p', 1))).toBeNull();
  });

  it('is read as it was written', async () => {
    await writeFile(join(dir, 'evidence.json'), renderEvidenceCalibration(fitted));
    const pack = packOf(fitted.space, fitted.unrecognisable.length);
    expect(await readEvidence(dir, pack)).toEqual(fitted);
  });

  it('is refused for another space, other weights, another width, and with any fault, each named', async () => {
    const text = renderEvidenceCalibration(fitted);
    const width = fitted.unrecognisable.length;
    expect(await faultOf(text, packOf('other', width))).toMatch(
      /ModelPackError: .*evidence\.json: space is .*, the pack is other/s,
    );
    expect(await faultOf(text, packOf(fitted.space, width + 1))).toContain(
      `unrecognisable has ${width} values, the space ${width + 1}`,
    );
    expect(await faultOf(text, packOf(fitted.space, width, 'b'.repeat(64)))).toContain('recogniser_sha256');
    expect(await faultOf('{', packOf(fitted.space, width))).toContain('evidence.json: it is not JSON');
    expect(await faultOf('{}', packOf(fitted.space, width))).toContain('evidence.json: gain is missing');
  });
});
