// The photos of the task: 12 megapixels, two people each, made of real faces.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** What every phone writes: 4000×3000 px. */
const WIDTH = 4000;
const HEIGHT = 3000;
const PIXELS = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
/** Width of a face in the photo, px: 140 of the 640 that the detector sees, so that one decode serves both models. */
const FACE_PX = 880;
/** The cut around a face, in widths of the face: hair, neck and shoulders. */
const CUT = 1.9;
/** The background is a photo of so few px that nobody can be seen in it. */
const BACKGROUND_PX = 24;
/** Sensor noise, standard deviation of 255: it makes every photo's pixels, embeddings and bytes its own, and a file of 3 MB. */
const NOISE_SIGMA = 7;
const QUALITY = 90;

/** A face in a sample photo, px. */
export interface SampleFace {
  readonly photo: string;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface TaskPhoto {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Pairs of different faces, each pair once, faces of different sample photos first. */
export function pairsOf(faces: readonly SampleFace[]): [SampleFace, SampleFace][] {
  const pairs: [SampleFace, SampleFace][] = [];
  for (let step = 1; step < faces.length; step++)
    for (let i = 0; i + step < faces.length; i++) pairs.push([faces[i]!, faces[i + step]!]);
  const apart = ([a, b]: [SampleFace, SampleFace]): number => (a.photo === b.photo ? 1 : 0);
  return pairs.sort((a, b) => apart(a) - apart(b));
}

/** Writes photo number `index` into `folder`. */
export async function makePhoto(
  folder: string,
  index: number,
  pair: readonly [SampleFace, SampleFace],
): Promise<TaskPhoto> {
  await mkdir(folder, { recursive: true });
  const blurred = await sharp(pair[0].photo)
    .resize({ width: BACKGROUND_PX, height: (BACKGROUND_PX * HEIGHT) / WIDTH, fit: 'cover' })
    .png()
    .toBuffer();
  // A pipeline of sharp holds one resize: enlarging is a second one.
  const background = await sharp(blurred)
    .resize({ width: WIDTH, height: HEIGHT, kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const people = await Promise.all(pair.map((face) => portrait(face)));
  const [left, right] = people;
  const side = Math.round(FACE_PX * CUT);
  const shift = (index * 37) % 160;
  const composed = await sharp(background, { raw: PIXELS })
    .composite([
      { input: left!, left: 180 + shift, top: 500 + shift },
      { input: right!, left: WIDTH - side - 180 - shift, top: 700 - shift },
    ])
    .removeAlpha()
    .raw()
    .toBuffer();
  addNoise(composed, index);
  const bytes = await sharp(composed, { raw: PIXELS }).jpeg({ quality: QUALITY }).toBuffer();
  const path = join(folder, `photo-${index}.jpg`);
  await writeFile(path, bytes);
  return { path, bytes };
}

/** A square cut around a face, enlarged so that the face is FACE_PX wide, its edge faded. */
async function portrait({ photo, box }: SampleFace): Promise<Buffer> {
  const { width = 0, height = 0 } = await sharp(photo).metadata();
  const side = Math.floor(Math.min(box.width * CUT, width, height));
  const place = (centre: number, limit: number): number =>
    Math.max(0, Math.min(limit - side, Math.round(centre - side / 2)));
  const target = Math.round(FACE_PX * CUT);
  const mask = Buffer.from(
    `<svg width="${target}" height="${target}"><defs><radialGradient id="g"><stop offset="0.86" stop-color="#fff"/>` +
      `<stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>` +
      `<rect width="${target}" height="${target}" fill="url(#g)"/></svg>`,
  );
  return sharp(photo)
    .extract({
      left: place(box.x + box.width / 2, width),
      top: place(box.y + box.height / 2, height),
      width: side,
      height: side,
    })
    .resize({ width: target, height: target, kernel: 'lanczos3' })
    .ensureAlpha()
    .composite([{ input: mask, blend: 'dest-in' }])
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Seeded: the same photos on every machine. The sum of three uniform values is close to normal. */
function addNoise(pixels: Buffer, seed: number): void {
  let state = (seed + 1) * 0x9e3779b1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  const table = Float32Array.from(
    { length: 65_537 },
    () => (uniform() + uniform() + uniform() - 1.5) * 2 * NOISE_SIGMA,
  );
  let at = seed * 101;
  for (let i = 0; i < pixels.length; i++) {
    at = (at + 7 + (pixels[i]! & 3)) % table.length;
    pixels[i] = Math.max(0, Math.min(255, Math.round(pixels[i]! + table[at]!)));
  }
}

/** The photo with a comment of its own behind the first marker: other bytes, the same picture. */
export function withComment(jpeg: Buffer, text: string): [head: Buffer, rest: Buffer] {
  const words = Buffer.from(text);
  const head = Buffer.alloc(6 + words.length);
  jpeg.copy(head, 0, 0, 2);
  head.writeUInt16BE(0xfffe, 2);
  head.writeUInt16BE(2 + words.length, 4);
  words.copy(head, 6);
  return [head, jpeg.subarray(2)];
}
