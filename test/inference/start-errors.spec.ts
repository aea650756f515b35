// A pack that is not what it says stops the start with a message that names the file and the fault.
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { InferenceOptions } from '../../src/inference/inference-options.js';
import { InferenceProvider } from '../../src/inference/inference-provider.js';
import { choosePack, listPacks } from '../../src/inference/installed-packs.js';
import { modelsFolder, type ModelsFolder } from '../harness/model-packs.js';
import { sharedData } from '../harness/shared-data.js';
import { optionsFor } from './small-packs.js';

const SCRFD_500M = '5e4447f50245bbd7966bd6c0fa52938c61474a04ec7def48753668a9d8b4ea3a';
const MBF_128D = 'e72a5710cce378dc46472b6b845cb90647634f2738d8c3e581735cf195b9866f';

describe.skipIf(!sharedData)('starting the models', () => {
  const folders: ModelsFolder[] = [];
  const packs = async (ids: readonly string[], change?: (toml: string) => string): Promise<string> => {
    const folder = await modelsFolder(sharedData!.models, ids, change);
    folders.push(folder);
    // The calibration of other weights would be refused before they are looked at.
    if (change) for (const id of ids) await rm(join(folder.dir, id, 'evidence.json'), { force: true });
    return folder.dir;
  };
  const startError = async (dir: string, options: Partial<InferenceOptions> = {}): Promise<string> => {
    const started = await InferenceProvider.start({ ...optionsFor(dir), ...options }).catch(
      (error: unknown) => error,
    );
    if (started instanceof InferenceProvider) {
      await started.close();
      throw new Error('it started');
    }
    return (started as Error).message;
  };
  /** Replaces file and hash in one section. */
  const withFile = (section: string, file: string, sha256: string) => (toml: string) => {
    const at = toml.indexOf(`[${section}]`);
    const rest = toml
      .slice(at)
      .replace(/^file = .*$/m, `file = "${file}"`)
      .replace(/^sha256 = .*$/m, `sha256 = "${sha256}"`);
    return toml.slice(0, at) + rest;
  };
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => folder.remove()));
  });

  it('refuses a weights file with another hash, naming both hashes', async () => {
    const dir = await packs(['retinaface-mbf']);
    const file = join(dir, 'retinaface-mbf', 'w600k_mbf_fp32_dequant.onnx');
    await rm(file);
    await symlink(join(sharedData!.models, 'w600k_mbf_int8.onnx'), file);
    const message = await startError(dir);
    expect(message).toContain(
      'w600k_mbf_fp32_dequant.onnx has the SHA-256 7caa7fb0ad6c37b33e6c59f6411084b487aaabd596bba645d2cce391a5871120',
    );
    expect(message).toContain('700cc96ee926fbe4ba5993365745fe77697f35a79d7e9b97b70e31be3fda8a9f');
  });

  it('refuses a recogniser of another width', async () => {
    const dir = await packs(['retinaface-mbf'], withFile('recogniser', 'mobilefacenet_128d.onnx', MBF_128D));
    expect(await startError(dir)).toContain(
      'mobilefacenet_128d.onnx: the recogniser gave [1, 128] for 1 face(s), the pack says width = 512',
    );
  });

  it('refuses a detector of another kind', async () => {
    const dir = await packs(['retinaface-mbf'], withFile('detector', 'scrfd_500m_bnkps.onnx', SCRFD_500M));
    expect(await startError(dir)).toMatch(
      /scrfd_500m_bnkps\.onnx: is not a detector of kind retinaface: RetinaFace gave no output of 16800 rows of 4 values/,
    );
  });

  it('refuses a detector that is fixed to another size', async () => {
    const fixed = withFile(
      'detector',
      'retinaface_mnet025_640.onnx',
      'f8cce06cdfa5d2a07a8378c8cff4c4f33f0b00a3f24d9ef53042ff591a881eb7',
    );
    const dir = await packs(['retinaface-mbf'], (toml) =>
      fixed(toml)
        .replace('long_side_px = 640', 'long_side_px = 320')
        .replace('canvas = "multiple_of_32"', 'canvas = "square"'),
    );
    expect(await startError(dir)).toContain(
      'retinaface_mnet025_640.onnx: the detector takes 640x640 px only; the pack says long_side_px = 320, canvas = "square"',
    );
  });

  it('refuses a recogniser where a detector is named and the other way round', async () => {
    const swapped = withFile('recogniser', 'scrfd_500m_bnkps.onnx', SCRFD_500M);
    expect(await startError(await packs(['retinaface-mbf'], swapped))).toMatch(
      /scrfd_500m_bnkps\.onnx: the recogniser (gave|takes)/,
    );
  });

  it('refuses a file that is no network', async () => {
    const dir = await packs(
      ['retinaface-mbf'],
      withFile(
        'recogniser',
        'noise.onnx',
        '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      ),
    );
    await writeFile(join(dir, 'retinaface-mbf', 'noise.onnx'), 'test');
    expect(await startError(dir)).toMatch(/noise\.onnx: is not a network that onnxruntime can load/);
  });

  it('says how to get CUDA when it is asked for and not there', async () => {
    const message = await startError(await packs(['retinaface-mbf']), {
      executionProvider: 'cuda',
      workers: 1,
    });
    expect(message).toContain('execution provider cuda cannot be loaded');
    expect(message).toContain('inference.execution_provider = "cpu"');
  });

  it('refuses a detector side that is no multiple of 32', async () => {
    expect(await startError(await packs(['scrfd-mbf']), { detectorLongSidePx: 700 })).toContain(
      'multiple of 32',
    );
  });
});

describe.skipIf(!sharedData)('choosing a pack', () => {
  let folder: ModelsFolder;
  afterEach(() => folder.remove());

  it('takes the best that is installed, whatever the order of folders, and the one that is asked for', async () => {
    folder = await modelsFolder(sharedData!.models, [
      'scrfd-mbf',
      'retinaface-edgeface',
      'retinaface-mbf',
      'retinaface-arcface-r100',
    ]);
    expect((await listPacks(folder.dir)).map(({ id }) => id)).toEqual([
      'retinaface-arcface-r100',
      'retinaface-mbf',
      'scrfd-mbf',
      'retinaface-edgeface',
    ]);
    expect((await choosePack(folder.dir)).id).toBe('retinaface-mbf');
    expect((await choosePack(folder.dir, 'retinaface-edgeface')).id).toBe('retinaface-edgeface');
    await rm(join(folder.dir, 'retinaface-mbf', 'w600k_mbf_fp32_dequant.onnx'));
    expect((await choosePack(folder.dir)).id).toBe('scrfd-mbf');
  });

  it('does not fall back when a pack that was asked for is not complete', async () => {
    folder = await modelsFolder(sharedData!.models, ['retinaface-arcface-r100', 'scrfd-mbf']);
    await expect(choosePack(folder.dir, 'retinaface-arcface-r100')).rejects.toThrow(
      /arcface_r100\.onnx is not there/,
    );
    await expect(choosePack(folder.dir, 'nobody')).rejects.toThrow(
      /there is no model pack "nobody"[\s\S]*scrfd-mbf: installed/,
    );
  });

  it('tells for every pack why it cannot be taken when none can', async () => {
    folder = await modelsFolder('/nonexistent', ['scrfd-mbf', 'retinaface-mbf']);
    await writeFile(join(folder.dir, 'retinaface-mbf', 'pack.toml'), 'id = 5');
    await expect(choosePack(folder.dir)).rejects.toThrow(
      /no model pack is installed[\s\S]*retinaface-mbf: id must be a string[\s\S]*scrfd-mbf: scrfd_2\.5g_bnkps\.onnx is not there/,
    );
    await expect(choosePack(join(folder.dir, 'absent'))).rejects.toThrow(/no model pack is installed/);
  });
});
