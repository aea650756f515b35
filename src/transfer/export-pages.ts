// What stands on each page of an export, read in one transaction. See [Note: Pages that stand alone].
import type { ClusterRecord, ConstraintRecord, FaceRecord, ImageRecord } from '../database/records.js';
import type { TenantRepositories } from '../database/tenant-store.js';
import type { ClusterLine, DataLine } from '../domain/transfer/export-line.js';
import type { ExportPlace, Section } from './export-cursor.js';
import { clusterLine, constraintLine, embeddingText, faceLine, imageLine } from './export-lines.js';
import { historyPage, itemPage } from './export-history-pages.js';
import { type ExportPage, type ExportScope, pageOf } from './export-page.js';

/** Photos of a page: with a hundred faces each and their embeddings, about 6 MB of text. */
const IMAGES_PER_PAGE = 20;
const CLUSTERS_PER_PAGE = 500;

type SectionReader = (
  repositories: TenantRepositories,
  scope: ExportScope,
  after: string | undefined,
) => Promise<ExportPage>;

const READERS: Readonly<Record<Exclude<Section, 'end'>, SectionReader>> = {
  images: imagePage,
  clusters: (repositories, scope, after) => clusterPage(repositories, scope, after, false),
  merged_clusters: (repositories, scope, after) => clusterPage(repositories, scope, after, true),
  review_items: itemPage,
  operations: historyPage,
};

export const readPage = (
  repositories: TenantRepositories,
  scope: ExportScope,
  { section, after }: Pick<ExportPlace, 'after'> & { readonly section: Exclude<Section, 'end'> },
): Promise<ExportPage> => READERS[section](repositories, scope, after ?? undefined);

async function imagePage(
  repositories: TenantRepositories,
  scope: ExportScope,
  after: string | undefined,
): Promise<ExportPage> {
  const { personId } = scope;
  const images = await repositories.images.listOldest({ limit: IMAGES_PER_PAGE, after, clusterId: personId });
  const all = await repositories.faces.listByImages(images.map((image) => image.id));
  const faces = personId === undefined ? all : all.filter((face) => face.clusterId === personId);
  const clusterIds = [...new Set(faces.flatMap((face) => face.clusterId ?? []))];
  const clusters = await repositories.clusters.findMany(clusterIds);
  const embeddings = await embeddingTexts(repositories, scope, faces);
  const constraints = await completedBy(repositories, scope, images, faces);
  const lines: DataLine[] = await clusterLines(repositories, clusters);
  for (const image of images) {
    const own = faces.filter((face) => face.imageId === image.id);
    lines.push(personId === undefined ? imageLine(image) : imageOfPerson(image, own, all));
    lines.push(...own.map((face) => faceLine(face, embeddings.get(face.id))));
    lines.push(...(constraints.get(image.id) ?? []).map(constraintLine));
  }
  return pageOf(images, IMAGES_PER_PAGE, lines);
}

/** A photo of several people is told of without what may be a word about the others. */
function imageOfPerson(image: ImageRecord, own: readonly FaceRecord[], all: readonly FaceRecord[]) {
  const shared = all.some(
    (face) => face.imageId === image.id && !own.includes(face) && face.state !== 'dismissed',
  );
  return { ...imageLine(image), ...(shared ? { label: null } : {}), shared };
}

/**
 * Constraints by the image that completes them: the later one of the two that their faces are in. Of a person, those between
 * two of its faces.
 */
async function completedBy(
  repositories: TenantRepositories,
  { personId }: ExportScope,
  images: readonly ImageRecord[],
  faces: readonly FaceRecord[],
): Promise<Map<string, ConstraintRecord[]>> {
  const naming = await repositories.constraints.listNaming(faces.map((face) => face.id));
  const here = new Map(faces.map((face) => [face.id, face]));
  const elsewhere = naming.flatMap(({ faceA, faceB }) => [faceA, faceB]).filter((id) => !here.has(id));
  const others = await repositories.faces.findMany([...new Set(elsewhere)]);
  const known = new Map([...here, ...others.map((face) => [face.id, face] as const)]);
  const order = new Map(images.map(({ id }, i) => [id, i]));
  const byImage = new Map<string, ConstraintRecord[]>();
  for (const constraint of naming) {
    const ends = [known.get(constraint.faceA), known.get(constraint.faceB)];
    const [a, b] = ends;
    if (a === undefined || b === undefined) continue;
    if (personId !== undefined && (a.clusterId !== personId || b.clusterId !== personId)) continue;
    const last = a.imageId > b.imageId ? a.imageId : b.imageId;
    if (!order.has(last)) continue;
    byImage.set(last, [...(byImage.get(last) ?? []), constraint]);
  }
  return byImage;
}

async function embeddingTexts(
  repositories: TenantRepositories,
  { embeddings, widths }: ExportScope,
  faces: readonly FaceRecord[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (!embeddings) return texts;
  for (const space of new Set(faces.map((face) => face.space))) {
    const inSpace = faces.filter((face) => face.space === space).map((face) => face.id);
    const width = widths.get(space);
    if (width === undefined) continue;
    for (const { faceId, embedding } of await repositories.embeddings.load(inSpace, space))
      texts.set(faceId, embeddingText(embedding, width));
  }
  return texts;
}

async function clusterPage(
  repositories: TenantRepositories,
  { personId }: ExportScope,
  after: string | undefined,
  merged: boolean,
): Promise<ExportPage> {
  if (personId !== undefined) {
    // The person stands on the pages of its photos; without any it is told here. What was merged into it is its own.
    const own = merged
      ? await repositories.clusters.listMergedInto([personId])
      : await repositories.clusters.findMany([personId]);
    return { lines: await clusterLines(repositories, own), last: undefined };
  }
  const clusters = await repositories.clusters.listFaceless({ limit: CLUSTERS_PER_PAGE, after }, merged);
  return pageOf(clusters, CLUSTERS_PER_PAGE, await clusterLines(repositories, clusters));
}

async function clusterLines(
  repositories: TenantRepositories,
  clusters: readonly ClusterRecord[],
): Promise<ClusterLine[]> {
  const refs = await repositories.clusters.consentRefs(clusters.map(({ id }) => id));
  return clusters.map((cluster) => clusterLine(cluster, refs.get(cluster.id) ?? null));
}
