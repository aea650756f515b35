// What holds of a tenant at any time, whatever was done to it.
import { expect } from 'vitest';
import type { Snapshot } from './snapshot.js';

/** @param told What was done, for the message of a failure. */
export function expectInvariants(
  { faces, clusters, constraints, items, centroids }: Snapshot,
  told = '',
): void {
  const home = new Map(faces.map((face) => [face.id, face.cluster_id]));
  const states = new Map(clusters.map((cluster) => [cluster.id, cluster.state]));
  for (const face of faces) {
    expect(face.state === 'active', told).toBe(face.cluster_id !== null);
    if (face.cluster_id !== null)
      expect(states.get(face.cluster_id), told).toMatch(/pending|confirmed|ignored/);
  }
  for (const { kind, face_a, face_b } of constraints) {
    const [a, b] = [home.get(face_a), home.get(face_b)];
    if (kind === 'cannot_link' && typeof a === 'string') expect(b, told).not.toBe(a);
  }
  for (const { id, merged_into, cover_face_id } of clusters) {
    if (merged_into !== null) expect(states.get(merged_into), told).not.toBe('merged');
    if (cover_face_id !== null) expect(home.get(cover_face_id), told).toBe(id);
  }
  expectQuestionsStand({ items, home, states }, told);
  const counts = clusters.flatMap(({ id }) => {
    const face_count = faces.filter((face) => face.cluster_id === id).length;
    return face_count === 0 ? [] : [{ id, face_count }];
  });
  expect(centroids, told).toEqual(counts);
}

/** No open question is about what is no more as it says. */
function expectQuestionsStand(
  {
    items,
    home,
    states,
  }: {
    readonly items: Snapshot['items'];
    readonly home: ReadonlyMap<string, string | null>;
    readonly states: ReadonlyMap<string, string>;
  },
  told: string,
): void {
  for (const { kind, cluster_id, face_id, evidence } of items) {
    if (kind === 'new_cluster') expect(states.get(cluster_id!), told).toBe('pending');
    else if (kind === 'uncertain_assignment')
      expect(home.get(face_id!), told).toBe(evidence['own_cluster_id']);
    else if (kind === 'same_image_conflict') {
      const [holder, challenger] = evidence['faces'] as { face_id: string }[];
      expect(home.get(holder!.face_id), told).toBe(cluster_id);
      expect(home.get(challenger!.face_id), told).not.toBe(cluster_id);
    }
  }
}
