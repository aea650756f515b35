// Wraps decoded pixels and their colour profile into an uncompressed TIFF, so that a picture that sharp cannot unpack
// goes through the same colour management, scaling and cropping as every other.
import { Buffer } from 'node:buffer';

export interface DecodedPixels {
  readonly width: number;
  readonly height: number;
  /** 8-bit RGBA, row by row. */
  readonly rgba: Uint8Array | Uint8ClampedArray;
  readonly hasAlpha: boolean;
  /** ICC profile of the pixels; undefined = sRGB. */
  readonly icc: Uint8Array | undefined;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const ROWS_PER_STRIP = 64;
/** Signature and address of the directory. */
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The value itself, or the place of the values in the file. */
  readonly value: number;
}

/** @returns A baseline TIFF (specification 6.0) with its own ArrayBuffer, so that it can be transferred. */
export function tiffFrame(pixels: DecodedPixels): Uint8Array<ArrayBuffer> {
  const { width, height, icc } = pixels;
  const samples = pixels.hasAlpha ? 4 : 3;
  const rowBytes = width * samples;
  const strips = Math.ceil(height / ROWS_PER_STRIP);
  // Order of the file: header, bit depths, strip places, strip lengths, profile, directory, pixels.
  const depthsAt = HEADER_BYTES;
  const placesAt = depthsAt + 2 * samples;
  const lengthsAt = placesAt + 4 * strips;
  const profileAt = lengthsAt + 4 * strips;
  const directoryAt = profileAt + (icc ? icc.length + (icc.length % 2) : 0);
  const entries: Entry[] = [
    { tag: 256, type: LONG, count: 1, value: width },
    { tag: 257, type: LONG, count: 1, value: height },
    { tag: 258, type: SHORT, count: samples, value: depthsAt },
    { tag: 259, type: SHORT, count: 1, value: 1 }, // no compression
    { tag: 262, type: SHORT, count: 1, value: 2 }, // RGB
    { tag: 273, type: LONG, count: strips, value: placesAt },
    { tag: 277, type: SHORT, count: 1, value: samples },
    { tag: 278, type: LONG, count: 1, value: ROWS_PER_STRIP },
    { tag: 279, type: LONG, count: strips, value: lengthsAt },
    ...(samples === 4 ? [{ tag: 338, type: SHORT, count: 1, value: 2 }] : []), // alpha, not premultiplied
    ...(icc ? [{ tag: 34675, type: UNDEFINED, count: icc.length, value: profileAt }] : []),
  ];
  const pixelsAt = directoryAt + 2 + entries.length * ENTRY_BYTES + 4;
  const file = Buffer.from(new ArrayBuffer(pixelsAt + rowBytes * height));

  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(directoryAt, 4);
  for (let i = 0; i < samples; i++) file.writeUInt16LE(8, depthsAt + 2 * i);
  for (let i = 0; i < strips; i++) {
    const firstRow = i * ROWS_PER_STRIP;
    // One strip's place and length fit into the entry itself, where readers look for them.
    file.writeUInt32LE(pixelsAt + firstRow * rowBytes, placesAt + 4 * i);
    file.writeUInt32LE(Math.min(ROWS_PER_STRIP, height - firstRow) * rowBytes, lengthsAt + 4 * i);
  }
  if (icc) file.set(icc, profileAt);
  file.writeUInt16LE(entries.length, directoryAt);
  entries.forEach(({ tag, type, count, value }, i) => {
    const at = directoryAt + 2 + i * ENTRY_BYTES;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    const inline = type === LONG && count === 1 && value >= HEADER_BYTES && (tag === 273 || tag === 279);
    file.writeUInt32LE(inline ? file.readUInt32LE(value) : value, at + 8);
  });
  copyPixels(pixels, file.subarray(pixelsAt), samples);
  return new Uint8Array(file.buffer);
}

function copyPixels({ rgba }: DecodedPixels, target: Uint8Array, samples: number): void {
  if (samples === 4) return target.set(rgba);
  for (let from = 0, to = 0; to < target.length; from += 4, to += 3) {
    target[to] = rgba[from]!;
    target[to + 1] = rgba[from + 1]!;
    target[to + 2] = rgba[from + 2]!;
  }
}
