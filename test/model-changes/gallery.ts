// A gallery of known people with everything that humans say about faces, and what must be left of it after a change of model.
import pg from 'pg';
import { expect } from 'vitest';
import { Database } from '../../src/database/database.js';
import type { Api, FaceJson, ImageJson } from '../harness/api.js';
import type { TestApp } from '../harness/app.js';
import type { NamedPhoto } from '../harness/people.js';
import type { OwnDatabase } from '../harness/postgres.js';

export interface ChangeJson {
  readonly id: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly job_id: string;
  readonly operation_id: string | null;
}

export interface ClusterJson {
  readonly id: string;
  readonly state: string;
  readonly label: string | null;
  readonly face_count: number;
}

/** The database of a running application, asked past the service. */
export async function withClient<T>(
  where: TestApp | OwnDatabase,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(
    'app' in where ? { ...where.app.get(Database).connection } : { connectionString: where.url },
  );
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Rows that a tenant sees. */
export async function rowsOf<R extends pg.QueryResultRow>(
  where: TestApp | OwnDatabase,
  tenant: string,
  sql: string,
): Promise<R[]> {
  return withClient(where, async (client) => {
    const [, rows] = (await client.query(`
      SELECT set_config('kindred.tenant_id', '${tenant}', true), set_config('role', 'kindred_tenant', true);
      ${sql}`)) as unknown as { rows: R[] }[];
    return rows!.rows;
  });
}

export interface LabelledGallery {
  readonly images: readonly ImageJson[];
  /** Person of each image of one face, by face id. */
  readonly personOf: ReadonlyMap<string, string>;
}

/** Photos of named people; then people are named, faces locked, must- and cannot-links made, questions answered and left open. */
export async function labelledGallery(
  api: Api,
  tenant: string,
  photos: readonly NamedPhoto[],
): Promise<LabelledGallery> {
  expect((await api.post('/v1/tenants', { id: tenant })).status).toBe(201);
  const images: ImageJson[] = [];
  const personOf = new Map<string, string>();
  for (const { person, bytes } of photos) {
    const { json, status } = await api.sendImage(tenant, bytes);
    expect(status).toBe(201);
    images.push(json);
    const [face, ...others] = json.faces;
    if (face !== undefined && others.length === 0 && person !== '') personOf.set(face.id, person);
  }
  await decide(api, tenant, personOf);
  return { images, personOf };
}

/** A tenant with photos of named people, and each photo's person as the name of the cluster that its first face came into. */
export async function sendNamedPhotos(
  api: Api,
  tenant: string,
  photos: readonly NamedPhoto[],
): Promise<void> {
  expect((await api.post('/v1/tenants', { id: tenant })).status).toBe(201);
  for (const { person, bytes } of photos) {
    const { json, status, text } = await api.sendImage(tenant, bytes);
    expect(status, text).toBe(201);
    const home = json.faces[0]?.cluster_id;
    if (home) await api.call('PATCH', `/v1/tenants/${tenant}/clusters/${home}`, { label: person });
  }
}

/** What people say: names, merges of what belongs together, a wrong face moved, one split off, two kept apart. */
async function decide(api: Api, tenant: string, personOf: ReadonlyMap<string, string>): Promise<void> {
  const at = (path: string): string => `/v1/tenants/${tenant}${path}`;
  const homes = new Map<string, string>();
  for (const person of new Set(personOf.values())) {
    const faces = await Promise.all(
      [...personOf]
        .filter(([, who]) => who === person)
        .map(async ([id]) => (await api.get<FaceJson>(at(`/faces/${id}`))).json),
    );
    const home = faces.find(({ cluster_id }) => cluster_id !== null)?.cluster_id;
    if (!home) continue;
    homes.set(person, home);
    const named = await api.call('PATCH', at(`/clusters/${home}`), { label: person });
    expect(named.status, named.text).toBe(200);
    // One face of each person is said to be theirs: locked, and tied to the others.
    const [first] = faces.filter(({ cluster_id }) => cluster_id === home);
    const moved = await api.call('PATCH', at(`/faces/${first!.id}`), { cluster_id: home, override: true });
    expect(moved.status, moved.text).toBe(200);
    for (const other of new Set(faces.flatMap(({ cluster_id }) => cluster_id ?? []))) {
      if (other === home) continue;
      const into = await api.post(at(`/clusters/${home}/merge`), {
        source_cluster_id: other,
        override: true,
      });
      expect([200, 409], into.text).toContain(into.status);
    }
  }
  // Against the models: a face of the second person is put with the first, by a human.
  const [one, two] = [...homes.keys()];
  const stray = [...personOf].filter(([, person]) => person === two).at(-1)![0];
  const strayed = await api.call('PATCH', at(`/faces/${stray}`), {
    cluster_id: homes.get(one!),
    override: true,
  });
  expect(strayed.status, strayed.text).toBe(200);
  // Some questions are answered, the others stay open.
  const open = await api.all<{ id: string; kind: string }>(at('/review-pending?state=open'));
  for (const { id } of open.filter(({ kind }) => kind === 'new_cluster').slice(0, 2))
    await api.post(at(`/review-pending/${id}/decision`), { decision: 'dismiss' });
}

export interface HumanWords {
  /** Face → name of its cluster, of faces that a human put there. */
  readonly locked: Readonly<Record<string, string | null>>;
  /** Cluster → label, reference and state. */
  readonly named: Readonly<Record<string, string>>;
  readonly constraints: readonly string[];
  /** `kind subject` of what was decided. */
  readonly decided: readonly string[];
}

export async function humanWords(where: TestApp | OwnDatabase, tenant: string): Promise<HumanWords> {
  const one = async <R extends pg.QueryResultRow>(sql: string): Promise<R[]> => rowsOf<R>(where, tenant, sql);
  const locked = await one<{ id: string; cluster: string | null }>(
    `SELECT id, cluster_id::text AS cluster FROM faces WHERE locked ORDER BY id`,
  );
  const named = await one<{ id: string; text: string }>(
    `SELECT id, concat_ws('|', label, external_ref, state) AS text FROM clusters
     WHERE label IS NOT NULL OR state IN ('confirmed', 'ignored') ORDER BY id`,
  );
  const constraints = await one<{ text: string }>(
    `SELECT concat_ws(' ', kind, face_a, face_b) AS text FROM constraints WHERE retired_at IS NULL ORDER BY 1`,
  );
  const decided = await one<{ text: string }>(
    `SELECT DISTINCT concat_ws(' ', kind, subject_key) AS text FROM review_items WHERE state IN ('resolved', 'dismissed') ORDER BY 1`,
  );
  return {
    locked: Object.fromEntries(locked.map(({ id, cluster }) => [id, cluster])),
    named: Object.fromEntries(named.map(({ id, text }) => [id, text])),
    constraints: constraints.map(({ text }) => text),
    decided: decided.map(({ text }) => text),
  };
}

/** Waits until the change is in one of the phases. */
export async function inPhase(
  api: Api,
  tenant: string,
  id: string,
  phases: readonly string[],
): Promise<ChangeJson> {
  let change: ChangeJson | undefined;
  await expect
    .poll(
      async () =>
        (change = (await api.get<ChangeJson>(`/v1/tenants/${tenant}/model-changes/${id}`)).json).phase,
      { timeout: 240_000, interval: 100 },
    )
    .toSatisfy((phase: string) => phases.includes(phase));
  return change!;
}
