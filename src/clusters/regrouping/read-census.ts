// Everything that the grouping of faces depends on, read in short units of work, and turned into its task: for all faces of a tenant
// here, for a part of them in read-closure.ts and read-neighbourhood.ts.
import type { CountedFace } from '../../database/repositories/face-census-repository.js';
import type { ConstraintRecord } from '../../database/records.js';
import type { TenantScope } from '../../database/tenant-store.js';
import type { GroupingTask } from '../../domain/cluster/consolidation/group-faces.js';
import type { HumanWord } from '../../domain/cluster/qel/consolidation-input.js';
import type { EvidenceCalibration } from '../../domain/cluster/qel/evidence-calibration.js';
import { heldClusters } from '../../domain/cluster/consolidation/consolidation-plan.js';
import type { ClusterRecord } from '../../database/records.js';
import { DomainError } from '../../domain/domain-error.js';

/** Faces of a tenant: all their pairs are compared, which grows with the square. */
export const CONSOLIDATION_FACES_MAX = 20_000;
/** Faces read at once: 2 MB of vectors. */
const PAGE = 2000;

export interface TenantCensus {
  /** The newest operation before anything was read. */
  readonly seenThrough: string | null;
  /** Null: all faces of the tenant. Otherwise the part that was read: its faces, compared or not, with the clusters they lie in. */
  readonly part: CensusPart | null;
  /** Faces that are compared, in the order of the task's lists. */
  readonly compared: readonly string[];
  readonly task: GroupingTask;
}

/** Nothing of a part's clusters lies outside it. */
export interface CensusPart {
  readonly faces: readonly CountedFace[];
  readonly clusterIds: readonly string[];
}

/** @throws DomainError consolidation.too_many_faces */
export function refuseTooMany(faces: number): void {
  if (faces <= CONSOLIDATION_FACES_MAX) return;
  throw new DomainError(
    'consolidation.too_many_faces',
    `Consolidation compares all faces with each other and takes up to ${CONSOLIDATION_FACES_MAX} of them.`,
    { extensions: { faces_max: CONSOLIDATION_FACES_MAX } },
  );
}

/**
 * Pages are read one after the other, so a change may fall between them: whoever uses the result compares `seenThrough`.
 * @throws DomainError consolidation.too_many_faces
 */
export async function readCensus(scope: TenantScope, evidence: EvidenceCalibration): Promise<TenantCensus> {
  const width = evidence.unrecognisable.length;
  const { seenThrough, clusters, constraints } = await scope.read(async (repositories) => {
    const seenThrough = await repositories.operations.newestId();
    refuseTooMany(await repositories.faceCensus.countUpTo(CONSOLIDATION_FACES_MAX + 1));
    return {
      seenThrough,
      clusters: await repositories.clusters.listStanding(),
      constraints: await repositories.constraints.listStanding(),
    };
  });
  const faces: CountedFace[] = [];
  const vectors: Uint8Array[] = [];
  let after: string | undefined;
  do {
    const page = await scope.read(async ({ faceCensus }) => {
      const listed = await faceCensus.list({ limit: PAGE, after });
      const wanted = listed.filter(isComparable).map(({ id }) => id);
      return { listed, ...(await faceCensus.vectors(wanted, evidence.space, width)) };
    });
    const known = new Set(page.faceIds);
    faces.push(...page.listed.filter(({ id }) => known.has(id)));
    vectors.push(page.halves);
    after = page.listed.length < PAGE ? undefined : page.listed.at(-1)!.id;
  } while (after !== undefined);
  refuseTooMany(faces.length);
  const halves = Buffer.concat(vectors);
  return {
    seenThrough,
    part: null,
    compared: faces.map(({ id }) => id),
    task: groupingTask({ faces, halves, clusters, constraints }, evidence),
  };
}

/** @param read Faces in the order of their vectors; clusters that they lie in; words of humans, of which those about other faces say nothing here. */
export function groupingTask(
  read: {
    readonly faces: readonly CountedFace[];
    readonly halves: Uint8Array;
    readonly clusters: readonly ClusterRecord[];
    readonly constraints: readonly ConstraintRecord[];
  },
  evidence: EvidenceCalibration,
): GroupingTask {
  const { faces, halves } = read;
  return {
    evidence,
    halves,
    qualities: Float64Array.from(faces, ({ quality }) => quality),
    doubted: faces.map(({ doubted }) => doubted),
    contentKeys: uniqueKeys(faces.map(contentKeyOf)),
    photos: faces.map(({ imageId }) => imageId),
    human: humanWord(faces, read.clusters, read.constraints),
  };
}

/** A face that a human left with nobody belongs to nobody, whatever it resembles. */
export const isComparable = ({ locked, clusterId }: CountedFace): boolean => !(locked && clusterId === null);

/** The photo's bytes and the place in it, tenths of a px: what the face is, never when it came. */
export function contentKeyOf({ imageSha256, box }: CountedFace): string {
  const tenths = (value: number): string => String(Math.round(value * 10) + 1e8).padStart(12, '0');
  return [imageSha256, ...[box.y, box.x, box.height, box.width].map(tenths)].join(':');
}

/** Two detections of one place are told apart by their order; suppression makes sure that there are none. */
function uniqueKeys(keys: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return keys.map((key) => {
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 0 ? key : `${key}:${times}`;
  });
}

function humanWord(
  faces: readonly CountedFace[],
  clusters: readonly ClusterRecord[],
  constraints: readonly ConstraintRecord[],
): HumanWord {
  const place = new Map(faces.map(({ id }, i) => [id, i]));
  const pairs = (kind: ConstraintRecord['kind']) =>
    constraints.flatMap((constraint) => {
      const [a, b] = [place.get(constraint.faceA), place.get(constraint.faceB)];
      return constraint.kind !== kind || a === undefined || b === undefined ? [] : [{ a, b }];
    });
  const held = new Map<string, number[]>(
    [...heldClusters(faces, clusters)].map((clusterId) => [clusterId, []]),
  );
  for (const [i, { locked, clusterId }] of faces.entries())
    if (locked && clusterId !== null) held.get(clusterId)?.push(i);
  return {
    mustLinks: pairs('must_link'),
    cannotLinks: pairs('cannot_link'),
    held: [...held.values()].filter((list) => list.length > 0),
  };
}
