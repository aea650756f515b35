// What is known of a picture before a single pixel is decoded. Whatever is refused here costs no memory.
import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { Metadata } from 'sharp';
import { DomainError } from '../domain/domain-error.js';
import { sharp } from './sharp-settings.js';
import type { PictureFile } from './picture-file.js';
import { isAnimatedPng, PREFIX_BYTES, sniffImageFamily, type ImageFamily } from './sniff-image-family.js';

export type ContentType =
  'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif' | 'image/tiff' | 'image/avif' | 'image/heic';

/** Something about how a picture was read that is worth telling; a stable code. */
export type ImageNote =
  /** Only the first frame of an animation was read. */
  | 'animated_first_frame'
  /** Only the first page (of a HEIF file: its main picture) was read. */
  | 'multipage_first_page'
  /** The bytes are of another image type than the client declared. */
  | 'content_type_corrected'
  /** The end of the file is missing; at least half of the picture's rows are there. */
  | 'truncated'
  /** Some of the picture's data is corrupt; what could be decoded was used. */
  | 'damaged';

export interface ImageLimits {
  /** Largest file, bytes. */
  readonly bytesMax: number;
  /** Largest picture, px (width × height). */
  readonly pixelsMax: number;
}

export interface ImageHeader {
  /** What the bytes are, whatever the file is called. */
  readonly contentType: ContentType;
  /** px, upright: EXIF orientation, or the container's own turn, is applied. */
  readonly width: number;
  /** px, upright. */
  readonly height: number;
  /** Pages or frames in the file, >= 1. */
  readonly pages: number;
  /** The page that is read, from 0. */
  readonly page: number;
  /** EXIF orientation that decoding applies, 1..8; 1 for HEIC and AVIF, whose containers carry their own turn. */
  readonly orientation: number;
  readonly notes: readonly ImageNote[];
}

const CONTENT_TYPES: Record<Exclude<ImageFamily, 'heif'>, ContentType> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
};

/** Names in use for the same type. */
const DECLARED_ALIASES: Readonly<Record<string, ContentType>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/jfif': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/apng': 'image/png',
  'image/vnd.mozilla.apng': 'image/png',
  'image/tif': 'image/tiff',
  'image/heif': 'image/heic',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heic',
  'image/avif-sequence': 'image/avif',
};

/** @throws DomainError image.unreadable | image.unsupported | image.too_large */
export async function readImageHeader(
  file: PictureFile,
  limits: ImageLimits,
  declaredType: string | undefined,
): Promise<ImageHeader> {
  const prefix = await readPrefix(file, limits.bytesMax);
  const sniffed = sniffImageFamily(prefix);
  if (sniffed.kind === 'unsupported') {
    throw new DomainError('image.unsupported', `${sniffed.name} files are not supported`);
  }
  if (sniffed.kind === 'unknown') throw new DomainError('image.unreadable', 'the file is not an image');
  const metadata = await readMetadata(file);
  if (metadata.format !== sniffed.family)
    throw new DomainError('image.unreadable', 'the image cannot be read');

  const { width, height } = metadata.autoOrient;
  if (width * height > limits.pixelsMax) {
    throw new DomainError('image.too_large', `the image has more than ${limits.pixelsMax} pixels`, {
      extensions: { width, height, pixels_max: limits.pixelsMax },
    });
  }
  const contentType = sniffed.family === 'heif' ? heifContentType(metadata) : CONTENT_TYPES[sniffed.family];
  const animated =
    sniffed.family === 'gif' ||
    sniffed.family === 'webp' ||
    contentType === 'image/avif' ||
    isAnimatedPng(prefix);
  const pages = metadata.pages ?? 1;
  const notes: ImageNote[] = [];
  if (pages > 1 || isAnimatedPng(prefix))
    notes.push(animated ? 'animated_first_frame' : 'multipage_first_page');
  if (contradicts(declaredType, contentType)) notes.push('content_type_corrected');
  const orientation = metadata.orientation ?? 1;
  return {
    contentType,
    width,
    height,
    pages,
    page: metadata.pagePrimary ?? 0,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    notes,
  };
}

function checkSize(size: number, bytesMax: number): void {
  if (size > bytesMax) {
    throw new DomainError('image.too_large', `the file is larger than ${bytesMax} bytes`, {
      extensions: { bytes_max: bytesMax },
    });
  }
  if (size === 0) throw new DomainError('image.unreadable', 'the file is empty');
}

async function readPrefix(picture: PictureFile, bytesMax: number): Promise<Uint8Array> {
  if (typeof picture !== 'string') {
    checkSize(picture.length, bytesMax);
    return picture.subarray(0, PREFIX_BYTES);
  }
  const file = await open(picture, 'r');
  try {
    const { size } = await file.stat();
    checkSize(size, bytesMax);
    const prefix = Buffer.alloc(Math.min(size, PREFIX_BYTES));
    const { bytesRead } = await file.read(prefix, 0, prefix.length, 0);
    return prefix.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The pixel limit is ours to check: sharp's own refusal would not tell the size. */
async function readMetadata(picture: PictureFile): Promise<Metadata> {
  try {
    return await sharp(picture, { failOn: 'none', limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new DomainError('image.unreadable', 'the image cannot be read', { cause });
  }
}

function heifContentType(metadata: Metadata): ContentType {
  if (metadata.compression === 'hevc') return 'image/heic';
  if (metadata.compression === 'av1') return 'image/avif';
  throw new DomainError('image.unsupported', 'HEIF files with this compression are not supported');
}

/** Only a declared image type can be wrong: anything else (octet-stream, nothing) claims nothing. */
function contradicts(declaredType: string | undefined, actual: ContentType): boolean {
  const declared = declaredType?.split(';')[0]?.trim().toLowerCase();
  if (!declared?.startsWith('image/') || declared === 'image/*') return false;
  return (DECLARED_ALIASES[declared] ?? declared) !== actual;
}
