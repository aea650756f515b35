// Photos of known people: real ones where they lie beside the checkout, else variations of faces from the sample photos.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { samplePhotos, sharedData } from './shared-data.js';

export interface NamedPhoto {
  readonly person: string;
  readonly bytes: Uint8Array;
}

/** Well-lit, single-face press photos; ten of each. */
const PEOPLE = ['Ariel_Sharon', 'Colin_Powell', 'George_W_Bush', 'Gerhard_Schroeder', 'Tony_Blair'];

/** Where five different people are in the sample photos, px. */
const SAMPLE_FACES = [
  { sample: 0, left: 1330, top: 80, width: 490, height: 480 },
  { sample: 0, left: 290, top: 220, width: 430, height: 500 },
  { sample: 0, left: 700, top: 290, width: 460, height: 500 },
  { sample: 3, left: 530, top: 0, width: 430, height: 440 },
  { sample: 5, left: 540, top: 170, width: 440, height: 600 },
] as const;

export async function fiftyPhotosOfFivePeople(): Promise<NamedPhoto[]> {
  return sharedData ? labelledPhotos(join(sharedData.photos, 'lfw_colour10')) : variations();
}

/** As many, but no two alike, so that ingest founds several groups of one person: something is left to be put together. */
export async function unlikePhotosOfFivePeople(): Promise<NamedPhoto[]> {
  return sharedData ? labelledPhotos(join(sharedData.photos, 'lfw_colour10')) : unlikeVariations();
}

/** Every colour portrait: a hundred of ten people where they lie beside the checkout, else the unlike photos of five. */
export async function allColourPortraits(): Promise<NamedPhoto[]> {
  if (!sharedData) return unlikeVariations();
  const folder = join(sharedData.photos, 'lfw_colour10');
  return labelledPhotos(folder, (await readdir(folder)).sort());
}

async function labelledPhotos(folder: string, people: readonly string[] = PEOPLE): Promise<NamedPhoto[]> {
  const photos: NamedPhoto[] = [];
  for (const person of people) {
    for (const file of (await readdir(join(folder, person))).sort().slice(0, 10)) {
      photos.push({ person, bytes: await readFile(join(folder, person, file)) });
    }
  }
  return photos;
}

/**
 * The same face under slightly other light and compression: other bytes and other embeddings, one person. Slight, because the
 * compact pack asks a human about more, and these photos are for tests of concurrency and crashes, not of recognition.
 */
async function variations(): Promise<NamedPhoto[]> {
  const photos: NamedPhoto[] = [];
  for (const [person, { sample, ...region }] of SAMPLE_FACES.entries()) {
    for (let i = 0; i < 10; i++) {
      const cut = await sharp(samplePhotos[sample]).extract(region).toBuffer();
      const bytes = await sharp(cut)
        .modulate({ brightness: 0.97 + i * 0.006 })
        .resize({ width: 400 })
        .jpeg({ quality: 81 + 2 * i })
        .toBuffer();
      photos.push({ person: `person ${person + 1}`, bytes });
    }
  }
  return photos;
}

/** The same face turned, mirrored, small, soft, dark and grey: one person, as different photos of him would be. */
async function unlikeVariations(): Promise<NamedPhoto[]> {
  const photos: NamedPhoto[] = [];
  for (const [person, { sample, ...region }] of SAMPLE_FACES.entries()) {
    const cut = await sharp(samplePhotos[sample]).extract(region).toBuffer();
    for (let i = 0; i < 10; i++) {
      const photo = sharp(cut)
        .rotate(4 * (i % 5) - 8, { background: '#777' })
        .resize({ width: [400, 120, 220, 160, 300][(i * 3) % 5]! })
        .flop(i % 2 === 1)
        .greyscale(i % 3 === 2)
        .modulate({ brightness: 0.6 + 0.09 * i });
      const bytes = await (i % 4 === 3 ? photo.blur(1.2) : photo).jpeg({ quality: 60 + 3 * i }).toBuffer();
      photos.push({ person: `person ${person + 1}`, bytes });
    }
  }
  return photos;
}

/** 200 photos, all of other bytes: labelled portraits, else the variations over and over with other compression. */
export async function twoHundredPhotos(): Promise<Uint8Array[]> {
  if (!sharedData) {
    const photos = await variations();
    const again = [88, 84, 80].flatMap((quality) =>
      photos.map(async ({ bytes }) => new Uint8Array(await sharp(bytes).jpeg({ quality }).toBuffer())),
    );
    return [...photos.map(({ bytes }) => bytes), ...(await Promise.all(again))];
  }
  const folder = join(sharedData.photos, 'lfw_gray');
  const photos: Uint8Array[] = [];
  for (const person of (await readdir(folder)).sort().slice(0, 20)) {
    for (const file of (await readdir(join(folder, person))).sort().slice(0, 10)) {
      photos.push(await readFile(join(folder, person, file)));
    }
  }
  return photos;
}
