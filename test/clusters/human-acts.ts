// What a human may do next to a tenant, drawn at random: an act is data, so that services and HTTP can both carry it out.
import type { SeededRandom } from '../../src/domain/evaluation/seeded-random.js';
import type { Gallery } from './gallery.js';
import type { ClusterRow, Snapshot } from './snapshot.js';

export const HUMAN_ACTS = [
  'decide',
  'rename',
  'merge',
  'split',
  'move',
  'create',
  'dissolve',
  'dismiss',
  'erase_person',
  'undo',
] as const;
export type HumanActName = (typeof HUMAN_ACTS)[number];

export type HumanAct =
  | { readonly act: 'decide'; readonly itemId: string; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly act: 'rename'; readonly clusterId: string; readonly patch: ClusterPatch }
  | {
      readonly act: 'merge';
      readonly sourceId: string;
      readonly targetId: string;
      readonly override: boolean;
    }
  | {
      readonly act: 'split';
      readonly clusterId: string;
      readonly faceIds: readonly string[];
      readonly override: boolean;
    }
  | {
      readonly act: 'move';
      readonly faceId: string;
      readonly clusterId: string | null;
      readonly override: boolean;
    }
  | {
      readonly act: 'create';
      readonly label: string;
      readonly faceIds: readonly string[];
      readonly override: boolean;
    }
  | { readonly act: 'dissolve' | 'erase_person'; readonly clusterId: string }
  | { readonly act: 'dismiss'; readonly faceId: string }
  | { readonly act: 'undo'; readonly operationId: string };

interface ClusterPatch {
  readonly label?: string;
  readonly coverFaceId?: string | null;
  readonly state?: 'ignored' | 'pending';
}

export const pick = <T>({ below }: SeededRandom, list: readonly T[]): T | undefined =>
  list.length === 0 ? undefined : list[below(list.length)];

export const standing = ({ clusters }: Snapshot): ClusterRow[] =>
  clusters.filter(({ state }) => state !== 'merged');

/** @returns null when the tenant has nothing that the act could be about. */
export function drawHumanAct(act: HumanActName, now: Snapshot, random: SeededRandom): HumanAct | null {
  const override = random.below(2) === 0;
  const [cluster, second] = [pick(random, standing(now)), pick(random, standing(now))];
  const face = pick(random, now.faces);
  const [item, operation] = [pick(random, now.items), pick(random, now.operations)];
  const members = now.faces.filter((one) => one.cluster_id === cluster?.id).map((one) => one.id);
  if (act === 'undo') return operation === undefined ? null : { act, operationId: operation.id };
  if (cluster === undefined || second === undefined || face === undefined) return null;
  switch (act) {
    case 'decide': {
      if (item === undefined) return null;
      const answers = [...(answersTo(second.id, item.face_id, override, random)[item.kind] ?? []), DISMISS];
      return { act, itemId: item.id, answer: pick(random, answers)! };
    }
    case 'rename':
      return { act, clusterId: cluster.id, patch: patchFor(members, override, random) };
    case 'merge':
      return { act, sourceId: cluster.id, targetId: second.id, override };
    case 'split':
      return { act, clusterId: cluster.id, faceIds: members.slice(0, 1), override };
    case 'move':
      return { act, faceId: face.id, clusterId: random.below(5) === 0 ? null : second.id, override };
    case 'create':
      return { act, label: 'new', faceIds: override ? [face.id] : [], override };
    case 'dismiss':
      return { act, faceId: face.id };
    default:
      return { act, clusterId: cluster.id };
  }
}

const DISMISS = { decision: 'dismiss' };

const patchFor = (members: readonly string[], naming: boolean, random: SeededRandom): ClusterPatch =>
  naming
    ? { label: `R${random.below(3)}`, ...(random.below(2) === 0 ? { coverFaceId: members[0] ?? null } : {}) }
    : { state: random.below(2) === 0 ? 'ignored' : 'pending' };

const answersTo = (
  clusterId: string,
  faceId: string | null,
  override: boolean,
  random: SeededRandom,
): Record<string, Record<string, unknown>[]> => ({
  new_cluster: [
    { decision: 'confirm', label: `P${random.below(3)}` },
    { decision: 'ignore' },
    { decision: 'assign_to', cluster_id: clusterId, override, keep_label: true },
  ],
  uncertain_assignment: ['accept', 'reject', 'new_cluster'].map((decision) => ({ decision, override })),
  merge_suggestion: [
    { decision: 'not_same', override },
    { decision: 'merge', keep_label: true, override },
  ],
  split_suggestion: [{ decision: 'keep' }, { decision: 'split', override }],
  same_image_conflict: [
    { decision: 'keep_one', face_id: faceId, override },
    { decision: 'both', override },
    { decision: 'neither', override },
  ],
  constraint_conflict: [{ decision: 'keep_human' }, { decision: 'take_proposal' }],
});

/** Carries the act out with the services. Refusals are thrown as they come. */
export async function performByServices(gallery: Gallery, act: HumanAct): Promise<void> {
  const { tenantId, clusters } = gallery;
  switch (act.act) {
    case 'decide':
      await gallery.decide(await gallery.item(act.itemId), act.answer);
      return;
    case 'rename':
      await clusters.update(tenantId, act.clusterId, act.patch, 'h');
      return;
    case 'merge':
      await clusters.merge(tenantId, { ...act, keepLabel: true }, 'h');
      return;
    case 'split':
      await clusters.split(
        tenantId,
        act.clusterId,
        { groups: [[...act.faceIds]], override: act.override },
        'h',
      );
      return;
    case 'move':
      await clusters.moveFace(tenantId, act.faceId, act, 'h');
      return;
    case 'create':
      await clusters.create(tenantId, { ...act, faceIds: [...act.faceIds] }, 'h');
      return;
    case 'dissolve':
      await clusters.dissolve(tenantId, act.clusterId, 'h');
      return;
    case 'dismiss':
      await clusters.dismissFace(tenantId, act.faceId, 'h');
      return;
    case 'erase_person':
      await gallery.erasure.deleteCluster(tenantId, act.clusterId, 'h');
      return;
    case 'undo':
      await gallery.undo(act.operationId);
  }
}
