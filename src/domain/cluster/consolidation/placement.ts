// From groups to clusters: where each face of a tenant goes after consolidation, with everything that humans hold respected.
//
// [Note: One by one, never most of them] The machine may take a single face out of a cluster that a human holds, when the
// evidence puts it into another one. When more faces would leave for one place than stay, that is no correction but a merge
// in disguise: nothing moves, and a human is asked. The same holds between two clusters that a human's word keeps apart,
// because a cannot-link names a few faces and means the clusters. Parts that would found a new cluster always stay.
import { DisjointSets } from '../qel/disjoint-sets.js';
import { mapToClusters } from '../qel/persistent-clusters.js';

export interface PlacedFace {
  readonly contentKey: string;
  /** The cluster that it lies in; null: nobody's. */
  readonly clusterId: string | null;
  /** A human put it there: it stays, and its group is that cluster. */
  readonly locked: boolean;
  /** An import put it there: it stays. */
  readonly imported?: boolean;
  /** It was not compared with the others: it stays, and says nothing about its cluster. */
  readonly pinned: boolean;
  /** Clear enough to found a cluster. */
  readonly mayFound: boolean;
}

/** Two faces by their places in the list of faces. */
export interface WordAboutFaces {
  readonly kind: 'must_link' | 'cannot_link';
  readonly a: number;
  readonly b: number;
}

export interface PlacementInput {
  readonly faces: readonly PlacedFace[];
  /** Group of each face, any label. */
  readonly groupOf: ArrayLike<number>;
  /** Clusters that a human named, confirmed, hid, or put a face into. */
  readonly held: ReadonlySet<string>;
  readonly words: readonly WordAboutFaces[];
  /** The id of a cluster to be founded; called once for each. */
  readonly newClusterId: () => string;
}

export interface Placement {
  /** The cluster of each face; null: nobody's. */
  readonly homes: readonly (string | null)[];
  /** Clusters that are founded, in the order of their first faces. */
  readonly founded: readonly string[];
  /** Pairs of held clusters that evidence would join, each sorted, by ids. */
  readonly joinable: readonly (readonly [string, string])[];
  /** Pairs of clusters that evidence would put into one place, and a human's word keeps apart; each sorted, by ids. */
  readonly opposed: readonly (readonly [string, string])[];
}

type ClusterPair = readonly [string, string];

/** A result that is placed again may shift once more (sizes have changed); it settles within a few rounds. */
const ROUNDS_MAX = 8;

/** Stable: placing the faces from where they went to moves none of them. */
export function placeFaces(input: PlacementInput): Placement {
  const founded: string[] = [];
  let joinable: readonly ClusterPair[] = [];
  let opposed: readonly ClusterPair[] = [];
  let homes = input.faces.map((face) => face.clusterId);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const step = new Step(input, homes);
    ({ joinable, opposed } = step);
    founded.push(...step.founded);
    const settled = step.homes.every((home, face) => home === homes[face]);
    homes = step.homes;
    if (settled) break;
  }
  const used = new Set(homes);
  return {
    homes,
    founded: founded.filter((id) => used.has(id)),
    joinable: inOrder(joinable),
    opposed: inOrder(opposed),
  };
}

/** Each once, by ids. */
function inOrder(pairs: readonly ClusterPair[]): ClusterPair[] {
  const known = new Map(pairs.map((pair) => [pair.join(' '), pair]));
  return [...known.keys()].sort().map((key) => known.get(key)!);
}

const sorted = (a: string, b: string): ClusterPair => (a < b ? [a, b] : [b, a]);

/** One placing of all faces from where they are now. */
class Step {
  readonly homes: (string | null)[];
  readonly founded: string[] = [];
  readonly joinable: ClusterPair[] = [];
  readonly opposed: ClusterPair[] = [];

  constructor(
    private readonly input: PlacementInput,
    /** Where each face is. */
    private readonly now: readonly (string | null)[],
  ) {
    this.homes = [...now];
    this.goWithGroups();
    for (const [face, { locked, imported }] of input.faces.entries())
      if (locked || imported) this.homes[face] = now[face]!;
    this.refuseMassMoves();
    this.obeyWords();
  }

  private goWithGroups(): void {
    const { faces, groupOf, held } = this.input;
    const compared = [...faces.keys()].filter((face) => !faces[face]!.pinned);
    const mapped = compared.map((face) => ({
      contentKey: faces[face]!.contentKey,
      clusterId: this.now[face]!,
      confirmed: faces[face]!.locked,
    }));
    const { groups, suggestions } = mapToClusters(
      mapped,
      compared.map((face) => groupOf[face]!),
      held,
    );
    for (const { clusterA, clusterB } of suggestions) this.joinable.push([clusterA, clusterB]);
    for (const group of groups) {
      const members = group.faces.map((place) => compared[place]!);
      if (group.clusterId !== null) {
        for (const face of members) this.homes[face] = group.clusterId;
        continue;
      }
      const leaving = members.filter((face) => !held.has(this.now[face] ?? ''));
      const founds = leaving.some(
        (face) => faces[face]!.mayFound && !faces[face]!.locked && !faces[face]!.imported,
      );
      const home = founds ? this.found() : null;
      for (const face of leaving) this.homes[face] = home;
    }
  }

  private found(): string {
    const id = this.input.newClusterId();
    this.founded.push(id);
    return id;
  }

  private refuseMassMoves(): void {
    const { held, words } = this.input;
    const sizes = new Map<string, number>();
    const flows = new Map<string, Map<string, number[]>>();
    for (const [face, home] of this.homes.entries()) {
      if (home !== null) sizes.set(home, (sizes.get(home) ?? 0) + 1);
      const from = this.now[face]!;
      if (from === null || home === null || from === home) continue;
      const flow = flows.get(from) ?? new Map<string, number[]>();
      flows.set(from, flow);
      const list = flow.get(home);
      if (list === undefined) flow.set(home, [face]);
      else list.push(face);
    }
    const most = (from: string, to: string): boolean =>
      from === to || (flows.get(from)?.get(to)?.length ?? 0) > (sizes.get(from) ?? 0);
    for (const [from, flow] of flows) {
      if (!held.has(from)) continue;
      for (const [to, faces] of flow) {
        if (!most(from, to)) continue;
        this.stay(faces);
        if (held.has(to)) this.joinable.push(sorted(from, to));
      }
    }
    for (const { kind, a, b } of words) {
      const [clusterA, clusterB] = [this.now[a]!, this.now[b]!];
      if (kind !== 'cannot_link' || clusterA === null || clusterB === null || clusterA === clusterB) continue;
      const places = new Set([clusterA, clusterB, ...(flows.get(clusterA)?.keys() ?? [])]);
      for (const to of places) {
        if (!most(clusterA, to) || !most(clusterB, to)) continue;
        this.opposed.push(sorted(clusterA, clusterB));
        this.stay(flows.get(clusterA)?.get(to) ?? []);
        this.stay(flows.get(clusterB)?.get(to) ?? []);
      }
    }
  }

  /** Takes moves back until no word of a human is broken that was kept before. */
  private obeyWords(): void {
    const { words, faces } = this.input;
    const units = new DisjointSets(faces.length);
    for (const { kind, a, b } of words) if (kind === 'must_link') units.join(a, b);
    const members = new Map<number, number[]>();
    for (const group of units.groups()) members.set(units.find(group[0]!), group);
    const moved = (face: number): boolean => this.homes[face] !== this.now[face];
    let again = true;
    while (again) {
      again = false;
      for (const { kind, a, b } of words) {
        if (!moved(a) && !moved(b)) continue;
        const together = this.homes[a] !== null && this.homes[a] === this.homes[b];
        const broken = kind === 'cannot_link' ? together : !together && this.now[a] === this.now[b];
        if (!broken) continue;
        for (const end of [a, b].filter(moved)) this.stay(members.get(units.find(end))!);
        again = true;
      }
    }
  }

  private stay(faces: readonly number[]): void {
    for (const face of faces) this.homes[face] = this.now[face]!;
  }
}
