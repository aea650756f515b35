// Pictures on disk become upright sRGB pixels. The only room that imports sharp and the HEIC decoder.
//
// [Note: White behind transparency]
// A transparent picture is laid on white: that is what viewers show, so the person who sent it knows that picture, and a
// cut-out portrait keeps the contour that detectors learnt. Black would merge with hair; the hidden colour under
// transparent pixels may be anything.
import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Sharp } from 'sharp';
import { DomainError } from '../domain/domain-error.js';
import type { Box } from '../domain/geometry/box.js';
import type { Raster } from '../domain/geometry/raster.js';
import type { Turn } from '../domain/geometry/turn.js';
import { planCrop, type CropOptions, type CropPlan } from './crop-region.js';
import { HeicDecoder } from './heic-decoder.js';
import {
  readImageHeader,
  type ContentType,
  type ImageHeader,
  type ImageLimits,
  type ImageNote,
} from './image-header.js';
import { perceptualHash } from './perceptual-hash.js';
import type { PictureFile } from './picture-file.js';
import { readPicture, type PictureSource } from './picture-source.js';
import { sharp } from './sharp-settings.js';

export type { PictureFile } from './picture-file.js';
export type { CropOptions } from './crop-region.js';
export type { ContentType, ImageHeader, ImageLimits, ImageNote } from './image-header.js';

export interface DecodeOptions {
  /** Long side of the raster at most, px; undefined = full size. A smaller picture is not enlarged. */
  readonly longSideMax?: number;
  /** Degrees clockwise by which the upright picture is turned on top. */
  readonly turn?: Turn;
}

export interface DecodedImage {
  /** Its buffer is its own: it can be transferred to a thread. */
  readonly raster: Raster;
  /** Raster px per px of the upright source, 0..1. */
  readonly scale: number;
  readonly notes: readonly ImageNote[];
}

/** libuv has 4 threads, which files and DNS need too; each picture in the works also holds its memory. */
const CONCURRENCY_MAX = 3;
/** JPEG quality of crops, 1..100: no visible loss at the size of a face. */
const CROP_QUALITY = 90;
const WHITE = '#ffffff';
/** Types that can be read at a fraction of their size. */
const SHRINKING_TYPES: readonly ContentType[] = ['image/jpeg', 'image/webp'];
/** From this reduction on sharp reads a JPEG at a half or less. */
const SHRINKS_FROM = 3;

export class ImageDecoder {
  private readonly heic = new HeicDecoder();
  private readonly limit: LimitFunction;
  private readonly underWay = new Set<Promise<unknown>>();
  private closed = false;

  constructor(private readonly limits: ImageLimits) {
    this.limit = pLimit(Math.min(CONCURRENCY_MAX, availableParallelism()));
  }

  /**
   * Reads the header only; no pixel is decoded, whatever the size.
   * @param declaredType What the client said it is; only compared.
   * @throws DomainError image.unreadable | image.unsupported | image.too_large
   */
  inspect(file: PictureFile, declaredType?: string): Promise<ImageHeader> {
    return this.track(() => readImageHeader(file, this.limits, declaredType));
  }

  /**
   * Upright 8-bit sRGB pixels, scaled while they are read.
   * @param header What `inspect` said of this file.
   * @throws DomainError image.unreadable | image.unsupported | inference.busy
   */
  decode(file: PictureFile, header: ImageHeader, options: DecodeOptions = {}): Promise<DecodedImage> {
    return this.heavy(async () => {
      const source = await this.open(file, header);
      const { result, notes } = await readPicture(source, header, (picture) =>
        rasterOf(picture, header, options),
      );
      const scale = Math.max(result.width, result.height) / Math.max(header.width, header.height);
      return { raster: result, scale, notes };
    });
  }

  /**
   * A JPEG of a part of the upright picture.
   * @param box px of the upright source; the padded box is clipped to the picture.
   * @throws DomainError crop.unavailable for a box outside the picture, and what `decode` throws.
   */
  crop(file: PictureFile, header: ImageHeader, box: Box, options: CropOptions): Promise<Uint8Array> {
    return this.heavy(async () => {
      const plan = planCrop(header, box, options);
      const source = await this.open(file, header);
      const { result } = await readPicture(source, header, async (picture) => {
        const cut = cutOut(toSrgb(picture), header, plan);
        const upright = options.turn ? await turnedRegion(cut, options.turn) : cut;
        const { data } = await upright.jpeg({ quality: CROP_QUALITY }).toUint8Array();
        return plainBytes(data);
      });
      return result;
    });
  }

  /**
   * A JPEG of the whole upright picture; its boxes keep their places, scaled. Not turned any further.
   * @param longSideMax px; a smaller picture is not enlarged.
   * @throws What `decode` throws.
   */
  preview(file: PictureFile, header: ImageHeader, longSideMax: number): Promise<Uint8Array> {
    const whole = { x1: 0, y1: 0, x2: header.width, y2: header.height };
    return this.crop(file, header, whole, { marginRatio: 0, sizePx: longSideMax });
  }

  /** The 64-bit DCT hash that common tools compute, 16 hex digits. The raster stays the caller's, but not before this settles. */
  perceptualHash(raster: Raster): Promise<string> {
    return this.track(() => perceptualHash(raster));
  }

  /** Refuses new work, waits for what is under way and ends the thread. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([...this.underWay]);
    await this.heic.close();
  }

  /** sharp reads every type but HEIC by itself. */
  private async open(file: PictureFile, header: ImageHeader): Promise<PictureSource> {
    if (header.contentType !== 'image/heic') return { input: file, page: header.page };
    const { icc, hasAlpha } = await sharp(file, { limitInputPixels: false, page: header.page }).metadata();
    const { page, width, height } = header;
    return { input: await this.heic.decode({ file, page, width, height, icc, hasAlpha }), page: 0 };
  }

  /** Work that holds a picture in memory waits for its turn. */
  private heavy<T>(work: () => Promise<T>): Promise<T> {
    return this.track(() => this.limit(work));
  }

  private track<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) {
      return Promise.reject(
        new DomainError('service.stopping', 'the service is stopping', { retryable: true }),
      );
    }
    const running = work();
    this.underWay.add(running);
    const done = (): boolean => this.underWay.delete(running);
    running.then(done, done);
    return running;
  }
}

/** Three channels of 8 bits, whatever the source has; its colour profile is applied. */
function toSrgb(picture: Sharp): Sharp {
  return picture.flatten({ background: WHITE }).toColourspace('srgb');
}

/**
 * Scaled and then cut where the file itself can be read at a smaller size; else cut first, so that only the part is scaled. Either way
 * no row below the part is read.
 */
function cutOut(picture: Sharp, header: ImageHeader, { width, height, region, source }: CropPlan): Sharp {
  return SHRINKING_TYPES.includes(header.contentType) && header.width >= SHRINKS_FROM * width
    ? picture.resize({ width, height, fit: 'fill' }).extract(region)
    : picture.extract(source).resize({ width: region.width, height: region.height, fit: 'fill' });
}

/** sharp turns before it cuts, whatever the order of the calls, so the small region is turned in a second step. */
async function turnedRegion(cut: Sharp, turn: Turn): Promise<Sharp> {
  const { data, info } = await cut.raw({ depth: 'uchar' }).toUint8Array();
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }).rotate(turn);
}

/** A plain array on a buffer of its own: a Node Buffer's `slice` would share memory with what is transferred away. */
function plainBytes(data: Uint8Array): Uint8Array {
  const whole = data.byteLength === data.buffer.byteLength;
  return whole ? new Uint8Array(data.buffer) : new Uint8Array(data);
}

async function rasterOf(picture: Sharp, header: ImageHeader, options: DecodeOptions): Promise<Raster> {
  const longSide = Math.max(1, Math.floor(options.longSideMax ?? Math.max(header.width, header.height)));
  const scaled = toSrgb(picture).resize({
    width: longSide,
    height: longSide,
    fit: 'inside',
    withoutEnlargement: true,
  });
  const { data, info } = await (options.turn ? scaled.rotate(options.turn) : scaled)
    .raw({ depth: 'uchar' })
    .toUint8Array();
  if (info.channels !== 3) throw new Error(`expected 3 channels, not ${info.channels}`);
  return { width: info.width, height: info.height, data: plainBytes(data) };
}
