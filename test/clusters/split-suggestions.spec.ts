import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaceRecord } from '../../src/database/records.js';
import { settledFaceCount } from '../../src/domain/review/review-item.js';
import { splitSuggestionSubject, suggestSplit } from '../../src/domain/review/split-suggestion.js';
import { faceFacts } from '../../src/clusters/load-facts.js';
import { bothDatabases, type TestDatabase } from '../harness/database.js';
import { clear, faultOf, Gallery } from './gallery.js';

describe.each(bothDatabases)('split suggestions on $name', ({ open }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db.close());

  /** A cluster of eleven faces, and the suggestion that the last four are somebody else. */
  const suggested = async () => {
    const gallery = await Gallery.open(db);
    const faces: FaceRecord[] = [];
    for (let i = 0; i < 11; i++) faces.push(await gallery.one(clear(1)));
    const clusterId = faces[0]!.clusterId!;
    const suggest = async () => {
      const now = await gallery.read((repositories) => repositories.faces.listByClusters([clusterId]));
      const last = await gallery.read((repositories) =>
        repositories.reviewItems.findLast('split_suggestion', splitSuggestionSubject(clusterId)),
      );
      const leaving = faces.slice(7).map((face) => face.id);
      const verdict = suggestSplit(
        {
          cluster: {
            id: clusterId,
            state: 'pending',
            label: null,
            externalRef: null,
            faces: now.map(faceFacts),
          },
          groups: [leaving, now.map((face) => face.id).filter((id) => !leaving.includes(id))],
          probability: 0.3,
          similarity: 0.2,
          constraints: [],
          settledAt: settledFaceCount(last),
        },
        { facesShown: 12, askAgainGrowth: 1.5 },
      );
      if (verdict.kind === 'ask') await gallery.apply(verdict.question);
      return verdict.kind;
    };
    await suggest();
    const item = (await gallery.openItems()).find(({ kind }) => kind === 'split_suggestion')!;
    return { gallery, faces, clusterId, item, suggest };
  };

  it('split makes a new cluster that never joins the old one again', async () => {
    const { gallery, faces, clusterId, item } = await suggested();
    const { item: closed } = await gallery.decide(item, { decision: 'split' });
    const [kept, made] = closed.outcome!['cluster_ids'] as [string, string];
    expect(kept).toBe(clusterId);
    for (const [i, face] of faces.entries()) expect(await gallery.clusterOf(face)).toBe(i < 7 ? kept : made);
    const fault = await faultOf(
      gallery.clusters.merge(gallery.tenantId, { sourceId: made, targetId: kept }, 'h'),
    );
    expect(fault.code).toBe('constraint.conflict');
  });

  it('split takes other groups than the proposed ones', async () => {
    const { gallery, faces, clusterId, item } = await suggested();
    const { item: closed } = await gallery.decide(item, {
      decision: 'split',
      groups: [[faces[0]!.id], [faces[1]!.id, faces[2]!.id]],
    });
    const made = closed.outcome!['cluster_ids'] as string[];
    expect(made).toHaveLength(3);
    expect(await gallery.clusterOf(faces[2]!)).toBe(made[2]);
    expect(await gallery.clusterOf(faces[10]!)).toBe(clusterId);
  });

  it('keep changes nothing and silences the question until the cluster is half as large again', async () => {
    const { gallery, faces, clusterId, item, suggest } = await suggested();
    await gallery.decide(item, { decision: 'keep' });
    expect(await gallery.clusterOf(faces[10]!)).toBe(clusterId);
    expect(await suggest()).toBe('silent');
    for (let i = 0; i < 6; i++) await gallery.one(clear(1));
    expect(await suggest()).toBe('ask');
  });

  it('follows its faces: an erased one leaves the evidence, a part that is gone ends the question', async () => {
    const { gallery, faces, item } = await suggested();
    await gallery.erasure.deleteFace(gallery.tenantId, faces[7]!.id, 'h');
    const now = await gallery.item(item.id);
    expect(now.version).toBe(2);
    expect(now.evidence).toMatchObject({ face_count: 10, groups: [{ face_count: 3 }] });
    expect(JSON.stringify(now.evidence)).not.toContain(faces[7]!.id);
    for (const face of faces.slice(8))
      await gallery.clusters.moveFace(gallery.tenantId, face.id, { clusterId: null }, 'h');
    expect((await gallery.item(item.id)).state).toBe('superseded');
  });

  it('ends when the cluster is hidden, or erased without a trace', async () => {
    const hidden = await suggested();
    await hidden.gallery.clusters.update(
      hidden.gallery.tenantId,
      hidden.clusterId,
      { state: 'ignored' },
      'h',
    );
    expect((await hidden.gallery.item(hidden.item.id)).state).toBe('superseded');
    const erased = await suggested();
    await erased.gallery.erasure.deleteCluster(erased.gallery.tenantId, erased.clusterId, 'h');
    expect(await erased.gallery.item(erased.item.id)).toMatchObject({ state: 'cancelled', evidence: {} });
  });
});
