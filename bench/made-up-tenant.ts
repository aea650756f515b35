// A large tenant of made-up people, written in bulk as an import of a gallery would leave it: images, faces, vectors, one cluster a
// person, centroids. Portions have people of their own, so that memory holds one portion whatever the size.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { LabelledFaces } from '../src/domain/evaluation/synthetic-faces.js';
import { compiled } from './repository.js';

/** Of a portion. */
const FACES = 20_000;
const SHARES = { people: 0.075, strangers: 0.19, unrecognisable: 0.01 };
/** At most: a photo shows nobody twice. */
const FACES_OF_A_PHOTO = 10;
/** Rows of one statement: 20 MB of text. */
const ROWS = 5000;

/** A face that was kept back, to be sent later. */
export interface HeldBackFace {
  readonly faceValues: Float32Array;
  /** 0..1 */
  readonly quality: number;
  /** The cluster of its person; of somebody who is not stored otherwise it does not exist. */
  readonly clusterId: string;
}

interface BulkFace {
  readonly id: string;
  readonly imageId: string;
  readonly clusterId: string | null;
  readonly quality: number;
  readonly vector: string;
}

export class MadeUpTenant {
  /** In no order. */
  readonly heldBack: HeldBackFace[] = [];
  stored = 0;
  /** Whom each stored face shows, by its id. */
  readonly personOf = new Map<string, string>();
  private portions = 0;

  /** @param grouping The cluster of each face of a portion, any label; otherwise one cluster a person. */
  constructor(
    private readonly client: pg.Client,
    readonly tenantId: string,
    private readonly space: string,
    private readonly grouping: (made: LabelledFaces) => ArrayLike<number> = ({ people }) => people,
  ) {}

  /** @param count Faces to be stored. @param holdBack Faces to be kept back besides, count. */
  async fill(count: number, holdBack: number, told: (stored: number) => void): Promise<void> {
    const { syntheticFaces } = await compiled<typeof import('../src/domain/evaluation/synthetic-faces.js')>(
      'domain/evaluation/synthetic-faces.js',
    );
    const portions = Math.ceil(count / FACES);
    const holdEach = Math.ceil(holdBack / portions);
    for (let portion = 0; this.stored < count; portion++) {
      const faces = Math.min(FACES, count - this.stored) + holdEach;
      const [people, strangers, unrecognisable] = [
        SHARES.people,
        SHARES.strangers,
        SHARES.unrecognisable,
      ].map((share) => Math.round(faces * share)) as [number, number, number];
      await this.store(
        syntheticFaces({
          seed: 1000 + portion,
          people,
          strangers,
          unrecognisable,
          faces: faces - strangers - unrecognisable,
          hard: false,
        }),
        holdEach,
      );
      told(this.stored);
    }
    await this.client.query('VACUUM ANALYZE');
    const { permutation } = await compiled<typeof import('../src/domain/evaluation/seeded-random.js')>(
      'domain/evaluation/seeded-random.js',
    );
    const inTurns = [...this.heldBack];
    for (const [place, from] of permutation(inTurns.length, 1).entries())
      this.heldBack[place] = inTurns[from]!;
  }

  private async store(made: LabelledFaces, holdBack: number): Promise<void> {
    const clusters = new Map<number, string>();
    const groupOf = this.grouping(made);
    const portion = this.portions++;
    const homeOf = (i: number): string | null => {
      if (made.kinds[i] === 'unrecognisable') return null;
      const known = clusters.get(groupOf[i]!);
      if (known !== undefined) return known;
      const id = uuidv7();
      clusters.set(groupOf[i]!, id);
      return id;
    };
    const held = new Set(
      Array.from({ length: holdBack }, (_, i) => Math.floor(((i + 0.5) * made.count) / holdBack)),
    );
    const founded = new Set<string>();
    const faces: BulkFace[] = [];
    const images: string[] = [];
    const onPhoto = new Set<number>();
    for (let i = 0; i < made.count; i++) {
      const values = made.embeddings.subarray(i * made.width, (i + 1) * made.width);
      const clusterId = homeOf(i);
      const quality = made.qualities[i]!;
      if (held.has(i) && clusterId !== null) {
        this.heldBack.push({ faceValues: values.slice(), quality, clusterId });
        continue;
      }
      if (images.length === 0 || onPhoto.size === FACES_OF_A_PHOTO || onPhoto.has(made.people[i]!)) {
        images.push(uuidv7());
        onPhoto.clear();
      }
      onPhoto.add(made.people[i]!);
      if (clusterId !== null) founded.add(clusterId);
      const vector = `[${Array.from(values, (value) => value.toFixed(6)).join(',')}]`;
      const id = uuidv7();
      this.personOf.set(id, `${portion}/${made.people[i]!}`);
      faces.push({ id, imageId: images.at(-1)!, clusterId, quality, vector });
    }
    await this.insertImages(images);
    await this.insertClusters([...founded]);
    for (let at = 0; at < faces.length; at += ROWS) await this.insertFaces(faces.slice(at, at + ROWS));
    await this.sumCentroids([...founded]);
    this.stored += faces.length;
  }

  private insertImages(ids: readonly string[]): Promise<unknown> {
    const hashes = ids.map((id) => createHash('sha256').update(id).digest('hex'));
    return this.client.query(
      `INSERT INTO images (tenant_id, id, sha256, phash, content_type, width, height, byte_size, turn, created_at)
       SELECT $1::varchar, id, sha256, '00ff00ff00ff00ff', 'image/jpeg', 1000, 1000, 100000, 0, now()
       FROM unnest($2::uuid[], $3::text[]) AS given(id, sha256)`,
      [this.tenantId, ids, hashes],
    );
  }

  private insertClusters(ids: readonly string[]): Promise<unknown> {
    return this.client.query(
      `INSERT INTO clusters (tenant_id, id, state, created_at, updated_at)
       SELECT $1::varchar, id, 'pending', now(), now() FROM unnest($2::uuid[]) AS given(id)`,
      [this.tenantId, ids],
    );
  }

  private async insertFaces(faces: readonly BulkFace[]): Promise<void> {
    await this.client.query(
      `INSERT INTO faces (tenant_id, id, image_id, cluster_id, box_x, box_y, box_width, box_height, landmarks, detection_score,
         quality, reasons, assignment, assigned_by, locked, state, space, created_at)
       SELECT $1::varchar, id, image_id, cluster_id, 100 * place, 10, 80, 80, array_fill(50::float8, ARRAY[10]), .99, quality, '{}',
         CASE WHEN cluster_id IS NULL THEN 'unclustered' ELSE 'assigned' END, 'auto', false,
         CASE WHEN cluster_id IS NULL THEN 'unclustered' ELSE 'active' END, $2::text, now()
       FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::float8[]) WITH ORDINALITY
         AS given(id, image_id, cluster_id, quality, place)`,
      [
        this.tenantId,
        this.space,
        faces.map(({ id }) => id),
        faces.map(({ imageId }) => imageId),
        faces.map(({ clusterId }) => clusterId),
        faces.map(({ quality }) => quality),
      ],
    );
    await this.client.query(
      `INSERT INTO face_embeddings (tenant_id, face_id, space, embedding)
       SELECT $1::varchar, id, $2::text, vector::halfvec(512) FROM unnest($3::uuid[], $4::text[]) AS given(id, vector)`,
      [this.tenantId, this.space, faces.map(({ id }) => id), faces.map(({ vector }) => vector)],
    );
  }

  private sumCentroids(clusterIds: readonly string[]): Promise<unknown> {
    return this.client.query(
      `INSERT INTO cluster_centroids (tenant_id, cluster_id, space, sum, face_count)
       SELECT $1::varchar, f.cluster_id, $2::text, sum(e.embedding::vector), count(*)
       FROM faces f JOIN face_embeddings e ON e.tenant_id = f.tenant_id AND e.face_id = f.id AND e.space = $2::text
       WHERE f.tenant_id = $1::varchar AND f.cluster_id = ANY ($3::uuid[]) GROUP BY f.cluster_id`,
      [this.tenantId, this.space, clusterIds],
    );
  }
}
