// Rows for the database tests: valid in every column, with what a test does not care about filled in.
import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { Embedding } from '../../src/domain/face/embedding.js';
import type {
  ApiKeyRecord,
  ClusterRecord,
  ConstraintRecord,
  FaceRecord,
  ImageRecord,
  JobRecord,
  OperationRecord,
  ReviewItemRecord,
} from '../../src/database/records.js';
import type { TenantRepositories } from '../../src/database/tenant-store.js';
import type { IdempotencyAttempt } from '../../src/database/repositories/idempotency-key-repository.js';
import type { ReviewItemRepository } from '../../src/database/repositories/review-item-repository.js';
import type { ReviewQuestion } from '../../src/database/repositories/review-item-writes.js';

export const SPACE = 'pack-a';

/** UUIDv7s of one process are in the order of their making. */
export const newId = (): string => v7();
export const hex64 = (text: string): string => createHash('sha256').update(text).digest('hex');
const at = (): Date => new Date('2026-11-21T10:20:30.456Z');

export const imageRow = (patch: Partial<ImageRecord> = {}): ImageRecord => {
  const id = newId();
  return {
    id,
    externalId: null,
    sha256: hex64(id),
    phash: '00ff00ff00ff00ff',
    contentType: 'image/jpeg',
    width: 640,
    height: 480,
    byteSize: 12_345,
    capturedAt: null,
    label: null,
    notes: [],
    turn: 0,
    createdAt: at(),
    ...patch,
  };
};

export const faceRow = (imageId: string, patch: Partial<FaceRecord> = {}): FaceRecord => ({
  id: newId(),
  imageId,
  clusterId: null,
  box: { x: -1.5, y: 2.25, width: 100.125, height: 120 },
  landmarks: [
    [10.5, 11],
    [20, 21],
    [30, 31.25],
    [40, 41],
    [50, 51],
  ],
  detectionScore: 0.98,
  quality: 0.7,
  reasons: [],
  assignment: 'assigned',
  assignedBy: 'auto',
  locked: false,
  state: 'active',
  similarity: null,
  probability: null,
  space: SPACE,
  createdAt: at(),
  ...patch,
});

export const clusterRow = (patch: Partial<ClusterRecord> = {}): ClusterRecord => ({
  id: newId(),
  state: 'pending',
  label: null,
  externalRef: null,
  coverFaceId: null,
  mergedInto: null,
  version: 1,
  createdAt: at(),
  updatedAt: at(),
  ...patch,
});

export const operationRow = (patch: Partial<OperationRecord> = {}): OperationRecord => ({
  id: newId(),
  kind: 'merge',
  actor: 'admin',
  changes: { faces: [{ id: 'f', before: null }] },
  summary: { moved: 1 },
  createdAt: at(),
  undoesId: null,
  ...patch,
});

/** A constraint between two faces, sorted as the table wants it. */
export const constraintRow = (
  faces: readonly [string, string],
  operationId: string,
  patch: Partial<ConstraintRecord> = {},
): ConstraintRecord => {
  const [faceA, faceB] = [...faces].sort() as [string, string];
  return {
    id: newId(),
    kind: 'cannot_link',
    faceA,
    faceB,
    source: 'human',
    actor: 'admin',
    operationId,
    createdAt: at(),
    retiredAt: null,
    ...patch,
  };
};

export const questionRow = (patch: Partial<ReviewQuestion> = {}): ReviewQuestion => {
  const id = newId();
  return {
    id,
    kind: 'new_cluster',
    subjectKey: id,
    faceId: null,
    clusterId: null,
    otherClusterId: null,
    imageId: null,
    otherImageId: null,
    evidence: { candidates: [{ similarity: 0.25 }] },
    priority: 1,
    similarity: null,
    probability: null,
    createdAt: at(),
    ...patch,
  };
};

export const jobRow = (patch: Partial<JobRecord> = {}): JobRecord => ({
  id: newId(),
  kind: 'ingest_image',
  state: 'queued',
  progress: {},
  input: { image: 'x' },
  result: null,
  problem: null,
  createdAt: at(),
  startedAt: null,
  finishedAt: null,
  ...patch,
});

export const idempotencyRow = (patch: Partial<IdempotencyAttempt> = {}): IdempotencyAttempt => ({
  keyHash: hex64(newId()),
  fingerprint: hex64('request'),
  attempt: newId(),
  leaseExpiresAt: at(),
  expiresAt: at(),
  ...patch,
});

export const apiKeyRow = (patch: Partial<ApiKeyRecord> = {}): ApiKeyRecord => {
  const id = newId();
  return {
    id,
    name: 'camera',
    prefix: `kin_${id}`,
    secretHash: hex64(id),
    pepperId: 'pepper',
    replacesId: null,
    scopes: ['read', 'ingest'],
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    createdAt: at(),
    ...patch,
  };
};

/** Numbers in -1..1 that are the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** An embedding near `centre`, or anywhere. @param spread 0: the centre itself. */
export function randomEmbedding(
  next: () => number,
  space = SPACE,
  centre?: Embedding,
  spread = 0.6,
): Embedding {
  const raw = Array.from({ length: 512 }, (_, i) =>
    centre ? centre.values[i]! + (spread * next()) / 13 : next(),
  );
  return Embedding.fromRaw(space, raw);
}

/** The values of an embedding as half precision keeps them; their length is 1 only nearly. */
export const halves = ({ values }: Embedding): number[] => Array.from(values, toHalf);

/** Inner product. */
export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Rounds to the nearest half-precision number, ties to even. Subnormal halves have a fixed step of 2^-24. */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -14);
  const step = 2 ** (exponent - 10);
  const steps = value / step;
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return rounded * step;
}

/** Asks one question. */
export const ask = async (
  reviewItems: ReviewItemRepository,
  question: ReviewQuestion,
): Promise<ReviewItemRecord> => (await reviewItems.upsertOpenMany([question]))[0]!;

/** A change of model that has looked at one image: a known face measured, another one found. */
export async function changeOfModel(r: TenantRepositories, imageId: string, faceId: string): Promise<void> {
  const id = newId();
  await r.modelChanges.insert({
    id,
    fromSpace: SPACE,
    toSpace: 'other-space',
    dryRun: false,
    phase: 'embedding',
    outcome: null,
    actor: 'admin',
    jobId: newId(),
    operationId: null,
    result: {},
    requestedAt: at(),
    switchedAt: null,
    keepUntil: null,
    finishedAt: null,
  });
  const embedding = randomEmbedding(randomNumbers(2), 'other-space');
  const measures = { embedding, detectionScore: 0.9, quality: 1, reasons: [] };
  const { box, landmarks } = faceRow(imageId);
  await r.shadow.keepMeasured(id, imageId, [{ faceId, ...measures }], newId);
  await r.shadow.keepFound(id, imageId, [{ id: newId(), box, landmarks, ...measures }]);
  await r.shadow.markImage(id, imageId, 'done', null);
}
