// `kindred evaluate`: sends labelled photos to a running Kindred and says how well it grouped them.
import type { PartitionMetrics } from '../domain/evaluation/label-agreement.js';
import { namedAgreement } from '../domain/evaluation/partition-metrics.js';
import { intersectionOverUnion, type Box } from '../domain/geometry/box.js';
import { ApiError, type FaceAnswer, type ImageAnswer, type KindredClient } from './kindred-client.js';
import type { LabelledPhoto } from './labelled-photos.js';

/** Overlap (intersection over union) from which a found face is the labelled one. Detectors frame faces differently. */
const SAME_FACE_OVERLAP_MIN = 0.3;
/** Photos sent at once. */
const PARALLEL_UPLOADS = 4;

export interface Evaluation {
  readonly photos: number;
  readonly people: number;
  /** Photos whose labelled face was found; the figures are over these. */
  readonly faces: number;
  /** Photos whose labelled face was not found, and photos that were refused. */
  readonly missed: readonly string[];
  readonly bcubed: PartitionMetrics;
  readonly pairwise: PartitionMetrics;
  /** Clusters that hold a labelled face. */
  readonly clusters: number;
  /** Labelled faces by what the machine did with them. */
  readonly assignments: Readonly<Record<string, number>>;
  readonly openReviewItems: number;
  /** Cluster of each labelled face by photo, `face:<id>` for a face on its own: two runs can be compared by it. */
  readonly partition: Readonly<Record<string, string>>;
  /** Who each labelled face is, by face id. */
  readonly faceIds: Readonly<Record<string, string>>;
  readonly seconds: number;
}

function labelledFace(photo: LabelledPhoto, faces: readonly FaceAnswer[]): FaceAnswer | undefined {
  const { box: label } = photo;
  if (!label) return faces.length === 1 ? faces[0] : undefined;
  const overlap = ({ box }: FaceAnswer): number => {
    const found: Box = { x1: box.x, y1: box.y, x2: box.x + box.width, y2: box.y + box.height };
    return intersectionOverUnion(label, found);
  };
  const best = [...faces].sort((a, b) => overlap(b) - overlap(a))[0];
  return best && overlap(best) >= SAME_FACE_OVERLAP_MIN ? best : undefined;
}

/** Sends every photo; a refused one is missing in the answer. Order of arrival is the list's, up to `parallel` at once. */
async function sendAll(
  client: KindredClient,
  tenant: string,
  photos: readonly LabelledPhoto[],
  parallel: number,
): Promise<Map<string, ImageAnswer>> {
  const answers = new Map<string, ImageAnswer>();
  const queue = [...photos];
  const sender = async (): Promise<void> => {
    for (let photo = queue.shift(); photo; photo = queue.shift()) {
      try {
        answers.set(photo.path, await client.sendImage(tenant, photo.path));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status >= 500) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, sender));
  return answers;
}

export async function evaluate(
  client: KindredClient,
  tenant: string,
  photos: readonly LabelledPhoto[],
  options: { readonly parallel?: number } = {},
): Promise<Evaluation> {
  const start = performance.now();
  await client.ensureTenant(tenant);
  const sent = await sendAll(client, tenant, photos, options.parallel ?? PARALLEL_UPLOADS);
  const seconds = (performance.now() - start) / 1000;

  // Later photos may have changed where a face belongs: ask again when all are in.
  const facesByImage = new Map((await client.images(tenant)).map((image) => [image.id, image.faces]));
  const truth: string[] = [];
  const predicted: string[] = [];
  const partition: Record<string, string> = {};
  const faceIds: Record<string, string> = {};
  const assignments: Record<string, number> = { assigned: 0, created: 0, asked: 0, unclustered: 0 };
  const missed: string[] = [];
  for (const photo of photos) {
    const image = sent.get(photo.path);
    const face = image && labelledFace(photo, facesByImage.get(image.id) ?? []);
    if (!face) {
      missed.push(photo.path);
      continue;
    }
    const cluster = face.cluster_id ?? `face:${face.id}`;
    truth.push(photo.person);
    predicted.push(cluster);
    partition[photo.path] = cluster;
    faceIds[face.id] = photo.person;
    assignments[face.assignment] = (assignments[face.assignment] ?? 0) + 1;
  }
  return {
    photos: photos.length,
    people: new Set(truth).size,
    faces: truth.length,
    missed,
    ...namedAgreement(truth, predicted),
    assignments,
    openReviewItems: (await client.openReviewItems(tenant)).length,
    partition,
    faceIds,
    seconds,
  };
}

export function renderEvaluation(evaluation: Evaluation): string {
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`.padStart(9);
  const row = (name: string, m: PartitionMetrics): string =>
    `${name.padEnd(10)}${percent(m.precision)}${percent(m.recall)}${percent(m.f)}`;
  const { photos, faces, people, missed, clusters, assignments, openReviewItems, seconds } = evaluation;
  return [
    `${photos} photos, ${faces} labelled faces of ${people} people found, ${missed.length} missed; ` +
      `${(photos / seconds).toFixed(1)} photos/s`,
    `${clusters} clusters; ` +
      Object.entries(assignments)
        .map(([assignment, n]) => `${n} ${assignment}`)
        .join(', ') +
      `; ${openReviewItems} open review items`,
    '',
    `${''.padEnd(10)}precision   recall        F`,
    row('BCubed', evaluation.bcubed),
    row('pairwise', evaluation.pairwise),
    ...missed.map((path) => `missed: ${path}`),
  ].join('\n');
}
