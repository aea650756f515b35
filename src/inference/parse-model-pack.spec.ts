// A pack.toml is either used as it stands or refused with every fault named.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelPackError, parseModelPack } from './parse-model-pack.js';

const packs = join(import.meta.dirname, '../../onnx-models');
const read = (id: string): Promise<string> => readFile(join(packs, id, 'pack.toml'), 'utf8');
const faultsOf = (text: string): readonly string[] => {
  try {
    parseModelPack(text, 'test');
    return [];
  } catch (error) {
    if (error instanceof ModelPackError) return error.faults;
    throw error;
  }
};

describe('parseModelPack', () => {
  it.each(['retinaface-arcface-r100', 'retinaface-mbf', 'retinaface-edgeface', 'scrfd-mbf'])(
    'reads the committed pack %s',
    async (id) => {
      const pack = parseModelPack(await read(id), id);
      expect(pack.id).toBe(id);
      expect(pack.recogniser).toMatchObject({
        kind: 'arcface',
        inputPx: 112,
        width: 512,
        template: 'arcface-112',
      });
      expect(pack.calibration.pair.slope).toBeGreaterThan(0);
    },
  );

  it('leaves no committed folder out of the tests', async () => {
    expect((await readdir(packs)).sort()).toEqual([
      'compact',
      'retinaface-arcface-r100',
      'retinaface-edgeface',
      'retinaface-mbf',
      'scrfd-mbf',
    ]);
  });

  it('names every fault of a file at once', async () => {
    const text = (await read('retinaface-mbf'))
      .replace('kind = "retinaface"', 'kind = "yolo"')
      .replace('long_side_px = 640', 'long_side_px = "640"')
      .replace(/sha256 = "66ef/, 'sha256 = "XX')
      .replace('mean = [104, 117, 123]', 'mean = [104, 117]')
      .replace('width = 512', 'width = 4096\nwidht = 512')
      .replace(/^slope.*$/m, 'slope = -1')
      .replace(/^similarity.*$/m, '');
    const faults = faultsOf(text).join('\n');
    for (const expected of [
      'detector.kind must be one of retinaface, scrfd, ssd (it is "yolo")',
      'detector.long_side_px must be a number from 64 to 4096 (it is "640")',
      'detector.sha256 must be 64 lower-case hex digits, or empty',
      'detector.mean must be three numbers',
      'recogniser.width must be a number from 1 to 512 (it is 4096)',
      'recogniser.widht is not a known key',
      'calibration.pair.slope must be above 0',
      'operating_point.similarity is missing',
    ]) {
      expect(faults).toContain(expected);
    }
  });

  it('says where text that is not TOML breaks off', () => {
    expect(faultsOf('id = "a"\n[detector\n')[0]).toMatch(/is not TOML: line 2/);
  });

  it('refuses a file name that leaves the pack folder', async () => {
    const text = (await read('scrfd-mbf')).replace('scrfd_2.5g_bnkps.onnx', '../../etc/passwd.onnx');
    expect(faultsOf(text)).toEqual([expect.stringContaining('detector.file must be a plain file name')]);
  });

  it('refuses parts that contradict each other', async () => {
    const text = await read('scrfd-mbf');
    expect(faultsOf(text.replace('kind = "scrfd"', 'kind = "ssd"'))).toEqual([
      expect.stringContaining('landmarker is missing'),
    ]);
    expect(faultsOf(text.replace('input_px = 112', 'input_px = 160'))).toEqual([
      expect.stringContaining('input_px must be 112'),
    ]);
    expect(faultsOf(text.replace('score_weak = 0.55', 'score_weak = 0.3'))).toEqual([
      expect.stringContaining('must not be below score_min'),
    ]);
    expect(faultsOf(text.replace('std = [128, 128, 128]', 'std = [128, 0, 128]'))).toEqual([
      expect.stringContaining('std must be three numbers above 0'),
    ]);
  });
});
