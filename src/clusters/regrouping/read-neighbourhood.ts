// The part of a large tenant that a change concerns, as far as the tenant's index shows it.
//
// [Note: Neighbourhood] As a closure (read-closure.ts), with three differences, because all vectors are too many to look at. Links are
// what the index finds. For a cluster the faces ask that stand for it in consolidation, 48 at most. And a pair has to be closer to be
// followed: the larger the tenant, the more strangers are alike by chance, and all faces would hang together. The clusters that are
// reached are read whole, and their faces are grouped by exact comparison with each other.
import type { TenantScope } from '../../database/tenant-store.js';
import { type EvidenceCalibration, LINK_SPREADS } from '../../domain/cluster/qel/evidence-calibration.js';
import { representatives } from '../../domain/cluster/qel/representatives.js';
import { type PartMember, PartOfTenant } from './part-of-tenant.js';
import { ReachPart } from './reach-part.js';
import { CONSOLIDATION_FACES_MAX, contentKeyOf, type TenantCensus } from './read-census.js';

/** Faces of a neighbourhood: as many as are grouped in some ten seconds. */
export const NEIGHBOURHOOD_FACES_MAX = 10_000;
/** Nearest faces outside its cluster that a face is asked for. */
const NEAREST = 20;

/** The census, or why there is none: the seed has gone, or more faces hang together than are compared. */
export type Neighbourhood =
  | { readonly kind: 'read'; readonly part: PartOfTenant; readonly census: TenantCensus }
  | { readonly kind: 'gone' }
  | { readonly kind: 'too_large'; readonly part: PartOfTenant };

/** @param seed Id of a face or a cluster. @param facesInTenant Count. */
export async function readNeighbourhood(
  scope: TenantScope,
  evidence: EvidenceCalibration,
  seed: { readonly faceId: string } | { readonly clusterId: string },
  facesInTenant: number,
): Promise<Neighbourhood> {
  const seenThrough = await scope.read(({ operations }) => operations.newestId());
  const part = new PartOfTenant(evidence);
  const reaching = new ReachPart(scope, part, NEIGHBOURHOOD_FACES_MAX);
  const least = followedFrom(evidence, facesInTenant);
  let reached =
    'faceId' in seed ? await reaching.reach([seed.faceId], []) : await reaching.reach([], [seed.clusterId]);
  if (part.size === 0 || seenThrough === null) return { kind: 'gone' };
  // A face that only attaches asks whom it belongs to when it is new; nobody is reached through it later.
  let asking = [...askingTogether(reached, true)];
  while (asking.length > 0 && !reaching.outgrown) {
    reached = [];
    for (const group of asking) {
      const linked = await linkedTo(scope, evidence, group, least);
      reached.push(
        ...(await reaching.reach(
          linked.filter((id) => !part.has(id)),
          [],
        )),
      );
      if (reaching.outgrown) break;
    }
    asking = [...askingTogether(reached, false)];
  }
  if (reaching.outgrown) return { kind: 'too_large', part };
  return { kind: 'read', part, census: part.census(seenThrough) };
}

/** Cosine from which a link is followed: as rare among strangers as the calibration's is in the largest tenant that is read whole. */
export function followedFrom({ links }: EvidenceCalibration, facesInTenant: number): number {
  const { similarityMin: linkSpreads, ingestSimilarityMin: ingestSpreads } = LINK_SPREADS;
  const spread = (links.similarityMin - links.ingestSimilarityMin) / (linkSpreads - ingestSpreads);
  // Tails of the normal distribution fall like exp(−z²/2): as many times the faces, as many times rarer.
  const times = Math.max(1, facesInTenant / CONSOLIDATION_FACES_MAX);
  return links.similarityMin + spread * (Math.sqrt(linkSpreads ** 2 + 2 * Math.log(times)) - linkSpreads);
}

interface Asking {
  readonly clusterId: string | null;
  readonly clear: boolean;
  readonly faceIds: readonly string[];
}

/** Those of the faces that ask the index, by their clusters. */
function* askingTogether(members: readonly PartMember[], doubted: boolean): Generator<Asking> {
  const clusters = new Map<string, PartMember[]>();
  for (const member of members.filter(({ clear }) => clear)) {
    const { id, clusterId } = member.face;
    const key = clusterId ?? id;
    const list = clusters.get(key);
    if (list === undefined) clusters.set(key, [member]);
    else list.push(member);
  }
  for (const list of clusters.values()) {
    const keyed = list.map((member) => ({ ...member, key: contentKeyOf(member.face) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const standing = representatives([...keyed.keys()], (place) => keyed[place]!.face.quality);
    yield {
      clusterId: list[0]!.face.clusterId,
      clear: true,
      faceIds: standing.map((place) => keyed[place]!.face.id),
    };
  }
  if (!doubted) return;
  for (const { clear, face } of members)
    if (!clear) yield { clusterId: face.clusterId, clear: false, faceIds: [face.id] };
}

async function linkedTo(
  scope: TenantScope,
  { space, links }: EvidenceCalibration,
  { clusterId, clear, faceIds }: Asking,
  least: number,
): Promise<string[]> {
  const found = await scope.read((repositories) =>
    repositories.links.nearest(faceIds, space, {
      similarityMin: clear ? least : links.ingestSimilarityMin,
      limit: NEAREST,
      outsideCluster: clusterId,
    }),
  );
  return found.map(({ faceId }) => faceId);
}
