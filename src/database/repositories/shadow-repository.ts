// The tables `model_change_images` and `model_change_faces` of one tenant: what a change of model has seen so far, beside what is in
// force.
import { Prisma } from '../generated/client.js';
import type { MeasuredFace, NewlyFoundFace } from './model-change-records.js';
import { asEmbedding, embeddingFromText, vectorText } from '../vectors/pgvector.js';
import type { LandmarkPairs } from '../records.js';
import type { Transaction } from '../transaction-client.js';

/** A found face that has no place yet. */
export interface UnplacedFace extends NewlyFoundFace {
  readonly imageId: string;
}

type ImageState = 'done' | 'late' | 'returned';

export class ShadowRepository {
  constructor(
    private readonly tx: Transaction,
    private readonly tenantId: string,
  ) {}

  /** Images that the change has not looked at, or has left for later, in the order of ids. */
  async imagesLeft(changeId: string, which: 'unseen' | 'late', limit: number): Promise<string[]> {
    const mark = Prisma.sql`SELECT 1 FROM model_change_images m
      WHERE m.tenant_id = i.tenant_id AND m.change_id = ${changeId}::uuid AND m.image_id = i.id`;
    const condition =
      which === 'unseen'
        ? Prisma.sql`NOT EXISTS (${mark})`
        : Prisma.sql`EXISTS (${mark} AND m.state = 'late')`;
    const rows = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT i.id FROM images i WHERE i.tenant_id = ${this.tenantId} AND ${condition}
      ORDER BY i.id LIMIT ${limit}::int`;
    return rows.map(({ id }) => id);
  }

  /** Images with a face that has no vector in the space, and that were not looked at on the way back, in the order of ids. */
  async imagesWithout(changeId: string, space: string, limit: number): Promise<string[]> {
    const rows = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT i.id FROM images i
      WHERE i.tenant_id = ${this.tenantId}
        AND EXISTS (SELECT 1 FROM faces f WHERE f.tenant_id = i.tenant_id AND f.image_id = i.id AND f.state <> 'dismissed'
          AND NOT EXISTS (SELECT 1 FROM face_embeddings e
            WHERE e.tenant_id = f.tenant_id AND e.face_id = f.id AND e.space = ${space}))
        AND NOT EXISTS (SELECT 1 FROM model_change_images m
          WHERE m.tenant_id = i.tenant_id AND m.change_id = ${changeId}::uuid AND m.image_id = i.id AND m.state = 'returned')
      ORDER BY i.id LIMIT ${limit}::int`;
    return rows.map(({ id }) => id);
  }

  async markImage(
    changeId: string,
    imageId: string,
    state: ImageState,
    problem: string | null,
  ): Promise<void> {
    await this.tx.$executeRaw`
      INSERT INTO model_change_images (tenant_id, change_id, image_id, state, problem)
      VALUES (${this.tenantId}, ${changeId}::uuid, ${imageId}::uuid, ${state}, ${problem})
      ON CONFLICT (tenant_id, change_id, image_id) DO UPDATE SET state = excluded.state, problem = excluded.problem`;
  }

  /** Leaves what was not looked at for after the switch. */
  async markRestLate(changeId: string): Promise<void> {
    await this.tx.$executeRaw`
      INSERT INTO model_change_images (tenant_id, change_id, image_id, state)
      SELECT tenant_id, ${changeId}::uuid, id, 'late' FROM images WHERE tenant_id = ${this.tenantId}
      ON CONFLICT DO NOTHING`;
  }

  /** Keeps measures and vectors of known faces. What is there already stays. */
  async keepMeasured(
    changeId: string,
    imageId: string,
    faces: readonly MeasuredFace[],
    newId: () => string,
  ): Promise<void> {
    if (faces.length === 0) return;
    await this.tx.$executeRaw`
      INSERT INTO face_embeddings (tenant_id, face_id, space, embedding)
      SELECT ${this.tenantId}, face_id, space, ${asEmbedding(Prisma.sql`embedding`)}
      FROM unnest(${faces.map(({ faceId }) => faceId)}::uuid[], ${faces.map(({ embedding }) => embedding.space)}::text[],
                  ${faces.map(({ embedding }) => vectorText(embedding.values))}::text[])
        AS incoming(face_id, space, embedding)
      ON CONFLICT (tenant_id, face_id, space) DO NOTHING`;
    await this.tx.modelChangeFace.createMany({
      data: faces.map(({ faceId, embedding, detectionScore, quality, reasons }) => ({
        tenantId: this.tenantId,
        changeId,
        id: newId(),
        imageId,
        faceId,
        found: false,
        space: embedding.space,
        detectionScore,
        quality,
        reasons: [...reasons],
      })),
      skipDuplicates: true,
    });
  }

  async keepFound(changeId: string, imageId: string, faces: readonly NewlyFoundFace[]): Promise<void> {
    for (const { id, box, landmarks, embedding, detectionScore, quality, reasons } of faces) {
      await this.tx.$executeRaw`
        INSERT INTO model_change_faces
          (tenant_id, change_id, id, image_id, found, space, detection_score, quality, reasons, box, landmarks, embedding)
        VALUES (${this.tenantId}, ${changeId}::uuid, ${id}::uuid, ${imageId}::uuid, true, ${embedding.space},
                ${detectionScore}, ${quality}, ${[...reasons]}::text[],
                ${[box.x, box.y, box.width, box.height]}::float8[], ${landmarks.flat()}::float8[],
                ${asEmbedding(Prisma.sql`${vectorText(embedding.values)}`)})`;
    }
  }

  /**
   * What is noted of known faces and what stands in `faces` change places: the same again puts it back.
   * @param imageId Only faces of this image.
   */
  async exchangeMeasures(changeId: string, imageId?: string): Promise<void> {
    const where = Prisma.sql`s.tenant_id = ${this.tenantId} AND s.change_id = ${changeId}::uuid AND NOT s.found
      ${imageId === undefined ? Prisma.empty : Prisma.sql`AND s.image_id = ${imageId}::uuid`}`;
    await this.tx.$executeRaw`
      WITH former AS (
        SELECT f.id, f.detection_score, f.quality, f.reasons, f.space
        FROM faces f JOIN model_change_faces s ON s.tenant_id = f.tenant_id AND s.face_id = f.id WHERE ${where}
      ), in_force AS (
        UPDATE faces f
        SET detection_score = s.detection_score, quality = s.quality, reasons = s.reasons, space = s.space
        FROM model_change_faces s WHERE f.tenant_id = s.tenant_id AND f.id = s.face_id AND ${where}
      )
      UPDATE model_change_faces s
      SET detection_score = former.detection_score, quality = former.quality, reasons = former.reasons, space = former.space
      FROM former WHERE s.face_id = former.id AND ${where}`;
  }

  /** The found faces without a place of the first image that has any. */
  async nextUnplaced(changeId: string): Promise<UnplacedFace[]> {
    const rows = await this.tx.$queryRaw<
      (Omit<UnplacedFace, 'box' | 'landmarks' | 'embedding'> & {
        space: string;
        box: number[];
        landmarks: number[];
        text: string;
      })[]
    >`
      SELECT s.id, s.image_id AS "imageId", s.space, s.detection_score AS "detectionScore", s.quality, s.reasons, s.box,
             s.landmarks, s.embedding::text AS text
      FROM model_change_faces s
      WHERE s.tenant_id = ${this.tenantId} AND s.change_id = ${changeId}::uuid AND s.found AND s.face_id IS NULL
        AND s.image_id = (SELECT image_id FROM model_change_faces
          WHERE tenant_id = ${this.tenantId} AND change_id = ${changeId}::uuid AND found AND face_id IS NULL
          ORDER BY image_id LIMIT 1)
      ORDER BY s.id`;
    return rows.map(({ space, text, box, landmarks, ...face }) => ({
      ...face,
      box: { x: box[0]!, y: box[1]!, width: box[2]!, height: box[3]! },
      landmarks: [0, 2, 4, 6, 8].map((i) => [landmarks[i], landmarks[i + 1]]) as unknown as LandmarkPairs,
      embedding: embeddingFromText(space, text),
    }));
  }

  /** A found face has become a face; its vector is with the others now. */
  async markPlaced(changeId: string, id: string, faceId: string): Promise<void> {
    await this.tx.$executeRaw`
      UPDATE model_change_faces SET face_id = ${faceId}::uuid, embedding = NULL
      WHERE tenant_id = ${this.tenantId} AND change_id = ${changeId}::uuid AND id = ${id}::uuid`;
  }

  /** Faces that the change has found and placed, and about which nobody has said anything. */
  async foundUntouched(changeId: string): Promise<string[]> {
    const rows = await this.tx.$queryRaw<{ id: string }[]>`
      SELECT f.id FROM model_change_faces s JOIN faces f ON f.tenant_id = s.tenant_id AND f.id = s.face_id
      WHERE s.tenant_id = ${this.tenantId} AND s.change_id = ${changeId}::uuid AND s.found
        AND NOT f.locked AND f.assigned_by = 'auto' AND f.state <> 'dismissed'
        AND NOT EXISTS (SELECT 1 FROM constraints c WHERE c.tenant_id = f.tenant_id AND c.retired_at IS NULL
          AND f.id IN (c.face_a, c.face_b))
      ORDER BY f.id`;
    return rows.map(({ id }) => id);
  }
}
