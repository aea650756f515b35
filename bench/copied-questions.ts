// Open questions about a copied gallery: who is this, is it one of these, are these two one person; in turns.
import { compiled } from './repository.js';

/** Every fourth cluster is a known person, the candidate of the others. */
const KNOWN = 3;
const SPREAD = 4;
/** Faces shown of a person, count: as many as the service shows. */
const SHOWN = 12;
const EXAMPLES = 6;

const shown = (cluster: string, most: number): string =>
  `(SELECT jsonb_agg(f.id) FROM (SELECT id FROM faces WHERE cluster_id = ${cluster}.id
     ORDER BY quality DESC LIMIT ${most}) AS f)`;
const side = (cluster: string): string =>
  `jsonb_build_object('cluster_id', ${cluster}.id, 'face_count', ${cluster}.faces,
     'face_ids', ${shown(cluster, SHOWN)})`;
const candidate = (cluster: string, probability: number): string =>
  `jsonb_build_object('cluster_id', ${cluster}.id, 'probability', ${probability}, 'similarity', .62,
     'top_mean', .62, 'centroid_similarity', .6, 'logit', 0, 'face_count', ${cluster}.faces,
     'face_ids', ${shown(cluster, EXAMPLES)})`;

interface Question {
  readonly kind: string;
  /** SQL of the columns that name the subject, by column. */
  readonly subject: Readonly<Record<string, string>>;
  readonly evidence: string;
  /** Rows of `people`, of which one is called c. */
  readonly from: string;
}
const ask = ({ kind, subject, evidence, from }: Question): string =>
  `INSERT INTO review_items (tenant_id, id, kind, state, ${Object.keys(subject).join(', ')}, evidence, priority,
     similarity, probability, created_at, updated_at)
   SELECT c.tenant_id, gen_random_uuid(), '${kind}', 'open', ${Object.values(subject).join(', ')}, ${evidence},
     1 + random(), .62, .5, now(), now() FROM ${from}`;

/** Statements after those of the copied gallery. Embeddings are random: no two people resemble each other by chance. */
export async function questionsOf(): Promise<readonly string[]> {
  const { EMBEDDING_WIDTH } =
    await compiled<typeof import('../src/domain/face/embedding.js')>('domain/face/embedding.js');
  // `quality` makes it another vector for each face.
  const noise = `(SELECT array_agg(sqrt(-2 * ln(random() + 1e-9)) * cos(6.283 * random()) + 0 * n)
    FROM generate_series(1, ${EMBEDDING_WIDTH}) AS n WHERE quality >= 0)`;
  return [
    `DELETE FROM review_items`,
    `INSERT INTO face_embeddings (tenant_id, face_id, space, embedding)
     SELECT tenant_id, id, space, l2_normalize(${noise}::float8[]::real[]::vector)::halfvec
     FROM faces WHERE id NOT IN (SELECT face_id FROM face_embeddings)`,
    `DELETE FROM cluster_centroids`,
    `INSERT INTO cluster_centroids (tenant_id, cluster_id, space, sum, face_count)
     SELECT f.tenant_id, f.cluster_id, e.space, sum(e.embedding::vector), count(*)
     FROM faces f JOIN face_embeddings e ON e.face_id = f.id GROUP BY 1, 2, 3`,
    `CREATE TEMPORARY TABLE people AS
     SELECT c.tenant_id, c.id, (SELECT count(*) FROM faces f WHERE f.cluster_id = c.id) AS faces,
       row_number() OVER (ORDER BY c.id) - 1 AS place FROM clusters c`,
    `UPDATE clusters c SET state = CASE WHEN p.place % ${SPREAD} = ${KNOWN} THEN 'confirmed' ELSE 'pending' END,
       label = CASE WHEN p.place % ${SPREAD} = ${KNOWN} THEN 'Person ' || p.place END
     FROM people p WHERE p.id = c.id`,
    ask({
      kind: 'new_cluster',
      subject: { subject_key: `'cluster:' || c.id`, cluster_id: 'c.id' },
      evidence: `jsonb_build_object('face_ids', ${shown('c', SHOWN)}, 'face_count', c.faces,
         'nearest', jsonb_build_array(
           jsonb_build_object('cluster_id', k.id, 'similarity', .41, 'probability', .04)))`,
      from: `people c JOIN people k ON k.place = c.place + 3 WHERE c.place % ${SPREAD} = 0`,
    }),
    ask({
      kind: 'uncertain_assignment',
      subject: { subject_key: `'face:' || own.id`, face_id: 'own.id', cluster_id: 'c.id' },
      evidence: `jsonb_build_object('rule', 'ask_band', 'face_id', own.id, 'own_cluster_id', c.id,
         'candidates', jsonb_build_array(${candidate('k', 0.5)}, ${candidate('l', 0.3)}),
         'accept', .9, 'ask', .1, 'margin_logit', 2)`,
      from: `people c JOIN people k ON k.place = c.place + 2 JOIN people l ON l.place = c.place + 6
         JOIN LATERAL (SELECT id FROM faces WHERE cluster_id = c.id ORDER BY quality DESC LIMIT 1) AS own ON true
         WHERE c.place % ${SPREAD} = 1`,
    }),
    ask({
      kind: 'merge_suggestion',
      subject: {
        subject_key: `'clusters:' || c.id || '+' || d.id`,
        cluster_id: 'c.id',
        other_cluster_id: 'd.id',
      },
      evidence: `jsonb_build_object('clusters', jsonb_build_array(${side('c')}, ${side('d')}),
         'face_count', c.faces + d.faces, 'similarity', .62, 'probability', .5,
         'shared_image_count', 0, 'shared_image_ids', '[]'::jsonb)`,
      from: `people c JOIN people d ON d.place = c.place + ${SPREAD} WHERE c.place % ${2 * SPREAD} = 2`,
    }),
    'ANALYZE',
  ];
}
