// A tenant with the real services on a real database. Faces are built vectors of exactly known similarity: person p is an
// axis, a face of p leans on that axis and for the rest on an axis of its own.
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type AppliedOperation, ApplyPlan } from '../../src/clusters/applying/apply-plan.js';
import { AssignFaces, type AssignmentReport } from '../../src/clusters/assignment/assign-faces.js';
import { AssignmentPolicies } from '../../src/clusters/assignment/assignment-policies.js';
import { ClustersService } from '../../src/clusters/clusters.service.js';
import { FaceErasure } from '../../src/clusters/face-erasure.js';
import { ImportLabel } from '../../src/clusters/assignment/import-label.js';
import type { FoundFace } from '../../src/clusters/assignment/new-face-records.js';
import { type Answering, ReviewDecisions } from '../../src/clusters/deciding/review-decisions.js';
import type {
  ConstraintRecord,
  FaceRecord,
  ImageRecord,
  ReviewItemRecord,
  ReviewKind,
} from '../../src/database/records.js';
import { UndoOperations } from '../../src/clusters/undoing/undo-operations.js';
import { TenantStore, type TenantRepositories, type TenantScope } from '../../src/database/tenant-store.js';
import { linkageFromPair } from '../../src/domain/cluster/calibration.js';
import type { Change } from '../../src/domain/cluster/change-plan.js';
import { parseRecordedChanges } from '../../src/domain/cluster/recorded-changes.js';
import type { EvidenceCalibration } from '../../src/domain/cluster/qel/evidence-calibration.js';
import type { OperatingPointOverrides } from '../../src/domain/cluster/thresholds.js';
import { DomainError } from '../../src/domain/domain-error.js';
import { Embedding, EMBEDDING_WIDTH } from '../../src/domain/face/embedding.js';
import type { QualityReason } from '../../src/domain/face/quality.js';
import { scaleBox } from '../../src/domain/geometry/box.js';
import type { TestApp } from '../harness/app.js';
import type { TestDatabase } from '../harness/database.js';

export const SPACE = 'test-space';
/** Log odds 20·s − 6: asked about from cosine .19 (the floor .10 comes first), accepted from .41, bridging from .447. */
export const PAIR = { slope: 20, intercept: -6, fittedOn: 'the test' };
const PEOPLE_MAX = 100;
/** Of a photo, px. */
const WIDTH = 1000;

export interface FaceSpec {
  /** How much the face leans on the axis of each person, by the person's number; squares sum to at most 1. */
  readonly of: Readonly<Record<number, number>>;
  readonly quality?: number;
  readonly reasons?: readonly QualityReason[];
}

/** A clear face: cosine .81 with any other clear face of the person, 0 with everybody else's. */
export const clear = (person: number): FaceSpec => ({ of: { [person]: 0.9 } });
/** A face that clear faces of the person resemble with cosine .9 × `lean`. */
export const leaning = (person: number, lean: number): FaceSpec => ({ of: { [person]: lean } });

export class Gallery {
  readonly scope: TenantScope;
  readonly assign: AssignFaces;
  readonly decisions: ReviewDecisions;
  readonly clusters: ClustersService;
  readonly erasure: FaceErasure;
  private readonly labels: ImportLabel;
  private readonly plans = new ApplyPlan();
  readonly undos: UndoOperations;
  private ownAxis = PEOPLE_MAX;
  private photos = 0;

  private constructor(
    readonly db: Pick<TestDatabase, 'tenants'>,
    readonly tenantId: string,
    readonly policies: AssignmentPolicies,
  ) {
    const { plans } = this;
    this.scope = db.tenants.forTenant(tenantId);
    this.assign = new AssignFaces(policies, plans);
    this.decisions = new ReviewDecisions(db.tenants, policies, plans);
    this.clusters = new ClustersService(db.tenants, policies, plans);
    this.erasure = new FaceErasure(db.tenants, policies, plans);
    this.labels = new ImportLabel(policies, plans);
    this.undos = new UndoOperations(db.tenants, policies, plans);
  }

  /** @param evidence What the space says about evidence; null: linkage alone. */
  static async open(
    db: TestDatabase,
    overrides: OperatingPointOverrides = {},
    evidence: EvidenceCalibration | null = null,
  ): Promise<Gallery> {
    const tenantId = `t-${uuidv7()}`;
    await db.addTenant(tenantId);
    const linkage = { pair: PAIR, linkage: linkageFromPair(PAIR) };
    return new Gallery(db, tenantId, new AssignmentPolicies(SPACE, linkage, [overrides], evidence));
  }

  /** A new tenant of a running service whose model pack is `galleryPack`: it answers about these faces as about any. */
  static async of({ app, admin }: TestApp, settings: Record<string, unknown> = {}): Promise<Gallery> {
    const id = `t-${uuidv7()}`;
    const { status, text } = await admin.post('/v1/tenants', { id, settings });
    if (status !== 201) throw new Error(text);
    return new Gallery({ tenants: app.get(TenantStore) }, id, app.get(AssignmentPolicies));
  }

  /** A tenant that wants to be asked this kind of question, which is off by default. */
  static async asking(db: TestDatabase, kind: ReviewKind): Promise<Gallery> {
    const gallery = await Gallery.open(db);
    await gallery.change({ review: { kinds: { [kind]: true } } });
    return gallery;
  }

  face(spec: FaceSpec, place = 0): FoundFace {
    const vector = new Float32Array(EMBEDDING_WIDTH);
    let rest = 1;
    for (const [person, lean] of Object.entries(spec.of)) {
      vector[Number(person)] = lean;
      rest -= lean * lean;
    }
    if (this.ownAxis >= EMBEDDING_WIDTH) throw new RangeError('more faces than axes');
    vector[this.ownAxis++] = Math.sqrt(Math.max(0, rest));
    const x = 10 + place * 100;
    return {
      detection: {
        box: { x1: x, y1: 10, x2: x + 80, y2: 90 },
        landmarks: [
          { x: x + 25, y: 40 },
          { x: x + 55, y: 40 },
          { x: x + 40, y: 55 },
          { x: x + 28, y: 70 },
          { x: x + 52, y: 70 },
        ],
        score: 0.99,
      },
      embedding: Embedding.fromRaw(SPACE, vector),
      quality: spec.quality ?? 0.9,
      reasons: spec.reasons ?? [],
    };
  }

  /** Ingests one photo with these faces. */
  photo(...specs: readonly FaceSpec[]): Promise<AssignmentReport> {
    return this.picture({}, ...specs);
  }

  /** The same, of a picture of which something is given. A narrower one shows the faces smaller, at the same places. */
  async picture(
    given: Partial<Pick<ImageRecord, 'phash' | 'width' | 'height'>>,
    ...specs: readonly FaceSpec[]
  ): Promise<AssignmentReport> {
    const n = this.photos++;
    const faces = specs.map((spec, i) => shrunk(this.face(spec, i), (given.width ?? WIDTH) / WIDTH));
    const image = {
      id: uuidv7(),
      externalId: null,
      sha256: createHash('sha256').update(`${this.tenantId}/${n}`).digest('hex'),
      phash: '0123456789abcdef',
      contentType: 'image/jpeg',
      width: WIDTH,
      height: 100,
      byteSize: 1000,
      capturedAt: null,
      label: null,
      notes: [],
      turn: 0 as const,
      createdAt: new Date(),
      ...given,
    };
    // As ingest does.
    const searching = faces.some(({ reasons }) => reasons.length === 0) ? SPACE : undefined;
    return this.scope.transaction(
      async (repositories) => {
        await repositories.images.insert(image);
        return this.assign.assign(repositories, { image, faces, actor: 'test' });
      },
      { searching },
    );
  }

  /** Ingests a photo with one face and answers that face. */
  async one(spec: FaceSpec): Promise<FaceRecord> {
    return (await this.photo(spec)).faces[0]!;
  }

  /** Applies changes as the machine would; answers what became of them. */
  async apply(...changes: readonly Change[]): Promise<AppliedOperation> {
    return this.scope.transaction(async (repositories) => {
      const policy = await this.policies.forTenant(repositories);
      return this.plans.apply(
        repositories,
        { kind: 'assign', changes },
        { actor: 'machine', at: new Date(), policy },
      );
    });
  }

  /** A human's word about two faces, as it is stored. */
  say(kind: ConstraintRecord['kind'], one: FaceRecord, other: FaceRecord): Promise<AppliedOperation> {
    const [faceA, faceB] = [one.id, other.id].sort() as [string, string];
    return this.apply({ do: 'add_constraint', kind, faceA, faceB });
  }

  /** An import says who the one face of a stored photo is. */
  async name(face: FaceRecord, label: string): Promise<void> {
    await this.scope.transaction(async (repositories) => {
      const stored = (await repositories.faces.find(face.id))!;
      await this.labels.applyToStored(repositories, stored, label, 'importer');
    });
  }

  async change(settings: Record<string, unknown>): Promise<void> {
    await this.scope.transaction(({ tenant }) => tenant.updateSettings(settings));
  }

  read<T>(work: (repositories: TenantRepositories) => Promise<T>): Promise<T> {
    return this.scope.read(work);
  }

  async stored(face: FaceRecord): Promise<FaceRecord> {
    return (await this.read((repositories) => repositories.faces.find(face.id)))!;
  }

  async clusterOf(face: FaceRecord): Promise<string | null> {
    return (await this.stored(face)).clusterId;
  }

  openItems(): Promise<ReviewItemRecord[]> {
    return this.read((repositories) => repositories.reviewItems.list({ limit: 500, sort: 'oldest' }));
  }

  /** The open item about this cluster or this face. */
  async itemAbout(subject: string, kind?: ReviewItemRecord['kind']): Promise<ReviewItemRecord> {
    const item = (await this.openItems()).find(
      (open) => open.subjectKey.endsWith(subject) && (kind === undefined || open.kind === kind),
    );
    if (item === undefined) throw new Error(`no open item about ${subject}`);
    return item;
  }

  async item(id: string): Promise<ReviewItemRecord> {
    return (await this.read((repositories) => repositories.reviewItems.find(id)))!;
  }

  constraints(...faces: readonly FaceRecord[]): Promise<ConstraintRecord[]> {
    return this.read((repositories) => repositories.constraints.findTouching(faces.map((face) => face.id)));
  }

  /** Constraints that an operation added, retired ones too. */
  constraintsOf(operationId: string): Promise<ConstraintRecord[]> {
    return this.read(async ({ operations, constraints }) => {
      const operation = await operations.find(operationId);
      return constraints.findMany(parseRecordedChanges(operation!.changes)!.constraints_added);
    });
  }

  undo(operationId: string) {
    return this.undos.undo(this.tenantId, operationId, 'reviewer');
  }

  decide(item: ReviewItemRecord, body: Record<string, unknown>, answering: Partial<Answering> = {}) {
    const by = { actor: 'reviewer', at: new Date(), ...answering };
    return this.decisions.decide(this.tenantId, item.id, body, by);
  }
}

const shrunk = (face: FoundFace, factor: number): FoundFace => ({
  ...face,
  detection: { ...face.detection, box: scaleBox(face.detection.box, factor) },
});

/** The coded fault that a promise ends in. */
export async function faultOf(work: Promise<unknown>): Promise<DomainError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
