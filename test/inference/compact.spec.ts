// What the compact pack sees on a machine that has nothing but the npm registry: the sample photos of its source package.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Detection } from '../../src/domain/face/detection.js';
import { Embedding } from '../../src/domain/face/embedding.js';
import type { Point } from '../../src/domain/geometry/landmarks.js';
import type { Raster } from '../../src/domain/geometry/raster.js';
import { turnRaster } from '../../src/domain/geometry/turn.js';
import { buildCompactPack } from '../../src/inference/compact-pack/build-compact-pack.js';
import type { ModelPack } from '../../src/inference/model-pack.js';
import { parseModelPack } from '../../src/inference/parse-model-pack.js';
import { describeFaces, type FaceDescriber } from '../../src/inference/worker/describe-faces.js';
import { FaceDetector } from '../../src/inference/worker/face-detector.js';
import { findFaces } from '../../src/inference/worker/find-faces.js';
import { Landmarker } from '../../src/inference/worker/landmarker.js';
import { Network } from '../../src/inference/worker/network.js';
import { Recogniser } from '../../src/inference/worker/recogniser.js';
import { committedPacks } from '../harness/model-packs.js';
import { photoRaster } from '../harness/photo-raster.js';
import { samplePhotos } from '../harness/shared-data.js';

/** Faces of sample1.jpg … sample6.jpg, counted by eye. */
const FACES = [3, 3, 3, 4, 5, 4];

let dir: string;
let pack: ModelPack;
let detector: FaceDetector;
let describer: FaceDescriber;
/** The faces of the sample photos as they are. */
let gallery: KnownFace[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kindred-compact-'));
  await cp(join(committedPacks, 'compact/pack.toml'), join(dir, 'pack.toml'));
  await buildCompactPack(dir);
  pack = parseModelPack(await readFile(join(dir, 'pack.toml'), 'utf8'), 'compact');
  const options = { executionProvider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
  const open = (file: string): Promise<Network> => Network.open(join(dir, file), options);
  const landmarker = await Landmarker.open(await open(pack.landmarker!.file), pack.landmarker!);
  detector = await FaceDetector.open(await open(pack.detector.file), pack.detector, landmarker);
  const recogniser = await Recogniser.open(await open(pack.recogniser.file), pack.recogniser, 8);
  const rules = { detectionScoreWeak: pack.detector.scoreWeak, embeddingNormMin: pack.recogniser.normMin };
  describer = { recogniser, rules };
  gallery = [];
  for (const [photo, path] of samplePhotos.entries()) {
    gallery.push(...(await facesOf(photo, await photoRaster(path, 1280))));
  }
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function embed(raster: Raster, detections: readonly Detection[]): Promise<Embedding[]> {
  const [faces] = await describeFaces([{ raster, detections }], describer);
  return faces!.map(({ raw }) => Embedding.fromRaw(pack.id, raw));
}

interface KnownFace {
  readonly photo: number;
  readonly detection: Detection;
  readonly embedding: Embedding;
}

async function facesOf(photo: number, raster: Raster): Promise<KnownFace[]> {
  const { detections } = await findFaces(raster, detector);
  const embeddings = await embed(raster, detections);
  return detections.map((detection, i) => ({ photo, detection, embedding: embeddings[i]! }));
}

const centre = ({ box }: Detection): Point => ({ x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 });
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** A changed copy of a photo and where a point of the copy lies in the original. */
interface Copy {
  readonly change: (image: Sharp) => Sharp;
  readonly back: (point: Point, copy: Raster, original: Raster) => Point;
}

const LEAN_DEGREES = 12;
const leanBack: Copy['back'] = (point, copy, original) => {
  const angle = (-LEAN_DEGREES * Math.PI) / 180;
  const x = point.x - copy.width / 2;
  const y = point.y - copy.height / 2;
  return {
    x: x * Math.cos(angle) - y * Math.sin(angle) + original.width / 2,
    y: x * Math.sin(angle) + y * Math.cos(angle) + original.height / 2,
  };
};

async function changed({ width, height, data }: Raster, { change }: Copy): Promise<Raster> {
  const bytes = await change(sharp(data, { raw: { width, height, channels: 3 } })).toBuffer();
  const raw = await sharp(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: raw.info.width, height: raw.info.height, data: Uint8Array.from(raw.data) };
}

describe('the compact pack on the sample photos', () => {
  it('finds all 22 faces and no other', () => {
    expect(samplePhotos.map((_, photo) => gallery.filter((face) => face.photo === photo).length)).toEqual(
      FACES,
    );
  });

  it('puts the landmarks of faces that look at the camera where they belong', async () => {
    let checked = 0;
    for (const [photo, path] of samplePhotos.entries()) {
      const raster = await photoRaster(path, 1280);
      const detections = gallery.filter((face) => face.photo === photo).map(({ detection }) => detection);
      const [faces] = await describeFaces([{ raster, detections }], describer);
      for (const [i, { box, landmarks }] of detections.entries()) {
        if (faces![i]!.reasons.length > 0) continue;
        checked++;
        for (const { x, y } of landmarks)
          expect(x > box.x1 && x < box.x2 && y > box.y1 && y < box.y2).toBe(true);
        const [leftEye, rightEye, nose, leftMouth, rightMouth] = landmarks;
        expect(leftEye.x).toBeLessThan(rightEye.x);
        expect(leftMouth.x).toBeLessThan(rightMouth.x);
        expect((leftEye.y + rightEye.y) / 2).toBeLessThan(nose.y);
        expect(nose.y).toBeLessThan((leftMouth.y + rightMouth.y) / 2);
      }
    }
    // The one in profile is doubted, rightly.
    expect(checked).toBe(21);
  });

  // [name, copy, faces found at least, of those above the pack's own threshold with their original]
  it.each<[string, Copy, number, number]>([
    [
      'half as large at JPEG quality 50',
      {
        change: (image) => image.resize({ width: 640 }).jpeg({ quality: 50 }),
        back: ({ x, y }) => ({ x: x * 2, y: y * 2 }),
      },
      22,
      22,
    ],
    [
      'leaned by 12 degrees',
      { change: (image) => image.rotate(LEAN_DEGREES, { background: '#808080' }).png(), back: leanBack },
      20,
      20,
    ],
    [
      'darker and without colour',
      { change: (image) => image.modulate({ brightness: 0.7 }).greyscale().png(), back: (point) => point },
      20,
      20,
    ],
  ])('knows faces again in copies that are %s', async (name, copy, foundMin, knownMin) => {
    let found = 0;
    let known = 0;
    for (const [photo, path] of samplePhotos.entries()) {
      const original = await photoRaster(path, 1280);
      const probeRaster = await changed(original, copy);
      for (const probe of await facesOf(photo, probeRaster)) {
        const at = copy.back(centre(probe.detection), probeRaster, original);
        const own = gallery
          .filter((face) => face.photo === photo)
          .reduce((a, b) => (distance(centre(a.detection), at) <= distance(centre(b.detection), at) ? a : b));
        const { box } = own.detection;
        expect(distance(centre(own.detection), at)).toBeLessThan((box.x2 - box.x1) / 2);
        found++;
        const similarity = (face: KnownFace): number => face.embedding.similarityTo(probe.embedding);
        const nearest = gallery.reduce((a, b) => (similarity(a) >= similarity(b) ? a : b));
        expect(nearest).toBe(own);
        if (similarity(own) >= pack.operatingPoint.similarity) known++;
      }
    }
    console.log(
      `compact pack, copies ${name}: ${found} of ${gallery.length} faces found, all nearest to their original, ${known} above the threshold`,
    );
    expect(found).toBeGreaterThanOrEqual(foundMin);
    expect(known).toBeGreaterThanOrEqual(knownMin);
  });

  it.each([90, 180, 270] as const)(
    'finds the faces of a photo whose pixels are turned by %i degrees and tells the turn back',
    async (turn) => {
      const upright = await photoRaster(samplePhotos[3]!, 960);
      const found = await findFaces(turnRaster(upright, turn), detector);
      expect(found.turn).toBe((360 - turn) % 360);
      expect(found.detections).toHaveLength(FACES[3]!);
      expect([found.raster.width, found.raster.height]).toEqual([upright.width, upright.height]);
    },
  );

  it('finds no face on a picture without one', async () => {
    const grey = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 3).fill(128) };
    expect((await findFaces(grey, detector)).detections).toEqual([]);
  });
});
