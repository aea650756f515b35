import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapToClusters, type MappedFace } from './persistent-clusters.js';

const face = (contentKey: string, clusterId: string | null, confirmed = false): MappedFace => ({
  contentKey,
  clusterId,
  confirmed,
});

describe('mapping of groups to clusters', () => {
  it('goes by confirmed faces before numbers', () => {
    const faces = [face('a', 'X', true), face('b', 'X'), face('c', 'X'), face('d', 'Y')];
    // X falls apart: the part with the confirmed face stays X though it is the smaller one.
    const { groups } = mapToClusters(faces, [0, 1, 1, 1], new Set(['X']));
    expect(groups).toEqual([
      { clusterId: 'X', faces: [0] },
      { clusterId: 'Y', faces: [1, 2, 3] },
    ]);
  });

  it('keeps two clusters of humans apart and suggests the merge', () => {
    const faces = [face('a', 'Ann'), face('b', 'Ann'), face('c', 'Bea'), face('d', null), face('e', 'p')];
    const mapping = mapToClusters(faces, [7, 7, 7, 7, 7], new Set(['Ann', 'Bea']));
    expect(mapping.groups).toEqual([
      { clusterId: 'Ann', faces: [0, 1, 3, 4] },
      { clusterId: 'Bea', faces: [2] },
    ]);
    expect(mapping.suggestions).toEqual([{ clusterA: 'Ann', clusterB: 'Bea' }]);
  });

  it('settles ties by content key and founds clusters for what is left', () => {
    const faces = [face('b', 'P'), face('a', 'Q'), face('c', null)];
    expect(mapToClusters(faces, [0, 0, 2], new Set()).groups).toEqual([
      { clusterId: 'Q', faces: [0, 1] },
      { clusterId: null, faces: [2] },
    ]);
  });

  it('loses no face, gives no cluster twice and never empties a cluster that a human holds', () => {
    const faces = fc.array(
      fc.tuple(fc.constantFrom(null, 'A', 'B', 'C', 'D'), fc.boolean(), fc.integer({ min: 0, max: 3 })),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(faces, fc.subarray(['A', 'B', 'C']), (list, held) => {
        const mapped = list.map(([cluster, confirmed], i) => face(String(i), cluster, confirmed));
        const { groups } = mapToClusters(
          mapped,
          list.map(([, , group]) => group),
          new Set(held),
        );
        expect(groups.flatMap((group) => group.faces).sort((a, b) => a - b)).toEqual([...list.keys()]);
        const ids = groups.flatMap((group) => group.clusterId ?? []);
        expect(new Set(ids).size).toBe(ids.length);
        for (const cluster of held)
          if (mapped.some((one) => one.clusterId === cluster)) expect(ids).toContain(cluster);
      }),
    );
  });
});
