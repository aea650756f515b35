// Takes in what another Kindred, or another tenant, held: one photo with its people, or things beside photos, in the caller's
// transaction. The same twice changes nothing.
//
// [Note: What an import may do] Precedence is erasure, human, import, machine. What was erased here does not come back. What a
// human here decided stays, and where the import says otherwise a constraint_conflict asks. What the machine had left open, or
// decided alone, gives way. Nothing is asked anew because of an import: its own open questions come with it.
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { ClusterRecord, ImageRecord } from '../../database/records.js';
import type { TenantRepositories } from '../../database/tenant-store.js';
import type { Change } from '../../domain/cluster/change-plan.js';
import { type PhotoImportPlan, planPhotoImport } from '../../domain/transfer/plan-photo-import.js';
import { ApplyPlan } from '../applying/apply-plan.js';
import type { Arrived } from '../applying/arrived.js';
import { AssignmentPolicies } from '../assignment/assignment-policies.js';
import { importClusters } from './import-clusters.js';
import { importConstraints, type ImportWriter } from './import-constraints.js';
import { matchFaces, newNames, photoFacts, placedState, renamed, withoutErased } from './import-faces.js';
import { importItems } from './import-items.js';
import { newCluster } from '../assignment/new-face-records.js';
import {
  type ImportReport,
  type IncomingFace,
  type IncomingPhoto,
  type IncomingThings,
  NOTHING_IMPORTED,
} from './incoming.js';
import { weighWishes } from './import-wishes.js';

/** Nothing is asked about what comes, so nothing has to be near it. */
const NOTHING_NEAR: Pick<Arrived, 'nearest'> = { nearest: new Map() };

export interface PhotoOutcome {
  /** Null: everybody on it was erased here, and nothing was stored. */
  readonly imageId: string | null;
  readonly report: ImportReport;
}

@Injectable()
export class ImportGallery {
  constructor(
    private readonly policies: AssignmentPolicies,
    private readonly plans: ApplyPlan,
  ) {}

  /** One photo with its faces. Its bytes are kept already, under the id that it has in the export. */
  async photo(repositories: TenantRepositories, photo: IncomingPhoto, actor: string): Promise<PhotoOutcome> {
    const { faces, erased } = await withoutErased(repositories, photo);
    const stored = await repositories.images.findBySha256(photo.image.sha256);
    if (stored === null && faces.length === 0 && photo.faces.length > 0)
      return { imageId: null, report: { ...NOTHING_IMPORTED, erased } };
    const image = stored ?? photo.image;
    if (stored === null) await repositories.images.insert(image);
    const known = stored === null ? [] : await repositories.faces.listByImages([image.id]);
    const matches = matchFaces(photo.image, image, faces, known);
    const used = new Set(faces.flatMap(({ record }) => record.clusterId ?? []));
    const clusters = await importClusters(
      repositories,
      photo.clusters.filter(({ id }) => used.has(id)),
    );
    const names = await newNames(repositories, faces, matches);
    const constraints = photo.constraints.map((one) => renamed(one, names));
    const { homes } = clusters;
    const plan = planPhotoImport(photoFacts(image.id, { faces, known, matches, names, homes, constraints }));
    const work = { image, faces, names, plan, clusters: clusters.added };
    const arrived = await this.insertFaces(repositories, work);
    const asked = await weighWishes(repositories, plan);
    const changes = [
      ...clusters.changes,
      ...plan.changes,
      ...asked.changes,
      ...coverChanges(photo, names, arrived, clusters.coverless),
    ];
    const writer = await this.writer(repositories, actor, { image_id: image.id });
    if (arrived.faces.length + arrived.clusters.length + changes.length > 0)
      await writer.apply(changes, arrived);
    const words = await importConstraints(repositories, constraints, writer);
    return {
      imageId: image.id,
      report: {
        ...NOTHING_IMPORTED,
        mapped: mappedIds([[photo.image.id, image.id], ...names, ...clusters.mapped]),
        images: stored === null ? 1 : 0,
        faces: arrived.faces.length,
        clusters: clusters.added.length,
        constraints: words.added,
        erased,
        conflicts: asked.conflicts + words.conflicts,
        waitingConstraintIds: words.waiting,
      },
    };
  }

  /** Clusters without faces, words about faces that are here, and review items. */
  async things(
    repositories: TenantRepositories,
    things: IncomingThings,
    actor: string,
  ): Promise<ImportReport> {
    const gone = await repositories.operations.erasedAmong({
      faceIds: [],
      clusterIds: things.clusters.map(({ id }) => id),
    });
    const clusters = await importClusters(
      repositories,
      things.clusters.filter(({ id }) => !gone.has(id)),
    );
    const writer = await this.writer(repositories, actor, {});
    if (clusters.added.length + clusters.changes.length > 0)
      await writer.apply(clusters.changes, { ...NOTHING_NEAR, faces: [], clusters: clusters.added });
    const words = await importConstraints(repositories, things.constraints, writer);
    const items = await importItems(repositories, things.items);
    return {
      ...NOTHING_IMPORTED,
      mapped: mappedIds(clusters.mapped),
      clusters: clusters.added.length,
      constraints: words.added,
      reviewItems: items.added,
      erased: gone.size,
      conflicts: words.conflicts,
      waitingConstraintIds: words.waiting,
      leftOutItems: items.leftOut,
    };
  }

  private async insertFaces(
    repositories: TenantRepositories,
    work: {
      readonly image: ImageRecord;
      readonly faces: readonly IncomingFace[];
      readonly names: ReadonlyMap<string, string>;
      readonly plan: PhotoImportPlan;
      readonly clusters: readonly ClusterRecord[];
    },
  ): Promise<Arrived> {
    const { image, names, plan } = work;
    const founded = plan.alone.map((): ClusterRecord => newCluster(uuidv7(), new Date()));
    await repositories.clusters.insertMany(founded);
    const homes = new Map<string, string | null>([
      ...plan.placed.map(({ faceId, clusterId }) => [faceId, clusterId] as const),
      ...plan.alone.map((faceId, i) => [faceId, founded[i]!.id] as const),
    ]);
    const fresh = work.faces.filter(({ record }) => homes.has(names.get(record.id)!));
    const records = fresh.map(({ record }) => {
      const id = names.get(record.id)!;
      const clusterId = homes.get(id)!;
      return { ...record, id, imageId: image.id, clusterId, state: placedState(record, clusterId) };
    });
    await repositories.faces.insertMany(records);
    await repositories.embeddings.insertMany(
      fresh.flatMap(({ record, embedding }) =>
        embedding === null ? [] : [{ faceId: names.get(record.id)!, embedding }],
      ),
    );
    await repositories.centroids.addStored(
      records.flatMap(({ id, clusterId }) => (clusterId === null ? [] : [id])),
    );
    return { ...NOTHING_NEAR, faces: records, clusters: [...work.clusters, ...founded] };
  }

  private async writer(
    repositories: TenantRepositories,
    actor: string,
    details: Readonly<Record<string, string>>,
  ): Promise<ImportWriter & { apply(changes: readonly Change[], arrived?: Arrived): Promise<void> }> {
    const policy = await this.policies.forTenant(repositories);
    let first: string | undefined;
    const apply = async (changes: readonly Change[], arrived?: Arrived): Promise<void> => {
      const { operationId } = await this.plans.apply(
        repositories,
        { kind: 'import', changes, askAnewAbout: [] },
        { actor, at: new Date(), policy, details, ...(arrived === undefined ? {} : { arrived }) },
      );
      first ??= operationId;
    };
    const operationId = async (): Promise<string> => {
      if (first === undefined) await apply([]);
      return first!;
    };
    return { apply, operationId };
  }
}

/** Covers that came with this photo, where nobody has chosen one. */
function coverChanges(
  photo: IncomingPhoto,
  names: ReadonlyMap<string, string>,
  arrived: Arrived,
  coverless: ReadonlySet<string>,
): Change[] {
  const homes = new Map(arrived.faces.map(({ id, clusterId }) => [id, clusterId]));
  return photo.clusters.flatMap(({ coverFaceId }): Change[] => {
    const faceId = coverFaceId && names.get(coverFaceId);
    const clusterId = faceId && homes.get(faceId);
    return clusterId && coverless.has(clusterId)
      ? [{ do: 'update_cluster', clusterId, coverFaceId: faceId }]
      : [];
  });
}

function mappedIds(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([from, to]) => to !== from));
}
