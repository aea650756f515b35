// No comparison across embedding spaces, however wide they are: the database refuses one, and no statement forgets to ask it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPostgres } from '../harness/database.js';
import { repositoryRoot } from '../harness/shared-data.js';
import { clusterRow, faceRow, imageRow, randomEmbedding, randomNumbers } from './rows.js';

const COMPARES = /\$\{(?:distance|unitSimilarity|directionSimilarity)\(/;

describe('embedding spaces', () => {
  it('a planted statement that compares two of them is ended by the database', async () => {
    const db = await openPostgres();
    await db.addTenant('t');
    const image = imageRow();
    const cluster = clusterRow();
    const face = faceRow(image.id, { clusterId: cluster.id });
    const next = randomNumbers(3);
    const [here, there] = [randomEmbedding(next, 'here'), randomEmbedding(next, 'there')];
    await db.tenants.forTenant('t').transaction(async (r) => {
      await r.images.insert(image);
      await r.clusters.insertMany([cluster]);
      await r.faces.insertMany([face]);
      await r.embeddings.insertMany([here, there].map((embedding) => ({ faceId: face.id, embedding })));
      await r.centroids.recompute([cluster.id]);
    });
    const client = await db.connect();
    const compare = (where: string) =>
      client.query(`SELECT a.embedding <#> b.embedding FROM face_embeddings a JOIN face_embeddings b ON ${where}
        WHERE kindred_same_space(a.space, b.space)`);
    await client.query(
      `SELECT set_config('kindred.tenant_id', 't', false), set_config('role', 'kindred_tenant', false)`,
    );
    expect((await compare('a.space = b.space')).rows).toHaveLength(2);
    await expect(compare('true')).rejects.toMatchObject({ code: '22000' });
    // The house's own searches stay in the probe's space.
    for (const probe of [here, there]) {
      const found = await db.tenants
        .forTenant('t')
        .read((r) => r.embeddings.nearest([probe], { limit: 9, similarityMin: -1 }));
      expect(found[0]!.map(({ similarity }) => similarity)).toEqual([expect.closeTo(1, 3)]);
    }
    await db.close();
  });

  it('every statement that compares vectors names both spaces to it', async () => {
    const folder = join(repositoryRoot, 'src/database');
    let statements = 0;
    const files = (await readdir(folder, { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('generated/'),
    );
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8');
      if (file !== 'vectors/pgvector.ts') expect(text, file).not.toMatch(/<#>|<=>/);
      for (const method of text.split(/\n {2}(?:private )?async /).filter((part) => COMPARES.test(part))) {
        statements++;
        expect(method, `${file}: ${method.slice(0, 60)}`).toContain('sameSpace(');
      }
    }
    expect(statements).toBeGreaterThanOrEqual(4);
  });
});
