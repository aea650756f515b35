// Looking a face up: 1:N in a tenant's gallery, 1:1 against a person, 1:1 between two pictures. Nothing is written.
import { Injectable } from '@nestjs/common';
import { AssignmentPolicies, type TenantPolicy } from '../clusters/assignment/assignment-policies.js';
import { findRankedClusters } from '../clusters/assignment/gather-candidates.js';
import type { WeighedProbe } from '../clusters/assignment/gather-evidence.js';
import { rateAgainstCluster } from '../clusters/assignment/rate-cluster.js';
import type { ClusterRecord } from '../database/records.js';
import { type TenantRepositories, TenantStore } from '../database/tenant-store.js';
import type { RankedCandidate } from '../domain/cluster/ranked-candidate.js';
import { pairProbability } from '../domain/cluster/calibration.js';
import { DomainError } from '../domain/domain-error.js';
import { boxArea, type Box } from '../domain/geometry/box.js';
import { type FaceModels, InferenceProvider } from '../inference/inference-provider.js';
import { FaceExtractor, type ExtractedFace, type Extraction } from '../ingest/extract-faces.js';
import { TenantModels } from '../ingest/tenant-models.js';
import type { StagedUpload } from '../ingest/staging-storage.js';

export interface Match extends RankedCandidate {
  readonly cluster: ClusterRecord;
}

/** The face that was asked about. */
export interface Probe {
  /** px of the upright picture. */
  readonly box: Box;
  /** 0..1 */
  readonly detectionScore: number;
  /** 0..1 */
  readonly quality: number;
  readonly reasons: readonly string[];
}

const probeOf = ({ detection, quality, reasons }: ExtractedFace): Probe => ({
  box: detection.box,
  detectionScore: detection.score,
  quality,
  reasons,
});

export interface Found {
  readonly probe: Probe;
  readonly faceCount: number;
  readonly notes: readonly string[];
}

export interface SearchLimits {
  readonly limit: number;
  /** 0..1 */
  readonly probabilityMin: number;
}

export interface Verification extends Found {
  readonly similarity: number;
  readonly probability: number;
  readonly threshold: number;
  readonly match: boolean;
}

export interface Comparison {
  readonly match: boolean;
  readonly similarity: number;
  readonly probability: number;
  readonly threshold: number;
  readonly a: Found;
  readonly b: Found;
}

/** A named person whom a face fits well enough to be accepted. */
export interface IdentifiedPerson {
  readonly clusterId: string;
  /** Label and external reference, those that there are; never empty. */
  readonly names: readonly string[];
  /** The stored face that it resembles most. */
  readonly faceId: string;
  readonly similarity: number;
  readonly probability: number;
}

export interface IdentifiedFace {
  readonly probe: Probe;
  /** Null: nobody with a name, or not surely enough. */
  readonly person: IdentifiedPerson | null;
  /** Similarity to the nearest stored person, named or not; null when there is none. */
  readonly bestSimilarity: number | null;
}

/** Faces of one picture that are looked up; behind the largest come bystanders. */
const IDENTIFIED_FACES_MAX = 20;
/** People who are looked at for each face until one has a name. */
const IDENTIFIED_PEOPLE_MAX = 10;

/** Changes of the tenant's space that may come between a picture's extraction and the search. */
const MOVES_MAX = 3;

/** Largest first: in a picture of one person the others are behind. */
const bySize = (a: ExtractedFace, b: ExtractedFace): number =>
  boxArea(b.detection.box) - boxArea(a.detection.box);

@Injectable()
export class SearchService {
  constructor(
    private readonly tenants: TenantStore,
    private readonly models: TenantModels,
    private readonly extractor: FaceExtractor,
    private readonly inference: InferenceProvider,
    private readonly policies: AssignmentPolicies,
  ) {}

  /** @throws DomainError image.*, image.no_face, inference.busy */
  async searchPicture(
    tenantId: string,
    upload: StagedUpload,
    limits: SearchLimits,
  ): Promise<Found & { matches: Match[] }> {
    return this.lookUp(tenantId, upload, 'image', async (repositories, { faces, notes }, policy) => {
      const probe = [...faces].sort(bySize)[0]!;
      const matches = await this.rank(repositories, probe, policy, limits);
      return { probe: probeOf(probe), faceCount: faces.length, notes, matches };
    });
  }

  /** The people whom a stored face resembles, its own among them. @throws DomainError face.not_found, face.dismissed */
  async searchFace(
    tenantId: string,
    faceId: string,
    limits: SearchLimits,
  ): Promise<Found & { matches: Match[] }> {
    return this.tenants.forTenant(tenantId).read(async (repositories) => {
      const face = await repositories.faces.find(faceId);
      if (!face) throw new DomainError('face.not_found', 'There is no such face.');
      const policy = await this.policies.forTenant(repositories);
      const [stored] = await repositories.embeddings.load([faceId], policy.space);
      if (!stored) throw new DomainError('face.dismissed', 'This face has no embedding to compare.');
      const { x, y, width, height } = face.box;
      const box = { x1: x, y1: y, x2: x + width, y2: y + height };
      const probe = {
        box,
        detectionScore: face.detectionScore,
        quality: face.quality,
        reasons: face.reasons,
      };
      const weighed = { embedding: stored.embedding, quality: face.quality };
      const matches = await this.rank(repositories, weighed, policy, limits, [faceId]);
      return { probe, faceCount: 1, notes: [], matches };
    });
  }

  /** Who is in the picture? Its faces, the largest first. @throws DomainError image.*, image.no_face, inference.busy */
  async identify(
    tenantId: string,
    upload: StagedUpload,
  ): Promise<{ readonly faces: readonly IdentifiedFace[]; readonly notes: readonly string[] }> {
    return this.lookUp(tenantId, upload, 'file', async (repositories, extraction, policy) => {
      const shown = [...extraction.faces].sort(bySize).slice(0, IDENTIFIED_FACES_MAX);
      const { accept } = policy.point;
      const faces: IdentifiedFace[] = [];
      for (const face of shown) {
        const limits = { limit: IDENTIFIED_PEOPLE_MAX, probabilityMin: 0 };
        const matches = await this.rank(repositories, face, policy, limits);
        const found = matches.find((match) => match.probability >= accept && namesOf(match).length > 0);
        faces.push({
          probe: probeOf(face),
          person: found === undefined ? null : identified(found),
          bestSimilarity: matches[0]?.similarity ?? null,
        });
      }
      return { faces, notes: extraction.notes };
    });
  }

  /** @throws DomainError cluster.not_found, image.*, image.no_face, inference.busy */
  async verify(tenantId: string, clusterId: string, upload: StagedUpload): Promise<Verification> {
    return this.lookUp(tenantId, upload, 'image', async (repositories, extraction, policy) => {
      const rated = await rateAgainstCluster(repositories, clusterId, extraction.faces, policy);
      const best = rated.reduce(
        (best, rating, i) => (rating.probability > rated[best]!.probability ? i : best),
        0,
      );
      const { similarity, probability } = rated[best]!;
      const threshold = policy.point.accept;
      return {
        match: probability >= threshold,
        similarity,
        probability,
        threshold,
        probe: probeOf(extraction.faces[best]!),
        faceCount: extraction.faces.length,
        notes: extraction.notes,
      };
    });
  }

  /**
   * @param tenantId Whose turn it takes; '' for the operator, who has no tenant.
   * @throws DomainError image.*, image.no_face, inference.busy
   */
  async compare(tenantId: string, uploadA: StagedUpload, uploadB: StagedUpload): Promise<Comparison> {
    const models = await (tenantId === ''
      ? this.models.open(this.inference.pack.id)
      : this.models.of(tenantId));
    const [a, b] = await Promise.all([
      this.extract(tenantId, models, uploadA, 'image_a'),
      this.extract(tenantId, models, uploadB, 'image_b'),
    ]);
    const faceA = [...a.faces].sort(bySize)[0]!;
    const similarityOf = (face: ExtractedFace): number => face.embedding.similarityTo(faceA.embedding);
    const faceB = b.faces.reduce((best, face) => (similarityOf(face) > similarityOf(best) ? face : best));
    const similarity = similarityOf(faceB);
    const { calibration, operatingPoint } = models.pack;
    return {
      match: similarity >= operatingPoint.similarity,
      similarity,
      probability: pairProbability(calibration.pair, similarity),
      threshold: operatingPoint.similarity,
      a: { probe: probeOf(faceA), faceCount: a.faces.length, notes: a.notes },
      b: { probe: probeOf(faceB), faceCount: b.faces.length, notes: b.notes },
    };
  }

  /** Reads with the faces of a picture; both anew when the tenant has moved to another space in between. */
  private async lookUp<T>(
    tenantId: string,
    upload: StagedUpload,
    field: string,
    read: (repositories: TenantRepositories, extraction: Extraction, policy: TenantPolicy) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; attempt < MOVES_MAX; attempt++) {
      const extraction = await this.extract(tenantId, await this.models.of(tenantId), upload, field);
      const answer = await this.tenants.forTenant(tenantId).read(async (repositories) => {
        const policy = await this.policies.forTenant(repositories);
        return policy.space === extraction.space
          ? { found: await read(repositories, extraction, policy) }
          : null;
      });
      if (answer !== null) return answer.found;
    }
    throw new DomainError('inference.busy', 'The tenant changes its model pack. Try again shortly.', {
      retryable: true,
    });
  }

  private async extract(
    tenantId: string,
    models: FaceModels,
    upload: StagedUpload,
    field: string,
  ): Promise<Extraction> {
    const extraction = await this.extractor.extract(tenantId, models, upload.path, upload.declaredType);
    if (extraction.faces.length === 0) {
      throw new DomainError('image.no_face', 'No face was found in the picture.', {
        faults: [{ pointer: `#/${field}`, detail: 'shows no face', code: 'no_face' }],
      });
    }
    return extraction;
  }

  private async rank(
    repositories: TenantRepositories,
    probe: WeighedProbe,
    policy: TenantPolicy,
    { limit, probabilityMin }: SearchLimits,
    excludeFaceIds: readonly string[] = [],
  ): Promise<Match[]> {
    const ranked = (await findRankedClusters(repositories, probe, policy, excludeFaceIds))
      .filter((candidate) => candidate.probability >= probabilityMin)
      .slice(0, limit);
    const records = await repositories.clusters.findMany(ranked.map(({ clusterId }) => clusterId));
    const byId = new Map(records.map((record) => [record.id, record]));
    return ranked.flatMap((candidate) => {
      const cluster = byId.get(candidate.clusterId);
      return cluster ? [{ ...candidate, cluster }] : [];
    });
  }
}

const namesOf = ({ cluster: { label, externalRef } }: Match): string[] =>
  [label, externalRef].filter((name) => name !== null);

const identified = (match: Match): IdentifiedPerson => ({
  clusterId: match.clusterId,
  names: namesOf(match),
  faceId: match.exemplarFaceIds[0]!,
  similarity: match.similarity,
  probability: match.probability,
});
