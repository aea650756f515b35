import { describe, expect, it } from 'vitest';
import type { ClusterFacts } from './cluster-facts.js';
import { planImportLabel } from './import-label.js';

const face = (id: string) =>
  ({ id, imageId: `image of ${id}`, clusterId: 'home', state: 'active', locked: false, quality: 1 }) as const;

function cluster(id: string, facts: Partial<ClusterFacts> = {}): ClusterFacts {
  return { id, state: 'pending', label: null, externalRef: null, faces: [face('f')], ...facts };
}

const request = { faceId: 'f', label: 'Ada', named: null, newClusterId: 'new' };

describe('planImportLabel', () => {
  it('names the cluster that the machine chose, when it has no name', () => {
    const plan = planImportLabel({ ...request, home: cluster('home') });
    expect(plan?.changes).toEqual([
      { do: 'update_cluster', clusterId: 'home', label: 'Ada', state: 'confirmed' },
      { do: 'move_face', faceId: 'f', toClusterId: 'home', assignedBy: 'import' },
    ]);
  });

  it('brings the face to the person who has the name, and closes what it had founded alone', () => {
    const plan = planImportLabel({
      ...request,
      home: cluster('home'),
      named: cluster('ada', { label: 'Ada' }),
    });
    expect(plan?.changes).toEqual([
      { do: 'move_face', faceId: 'f', toClusterId: 'ada', assignedBy: 'import' },
      { do: 'close_as_merged', clusterId: 'home', into: 'ada' },
    ]);
  });

  it('never renames: a cluster with another name loses only the new face', () => {
    const home = cluster('home', { label: 'Grace', state: 'confirmed', faces: [face('f'), face('g')] });
    const plan = planImportLabel({ ...request, home });
    expect(plan?.changes.map((change) => change.do)).toEqual(['create_cluster', 'move_face']);
  });

  it('never shows a hidden person again', () => {
    const home = cluster('home', { state: 'ignored', faces: [face('f'), face('g')] });
    expect(planImportLabel({ ...request, home })?.changes.map((change) => change.do)).toEqual([
      'create_cluster',
      'move_face',
    ]);
  });

  it('changes nothing when the face is there already', () => {
    expect(
      planImportLabel({ ...request, home: cluster('home', { label: 'Ada', state: 'confirmed' }) }),
    ).toBeNull();
  });
});
