// New faces that evidence decides about, through the real services on both databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRankedClusters } from '../../src/clusters/assignment/gather-candidates.js';
import { rateAgainstCluster } from '../../src/clusters/assignment/rate-cluster.js';
import type { FaceRecord } from '../../src/database/records.js';
import { sigmoid } from '../../src/domain/cluster/calibration.js';
import { explainFace } from '../../src/domain/cluster/explanation.js';
import { operationDetails, type RecordedDecision } from '../../src/domain/cluster/operation-details.js';
import { addFace, dot, emptyStatistics } from '../../src/domain/cluster/qel/cluster-statistics.js';
import { faceWeight } from '../../src/domain/cluster/qel/face-weight.js';
import { linkageEvidence } from '../../src/domain/cluster/qel/linkage-evidence.js';
import { EMBEDDING_WIDTH } from '../../src/domain/face/embedding.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { consolidateGallery, EVIDENCE } from './consolidate-gallery.js';
import { clear, type FaceSpec, Gallery, leaning } from './gallery.js';

/** A space in which evidence decides. */
const DECIDES = { ...EVIDENCE, ingestAsked: 0.01, ingestAccept: 0.98 };
/** The axis of faces that show nobody. */
const NOBODY = EMBEDDING_WIDTH - 1;

describe.each(bothDatabases)('evidence at ingest on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  const openGallery = (): Promise<Gallery> => Gallery.open(db, {}, DECIDES);
  const decisionOf = (gallery: Gallery, face: FaceRecord): Promise<RecordedDecision> =>
    gallery.read(async ({ operations }) => {
      const [first] = await operations.list({ limit: 1, faceId: face.id, first: 'oldest' });
      return operationDetails(first!.changes).decisions.find(({ face_id }) => face_id === face.id)!;
    });
  /** The candidate's figures from the vectors themselves. */
  const figuresOf = (gallery: Gallery, face: FaceRecord, members: readonly FaceRecord[]) =>
    gallery.read(async ({ embeddings }) => {
      const [own] = await embeddings.load([face.id], face.space);
      const stored = await embeddings.load(
        members.map(({ id }) => id),
        face.space,
      );
      const quality = new Map(members.map((member) => [member.id, member.quality]));
      const [probe, cluster] = [emptyStatistics(EMBEDDING_WIDTH), emptyStatistics(EMBEDDING_WIDTH)];
      addFace(probe, own!.embedding.values, faceWeight(DECIDES.gain, face.quality));
      for (const { faceId, embedding } of stored)
        addFace(cluster, embedding.values, faceWeight(DECIDES.gain, quality.get(faceId)!));
      const links = stored
        .map(({ embedding }) => dot(own!.embedding.values, embedding.values))
        .sort((a, b) => b - a)
        .slice(0, 5);
      return linkageEvidence(DECIDES, probe, cluster, links);
    });

  it('joins whom the sums fit, and writes down what it saw', async () => {
    const gallery = await openGallery();
    const members: FaceRecord[] = [];
    for (const quality of [0.95, 0.6, 0.8, 0.9, 0.7, 0.85, 0.55])
      members.push(await gallery.one({ ...clear(1), quality }));
    await gallery.one(clear(2));
    const face = await gallery.one({ ...clear(1), quality: 0.65 });
    expect(face.clusterId).toBe(members[0]!.clusterId);
    const { rating, rule, candidates } = await decisionOf(gallery, face);
    expect(rule).toBe('over_accept');
    expect(rating).toEqual({ space: face.space, by: 'evidence', offset: 0, slope: 1 });
    const [best] = candidates;
    const expected = await figuresOf(gallery, face, members);
    expect(best!.face_count).toBe(7);
    expect(best!.corrected_cosine).toBeCloseTo(expected.correctedCosine, 3);
    expect(best!.noise).toBeCloseTo(expected.noise, 6);
    expect(best!.logit).toBeCloseTo(expected.logit, 1);
    expect(best!.probability).toBeCloseTo(sigmoid(best!.logit), 12);
    const sentence = explainFace({
      face,
      decision: await decisionOf(gallery, face),
      operations: [],
      asked: false,
      nameOf: () => 'Ada',
    });
    expect(sentence).toMatch(
      /^The machine put it with Ada: .* likely .* are enough \(similarity to its 7 faces, /,
    );
    expect(sentence).toContain(best!.corrected_cosine!.toFixed(2));
  });

  it('reads as many faces of a large cluster as of a small one', async () => {
    const gallery = await openGallery();
    const [first] = (await gallery.photo(clear(1))).faces;
    for (let i = 0; i < 59; i++) await gallery.one(clear(1));
    await gallery.read(async ({ embeddings }) => {
      const [stored] = await embeddings.load([first!.id], first!.space);
      const [samples] = await embeddings.samples([stored!.embedding], [[first!.clusterId!]], 24);
      expect(samples).toHaveLength(1);
      expect(samples![0]!.faceIds).toHaveLength(48);
      expect(samples![0]!.similarities).toHaveLength(48);
      expect(samples![0]!.faceIds).toContain(first!.id);
      const [few] = await embeddings.samples([stored!.embedding], [[first!.clusterId!]], 60);
      expect(few![0]!.faceIds).toHaveLength(60);
    });
    const next = await gallery.one(clear(1));
    expect((await decisionOf(gallery, next)).candidates[0]!.face_count).toBe(60);
  });

  it('asks about what it doubts, joins two parts of one person without a question, and obeys a refusal', async () => {
    const gallery = await openGallery();
    for (let i = 0; i < 6; i++) await gallery.one(clear(1));
    // Parts of one person: three faces that the machine keeps apart for a while.
    const part = await gallery.one(clear(1));
    const home = await gallery.one(clear(2));
    for (const face of [part, await gallery.one(clear(1)), await gallery.one(clear(1))])
      await gallery.apply({ do: 'move_face', faceId: face.id, toClusterId: home.clusterId });
    await gallery.apply({ do: 'move_face', faceId: home.id, toClusterId: null });
    const joined = await gallery.one(clear(1));
    const decision = await decisionOf(gallery, joined);
    const [best, second] = decision.candidates;
    expect(best!.logit - second!.logit).toBeLessThan(decision.margin_logit);
    expect(decision.decision).toBe('assign');

    const doubtful = await askedAbout(gallery);
    const item = await gallery.itemAbout(doubtful.id, 'uncertain_assignment');
    const { rating, candidates } = item.evidence as { rating: unknown; candidates: { cluster_id: string }[] };
    expect(rating).toMatchObject({ by: 'evidence' });
    await gallery.decide(item, {
      decision: 'reject',
      cluster_ids: candidates.map(({ cluster_id }) => cluster_id),
    });
    const after = await gallery.stored(doubtful);
    expect(candidates.map(({ cluster_id }) => cluster_id)).not.toContain(after.clusterId);
  });

  it('answers search and verification with the same figures', async () => {
    const gallery = await openGallery();
    for (let i = 0; i < 4; i++) await gallery.one(clear(1));
    const face = await gallery.one(clear(1));
    await gallery.read(async (repositories) => {
      const policy = await gallery.policies.forTenant(repositories);
      const [stored] = await repositories.embeddings.load([face.id], face.space);
      const probe = { embedding: stored!.embedding, quality: face.quality };
      const [ranked] = await findRankedClusters(repositories, probe, policy, []);
      const [rated] = await rateAgainstCluster(repositories, face.clusterId!, [probe], policy);
      expect(ranked!.clusterId).toBe(face.clusterId);
      expect(rated!.probability).toBeCloseTo(ranked!.probability, 6);
    });
  });

  it('lets nobody whom the recogniser sees as nobody found or join anything, whatever decides', async () => {
    const nobody: FaceSpec = { of: { [NOBODY]: 0.8, 1: 0.5 } };
    for (const evidence of [DECIDES, { ...DECIDES, ingestAsked: 0.1 }, { ...DECIDES, ingestAsked: null }]) {
      const gallery = await Gallery.open(db, {}, evidence);
      await gallery.one(clear(1));
      const face = await gallery.one(nobody);
      expect(face).toMatchObject({ clusterId: null, assignment: 'unclustered', reasons: ['embedding_weak'] });
      const { rating } = await decisionOf(gallery, await gallery.one(clear(1)));
      expect(rating!.by).toBe(evidence === DECIDES ? 'evidence' : 'linkage');
    }
  });

  it('lives by what a tenant answered, in every figure that is kept', async () => {
    const [plain, own] = [await openGallery(), await openGallery()];
    const refit = { space: DECIDES.space, by: 'evidence', offset: -1, slope: 0.8, answers: 90 };
    await own.change({ calibration: { ...refit, fitted_at: '2026-11-21T10:00:00Z' } });
    const logits: number[] = [];
    for (const gallery of [plain, own]) {
      for (let i = 0; i < 3; i++) await gallery.one(clear(1));
      const { candidates, rating } = await decisionOf(gallery, await gallery.one(leaning(1, 0.6)));
      logits.push(candidates[0]!.logit);
      expect(rating!.offset).toBe(gallery === own ? -1 : 0);
    }
    expect(logits[1]).toBeCloseTo(-1 + 0.8 * logits[0]!, 6);
    // Of another space it says nothing.
    await own.change({ calibration: { ...refit, space: 'another', fitted_at: '2026-11-21T10:00:00Z' } });
    expect((await decisionOf(own, await own.one(leaning(1, 0.6)))).rating!.offset).toBe(0);
  });

  it('leaves to consolidation what it could not know, and both agree', async () => {
    const gallery = await openGallery();
    for (let i = 0; i < 5; i++) for (const person of [1, 2, 3]) await gallery.one(clear(person));
    await consolidateGallery(gallery);
    const again = await consolidateGallery(gallery);
    expect(again.operationId).toBeNull();
    const newcomer = await gallery.one(clear(2));
    expect((await consolidateGallery(gallery)).difference.moves).toEqual([]);
    expect(newcomer.assignment).toBe('assigned');
  });
});

/** A face that is near enough to its person to be asked about: how near that is, is for the calibration to say. */
async function askedAbout(gallery: Gallery): Promise<FaceRecord> {
  for (let lean = 0.3; lean < 0.7; lean += 0.02) {
    const face = await gallery.one(leaning(1, lean));
    if (face.assignment === 'asked') return face;
  }
  throw new Error('no face was asked about');
}
