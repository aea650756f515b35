// Opens a picture for decoding, and says how much of it can be trusted.
//
// [Note: Broken pictures]
// Every picture is first read strictly. One that only breaks rules (corrupt bytes in the middle) is read again with
// warnings allowed and called 'damaged'; one whose data ends early is read as far as it goes and called 'truncated'.
// The rows that are missing come out flat, as grey (JPEG) or black (PNG): when they are more than half of the picture it
// is unreadable, because an answer "no face" about a picture that is mostly missing would be a lie.
import type { FailOnOptions, Sharp, SharpOptions } from 'sharp';
import { DomainError } from '../domain/domain-error.js';
import type { ImageHeader, ImageNote } from './image-header.js';
import type { PictureFile } from './picture-file.js';
import { DECODE_TIMEOUT_S, sharp } from './sharp-settings.js';

/** A picture's file, or the bytes of a picture that another decoder has unpacked. */
export type PictureSource = { readonly input: PictureFile; readonly page: number };

/** Fraction of a picture's rows that must be there. */
const ROWS_USABLE_MIN = 0.5;
/** Rows (at most) of the small picture in which missing rows are counted. */
const PROBE_ROWS = 256;
/** Largest difference inside a row that still counts as flat, of 255. */
const FLAT_RANGE_MAX = 2;

const STRICTNESS: readonly { readonly failOn: FailOnOptions; readonly note?: ImageNote }[] = [
  { failOn: 'warning' },
  { failOn: 'error', note: 'damaged' },
  { failOn: 'none', note: 'truncated' },
];

function openSource(source: PictureSource, failOn: FailOnOptions, autoOrient: boolean): Sharp {
  const options: SharpOptions = {
    failOn,
    autoOrient,
    // The header was checked against our own limit; this one only has to be out of its way.
    limitInputPixels: false,
    sequentialRead: true,
    ...(source.page > 0 ? { page: source.page } : {}),
  };
  return sharp(source.input, options).timeout({ seconds: DECODE_TIMEOUT_S });
}

/**
 * Reads a picture as strictly as it allows.
 * @param read Turns an opened, upright picture into the result; may be called up to three times.
 * @throws DomainError image.unreadable | image.unsupported
 */
export async function readPicture<T>(
  source: PictureSource,
  header: ImageHeader,
  read: (picture: Sharp) => Promise<T>,
): Promise<{ result: T; notes: readonly ImageNote[] }> {
  let cause: unknown;
  for (const { failOn, note } of STRICTNESS) {
    try {
      const result = await read(openSource(source, failOn, header.orientation !== 1));
      if (note === 'truncated') await assertUsable(source, header);
      return { result, notes: note ? [note] : [] };
    } catch (error) {
      if (error instanceof DomainError) throw error;
      cause = error;
    }
  }
  const message = cause instanceof Error ? cause.message : '';
  if (/not been built in|not supported|unsupported/i.test(message)) {
    throw new DomainError('image.unsupported', 'this variant of the image type is not supported', { cause });
  }
  throw new DomainError('image.unreadable', 'the image cannot be decoded', { cause });
}

/** Counts the flat rows at the end of the picture as it is stored, before any turn. */
async function assertUsable(source: PictureSource, header: ImageHeader): Promise<void> {
  const storedHeight = header.orientation >= 5 ? header.width : header.height;
  const height = Math.min(storedHeight, PROBE_ROWS);
  const { data, info } = await openSource(source, 'none', false)
    .resize({ width: 64, height, fit: 'fill' })
    .raw({ depth: 'uchar' })
    .toUint8Array();
  const rowBytes = info.width * info.channels;
  let rows = info.height;
  while (rows > 0 && isFlat(data.subarray((rows - 1) * rowBytes, rows * rowBytes), info.channels)) rows--;
  if (rows / info.height < ROWS_USABLE_MIN) {
    throw new DomainError('image.unreadable', 'more than half of the image is missing');
  }
}

function isFlat(row: Uint8Array, channels: number): boolean {
  return row.every((value, i) => Math.abs(value - row[i % channels]!) <= FLAT_RANGE_MAX);
}
