import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEvidenceCalibration } from '../domain/cluster/qel/calibration-file.js';
import { exactNeighbours } from '../domain/evaluation/exact-neighbours.js';
import { syntheticFaces } from '../domain/evaluation/synthetic-faces.js';
import { evaluateSynthetic } from './evaluate-synthetic.js';
import { OWN_METHOD } from './method-figures.js';
import { neighbourGraphOf } from './neighbour-graph-of.js';
import { renderEvaluated } from './render-evaluation.js';
import { renderReport } from './render-report.js';

const file = new URL('../../calibrations/synthetic.json', import.meta.url);
const calibration = parseEvidenceCalibration(JSON.parse(readFileSync(file, 'utf8')));
const options = { size: 0.03, orders: 2, questionsMax: 10, progress: () => undefined };

describe('the graph of all pairs', () => {
  it('is exact: the worker threads find what a plain loop finds', async () => {
    const faces = syntheticFaces({
      seed: 2,
      people: 20,
      faces: 190,
      strangers: 7,
      unrecognisable: 6,
      hard: true,
    });
    const found = await neighbourGraphOf(faces.embeddings, faces.width, 0.2, 3);
    const plain = exactNeighbours(faces.embeddings, faces.width, 0.2);
    expect(found.offsets).toEqual(plain.offsets);
    for (let k = 0; k < plain.neighbours.length; k++)
      expect(found.similarities[k]).toBeCloseTo(plain.similarities[k]!, 6);
    const lists = (graph: typeof plain) =>
      Array.from({ length: faces.count }, (_, i) =>
        [...graph.neighbours.slice(graph.offsets[i], graph.offsets[i + 1])].sort((a, b) => a - b),
      );
    expect(lists(found)).toEqual(lists(plain));
  });
});

describe('the protocol on made-up faces', () => {
  it('agrees with itself in every order, breaks no human word, and shows every bar in table and page', async () => {
    const evaluation = await evaluateSynthetic(calibration, options);
    for (const { methods, constraints } of evaluation.sets) {
      const own = methods.find(({ method }) => method === OWN_METHOD)!;
      expect(own.orderDisagreement).toBe(0);
      expect(own.bcubed.f).toBeGreaterThan(0.97);
      expect(constraints.violated).toBe(0);
      expect(constraints.checked).toBeGreaterThan(0);
    }
    const [text, page] = [renderEvaluated(evaluation), renderReport(evaluation)];
    for (const { what } of evaluation.bars) {
      expect(text).toContain(what);
      expect(page).toContain(what.replaceAll('>', '&#62;'));
    }
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  it('misses bars with a calibration that joins everybody', async () => {
    const linkage = calibration.linkage.map((weight, i) => (i === 0 ? weight + 12 : weight));
    const links = { similarityMin: 0.1, ingestSimilarityMin: 0.1, missingSimilarity: 0.1 };
    const { bars } = await evaluateSynthetic({ ...calibration, linkage, links }, options);
    const missed = bars.filter(({ met }) => !met).map(({ what }) => what);
    expect(missed).toContain('BCubed F after consolidation');
    expect(missed).toContain('right among joins at ingest');
  });
});
