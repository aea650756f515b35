// Fitting and judging on "photos": made-up faces stand for the extracted ones, so that every machine can run it.
import { beforeAll, describe, expect, it } from 'vitest';
import { linkageFromPair } from '../domain/cluster/calibration.js';
import {
  parseEvidenceCalibration,
  renderEvidenceCalibration,
} from '../domain/cluster/qel/calibration-file.js';
import type { PhotoFace } from '../domain/evaluation/photo-faces.js';
import { syntheticFaces } from '../domain/evaluation/synthetic-faces.js';
import { evaluatePhotos } from './evaluate-photos.js';
import { fitPhotos, type PhotoFit } from './fit-photos.js';
import { OWN_METHOD } from './method-figures.js';
import { renderEvaluated } from './render-evaluation.js';
import { renderPhotoReport } from './render-photo-report.js';

const WIDTH = 512;
const PAIR = { slope: 40, intercept: -14, fittedOn: 'the test' };
const quiet = (): void => undefined;

function photos(seed: number): (PhotoFace & { path: string; crop: Uint8Array })[] {
  const made = syntheticFaces({
    seed,
    people: 20,
    faces: 160,
    strangers: 10,
    unrecognisable: 15,
    hard: false,
  });
  return Array.from({ length: made.count }, (_, i) => {
    const nobody = made.kinds[i] === 'unrecognisable';
    return {
      person: nobody ? `person ${i % 20}` : `person ${made.people[i]!}`,
      damage: nobody ? ('erased' as const) : null,
      contentKey: made.contentKeys[i]!,
      embedding: made.embeddings.slice(i * WIDTH, (i + 1) * WIDTH),
      quality: Math.max(0.51, made.qualities[i]!),
      path: `${i} <&>.jpg`,
      crop: Uint8Array.of(0xff, 0xd8, i & 255),
    };
  });
}

describe('a pack on labelled photos', () => {
  let fit: PhotoFit;
  beforeAll(async () => {
    fit = await fitPhotos(photos(3), {
      space: 'made-up',
      recogniserSha256: 'a'.repeat(64),
      width: WIDTH,
      source: 'made-up faces',
      threads: 2,
      progress: quiet,
    });
  }, 300_000);

  it('is judged on people whom the fit has not seen, with and without faces that show nobody', () => {
    expect(fit.heldOut).toHaveLength(6);
    expect(fit.heldOut[0]!.faces + fit.heldOut[2]!.faces + fit.heldOut[4]!.faces).toBe(170);
    expect(fit.heldOut[1]!.faces + fit.heldOut[3]!.faces + fit.heldOut[5]!.faces).toBe(185);
    for (const { methods } of fit.heldOut) {
      const own = methods.find(({ method }) => method === OWN_METHOD)!;
      expect(own.bcubed.f).toBeGreaterThan(0.9);
    }
  });

  it('gives a calibration that its file holds whole and that groups other people well', async () => {
    const calibration = parseEvidenceCalibration(JSON.parse(renderEvidenceCalibration(fit.calibration)));
    expect(calibration).toEqual(fit.calibration);
    const faces = photos(8);
    const evaluation = await evaluatePhotos(faces, calibration, {
      width: WIDTH,
      linkage: { pair: PAIR, linkage: linkageFromPair(PAIR) },
      threads: 2,
      orders: 3,
      questionsMax: 10,
      progress: quiet,
    });
    expect(evaluation.sets.map(({ faces: count }) => count)).toEqual([170, 185]);
    for (const { methods, linkageIngest } of evaluation.sets) {
      const own = methods.find(({ method }) => method === OWN_METHOD)!;
      expect(own.bcubed.f).toBeGreaterThan(0.95);
      expect(own.orderDisagreement).toBe(0);
      expect(methods.map(({ method }) => method)).toContain('linkage at ingest');
      expect(linkageIngest!.founded).toBeGreaterThan(0);
    }
    const page = renderPhotoReport(evaluation, faces);
    expect(page).toContain('ROC');
    for (const { parts } of evaluation.confusions.slice(0, 40))
      expect(page).toContain(
        `data:image/jpeg;base64,${Buffer.from(faces[parts[0]![0]!]!.crop).toString('base64')}`,
      );
    expect(page).not.toMatch(/<script|https?:\/\/|<&>/);
    for (const { what } of evaluation.bars) expect(renderEvaluated(evaluation)).toContain(what);
  }, 180_000);

  it('needs people seen often: too few faces are an error that says so', async () => {
    const few = photos(3).filter(({ damage }, i) => damage === null && i % 30 === 0);
    await expect(
      fitPhotos(few, {
        space: 'made-up',
        recogniserSha256: 'a'.repeat(64),
        width: WIDTH,
        source: 'made-up faces',
        threads: 1,
        progress: quiet,
      }),
    ).rejects.toThrow(RangeError);
  });
});
