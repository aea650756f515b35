// Unpacks HEIC pictures in a thread of its own: the decoder is synchronous WebAssembly.
import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { move } from 'piscina';
import type { PictureFile } from './picture-file.js';
import { tiffFrame } from './tiff-frame.js';

export interface HeicTask {
  readonly file: PictureFile;
  /** Which of the file's pictures, from 0. */
  readonly page: number;
  /** px, upright, as the header says. */
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly icc: Uint8Array | undefined;
}

/** What is used of heic-decode 2.1, which has no types. */
interface HeicPicture {
  readonly width: number;
  readonly height: number;
  decode(): Promise<{ data: Uint8ClampedArray }>;
}
interface HeicDecode {
  readonly all: (input: { buffer: Uint8Array }) => Promise<HeicPicture[] & { dispose(): void }>;
}

// The decoder prints what it dislikes about a file; the caller gets an error instead. Set before it is loaded.
const silent = (): void => undefined;
Object.assign(console, { log: silent, info: silent, warn: silent, error: silent, debug: silent });

const require = createRequire(import.meta.url);

/** A WebAssembly instance that failed once may be broken for good: the next picture gets a new one. */
function forgetDecoder(): void {
  for (const name of Object.keys(require.cache)) {
    if (/[\\/](?:heic-decode|libheif-js)[\\/]/.test(name)) delete require.cache[name];
  }
}

/** @returns An uncompressed TIFF of the upright picture. The file's own rotation is applied by the decoder. */
export default async function decodeHeic(task: HeicTask): Promise<Uint8Array> {
  try {
    const { file } = task;
    // Its own bytes: what comes from another thread is a copy.
    const buffer = typeof file === 'string' ? await readFile(file) : file;
    // The decoder knows only some of the brands that HEVC pictures may have; sharp has found HEVC in this one.
    if (buffer.length > 12) Buffer.from('heic', 'latin1').copy(buffer, 8);
    const { all } = require('heic-decode') as HeicDecode;
    const pictures = await all({ buffer });
    try {
      const picture = pictures[task.page] ?? pictures[0];
      // Checked before the pixels are unpacked: the header was what the limit was checked on.
      if (picture?.width !== task.width || picture.height !== task.height)
        throw new Error('size differs from header');
      const { data } = await picture.decode();
      const { width, height, hasAlpha, icc } = task;
      return move(tiffFrame({ width, height, rgba: data, hasAlpha, icc })) as Uint8Array;
    } finally {
      pictures.dispose();
    }
  } catch (error) {
    forgetDecoder();
    // eslint-disable-next-line preserve-caught-error -- WebAssembly throws things that cannot be sent to another thread.
    throw new Error(error instanceof Error ? error.message : 'the decoder gave up');
  }
}
