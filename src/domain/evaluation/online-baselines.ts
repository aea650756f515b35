// How known products decide at ingest, on an exact graph: their results depend on the order of arrival.
import type { NeighbourGraph } from '../cluster/qel/neighbour-graph.js';
import { DisjointSets } from '../cluster/qel/disjoint-sets.js';

const NONE = -1;

/** The nearest face's cluster when it is at least this close, else a new one. With .76: what Ente ships. */
export function nearestNeighbour(
  graph: NeighbourGraph,
  order: Int32Array,
  similarityMin: number,
): Int32Array {
  const cluster = new Int32Array(order.length).fill(NONE);
  let next = 0;
  for (const face of order) {
    let found = NONE;
    for (let at = graph.offsets[face]!; at < graph.offsets[face + 1]!; at++) {
      if (graph.similarities[at]! < similarityMin) break;
      found = cluster[graph.neighbours[at]!]!;
      if (found !== NONE) break;
    }
    cluster[face] = found === NONE ? next++ : found;
  }
  return cluster;
}

/**
 * Immich's facial recognition (server/src/services/person.service.ts): a face with `facesMin` faces nearby, itself
 * included, is a core and joins or founds a person; others wait until the end and then join what they can.
 */
export function immichLike(
  graph: NeighbourGraph,
  order: Int32Array,
  similarityMin: number,
  facesMin = 3,
): Int32Array {
  const person = new Int32Array(order.length).fill(NONE);
  const arrived = new Uint8Array(order.length);
  const deferred: number[] = [];
  let next = 0;
  const recognise = (face: number, isDeferred: boolean): boolean => {
    let matches = 1;
    let near = NONE;
    let any = NONE;
    for (let at = graph.offsets[face]!; at < graph.offsets[face + 1]!; at++) {
      if (graph.similarities[at]! < similarityMin) break;
      const other = graph.neighbours[at]!;
      if (arrived[other] === 0) continue;
      matches++;
      if (matches <= facesMin && near === NONE) near = person[other]!;
      if (any === NONE) any = person[other]!;
      if (matches >= facesMin && any !== NONE) break;
    }
    if (matches <= 1 && facesMin > 1) return true;
    const core = matches >= facesMin;
    if (!core && !isDeferred) return false;
    let chosen = near === NONE ? any : near;
    if (core && chosen === NONE) chosen = next++;
    person[face] = chosen;
    return true;
  };
  for (const face of order) {
    arrived[face] = 1;
    if (!recognise(face, false)) deferred.push(face);
  }
  for (const face of deferred) if (person[face] === NONE) recognise(face, true);
  // The nightly job takes up what is still nobody's.
  for (const face of order) if (person[face] === NONE) recognise(face, true);
  for (let face = 0; face < person.length; face++) if (person[face] === NONE) person[face] = next++;
  return person;
}

/** DBSCAN (Ester et al. 1996): cores have `pointsMin` faces nearby, themselves included; chains of cores are clusters. */
export function dbscan(graph: NeighbourGraph, similarityMin: number, pointsMin = 3): Int32Array {
  const count = graph.offsets.length - 1;
  const near = (face: number, visit: (other: number) => boolean): void => {
    for (let at = graph.offsets[face]!; at < graph.offsets[face + 1]!; at++) {
      if (graph.similarities[at]! < similarityMin || !visit(graph.neighbours[at]!)) return;
    }
  };
  const core = new Uint8Array(count);
  for (let face = 0; face < count; face++) {
    let points = 1;
    near(face, () => ++points < pointsMin);
    core[face] = points >= pointsMin ? 1 : 0;
  }
  const sets = new DisjointSets(count);
  for (let face = 0; face < count; face++) {
    if (core[face] === 0) continue;
    near(face, (other) => {
      if (core[other] === 1) sets.join(face, other);
      return true;
    });
  }
  return Int32Array.from({ length: count }, (_, face) => {
    let home = face;
    if (core[face] === 0) {
      near(face, (other) => {
        if (core[other] === 0) return true;
        home = other;
        return false;
      });
    }
    return sets.find(home);
  });
}
