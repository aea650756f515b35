// What the first bytes of a file say it is. The name and the declared type are never asked.
import { Buffer } from 'node:buffer';

/** Bytes of a file that are looked at before anything else opens it. */
export const PREFIX_BYTES = 64 * 1024;

export type ImageFamily = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'heif';

export type Sniffed =
  | { readonly kind: 'supported'; readonly family: ImageFamily }
  /** A type that we know and do not read; `name` is fit to be told. */
  | { readonly kind: 'unsupported'; readonly name: string }
  | { readonly kind: 'unknown' };

/** [offset, bytes as latin1, name]. Sources: the formats' own specifications. */
const UNSUPPORTED: readonly (readonly [number, string, string])[] = [
  [0, '%PDF-', 'PDF'],
  [0, '%!PS', 'PostScript'],
  [0, '8BPS', 'Photoshop'],
  [0, 'gimp xcf', 'GIMP'],
  [0, '\xff\x0a', 'JPEG XL'],
  [0, '\0\0\0\x0cJXL \r\n\x87\n', 'JPEG XL'],
  [0, '\0\0\0\x0cjP  \r\n\x87\n', 'JPEG 2000'],
  [0, '\xff\x4f\xff\x51', 'JPEG 2000'],
  [0, 'II\xbc\x01', 'JPEG XR'],
  [0, '\0\0\x01\0', 'ICO'],
  [0, '\0\0\x02\0', 'CUR'],
  [0, 'icns', 'ICNS'],
  [0, 'qoif', 'QOI'],
  [0, 'DDS ', 'DDS'],
  [0, 'v/1\x01', 'OpenEXR'],
  [0, '#?RADIANCE', 'Radiance HDR'],
  [0, 'SIMPLE  =', 'FITS'],
  [0, 'BPG\xfb', 'BPG'],
  [0, '\x8aMNG', 'MNG'],
  [0, '\xd7\xcd\xc6\x9a', 'WMF'],
  [0, 'FUJIFILMCCD-RAW', 'camera raw'],
  [0, 'IIU\0', 'camera raw'],
  [0, 'IIRO', 'camera raw'],
  [0, 'IIRS', 'camera raw'],
  [8, 'CR\x02\0', 'camera raw'],
  [0, '\x1aE\xdf\xa3', 'Matroska or WebM video'],
  [8, 'AVI LIST', 'AVI video'],
  [0, 'FLV\x01', 'Flash video'],
  [0, '\0\0\x01\xba', 'MPEG video'],
  [0, '\0\0\x01\xb3', 'MPEG video'],
];

const HEIF_BRANDS = new Set([
  ...['avif', 'avis', 'heic', 'heix', 'heim', 'heis'],
  ...['hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1'],
]);

/** Sizes that the header of a Windows bitmap can have; two letters alone would take any text that starts with BM. */
const BITMAP_HEADER_SIZES = new Set([12, 40, 52, 56, 64, 108, 124]);

const supported = (family: ImageFamily): Sniffed => ({ kind: 'supported', family });
const unsupported = (name: string): Sniffed => ({ kind: 'unsupported', name });

/** @param prefix The first PREFIX_BYTES of the file, or all of a shorter one. */
export function sniffImageFamily(prefix: Uint8Array): Sniffed {
  const bytes = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const text = bytes.toString('latin1', 0, 4096);
  for (const [offset, magic, name] of UNSUPPORTED)
    if (text.startsWith(magic, offset)) return unsupported(name);
  if (text.startsWith('\xff\xd8\xff')) return supported('jpeg');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return supported('png');
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return supported('webp');
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return supported('gif');
  if (/^(?:II[*+]\0|MM\0[*+])/.test(text)) {
    return beginsWithThumbnail(bytes) ? unsupported('camera raw') : supported('tiff');
  }
  if (text.startsWith('ftyp', 4)) {
    return HEIF_BRANDS.has(text.slice(8, 12)) ? supported('heif') : unsupported('video');
  }
  if (text.startsWith('BM') && bytes.length >= 18 && BITMAP_HEADER_SIZES.has(bytes.readUInt32LE(14))) {
    return unsupported('BMP');
  }
  if (/^P[1-7]\s+(?:#.*\n)?\s*\d+\s+\d+\s/.test(text)) return unsupported('PNM');
  if (/^(?:\xef\xbb\xbf)?\s*</.test(text) && /<svg[\s>]/i.test(text)) return unsupported('SVG');
  return { kind: 'unknown' };
}

/**
 * Camera raw files of the TIFF kind (DNG, NEF, ARW) open with a small preview: decoding that would pass for success.
 * TIFF tag 254 (NewSubfileType), bit 0: "a reduced-resolution version of another image in this file".
 */
function beginsWithThumbnail(bytes: Buffer): boolean {
  const little = bytes[0] === 0x49;
  const classic = (little ? bytes[2] : bytes[3]) === 0x2a;
  if (!classic || bytes.length < 8) return false;
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directory = u32(4);
  if (directory + 2 > bytes.length) return false;
  const entries = u16(directory);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > bytes.length) return false;
    if (u16(entry) === 254) return (u32(entry + 8) & 1) === 1;
  }
  return false;
}

/** Whether a PNG is animated: an acTL chunk before the picture's data (PNG specification, third edition). */
export function isAnimatedPng(prefix: Uint8Array): boolean {
  const bytes = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const chunk = bytes.toString('latin1', at + 4, at + 8);
    if (chunk === 'acTL') return true;
    if (chunk === 'IDAT') return false;
  }
  return false;
}
