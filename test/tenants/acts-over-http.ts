// What a tenant does next, as a request: of humans, of machines that send photos, of those who erase, and of those who try the
// ids of others.
import type { SeededRandom } from '../../src/domain/evaluation/seeded-random.js';
import { drawHumanAct, HUMAN_ACTS, type HumanAct, type HumanActName, pick } from '../clusters/human-acts.js';
import type { Snapshot } from '../clusters/snapshot.js';
import { type Answer, type Api, pictureForm } from '../harness/api.js';
import type { StoredExtractions, Upload } from './stored-extractions.js';

/** How often of a hundred or so. */
const WEIGHTS = {
  send: 26,
  send_named: 6,
  send_again: 3,
  decide: 18,
  rename: 5,
  merge: 6,
  split: 6,
  move: 6,
  create: 3,
  dissolve: 3,
  dismiss: 3,
  undo: 9,
  erase_face: 3,
  erase_image: 4,
  erase_person: 2,
  trespass: 6,
  consolidate: 1,
  mint_key: 1,
  erase_tenant: 1,
} as const;
export type ActName = keyof typeof WEIGHTS;

const DEALT = Object.entries(WEIGHTS).flatMap(([act, weight]) => Array<ActName>(weight).fill(act as ActName));

export const drawActName = (random: SeededRandom): ActName => pick(random, DEALT)!;

/** One tenant as its own key sees it. */
export interface Actor {
  readonly id: string;
  readonly api: Api;
  readonly now: Snapshot;
  readonly random: SeededRandom;
}

const RETURN_REPRESENTATION = { prefer: 'return=representation' };

/** @returns null when the tenant has nothing that the act could be about. */
export async function act(
  name: Exclude<ActName, 'trespass' | 'consolidate' | 'erase_tenant'>,
  { id, api, now, random }: Actor,
  photos: StoredExtractions,
): Promise<Answer | null> {
  const at = `/v1/tenants/${id}`;
  const face = pick(random, now.faces);
  switch (name) {
    case 'send':
    case 'send_named': {
      const bytes = photos.bytesOf(drawUpload(random, photos.count));
      const fields: Record<string, string> = name === 'send_named' ? { label: `L${random.below(3)}` } : {};
      return api.post(`${at}/images`, await pictureForm(bytes, 'image', fields));
    }
    case 'send_again': {
      // The same bytes whenever this is drawn: the first time a new image, later the one that is there.
      const bytes = photos.bytesOf({ photo: 0, stray: 0, seed: 1, alike: true });
      return api.post(`${at}/images`, await pictureForm(bytes));
    }
    case 'mint_key':
      return api.post(`${at}/api-keys`, { name: 'another', scopes: ['read'] });
    case 'erase_face':
      return face === undefined
        ? null
        : api.call('DELETE', `${at}/faces/${face.id}`, undefined, RETURN_REPRESENTATION);
    case 'erase_image':
      return face === undefined
        ? null
        : api.call('DELETE', `${at}/images/${face.image_id}`, undefined, RETURN_REPRESENTATION);
    default:
      return sendHumanAct(api, at, drawHumanAct(name, now, random));
  }
}

/** A human's act in one's own path, about what is another's. */
export function trespass(own: Actor, other: Actor): Promise<Answer | null> {
  const name: HumanActName = pick(own.random, HUMAN_ACTS)!;
  const act = drawHumanAct(name, other.now, own.random);
  // A new, empty person names nothing of the other: it would rightly be made.
  if (act?.act === 'create' && act.faceIds.length === 0) return Promise.resolve(null);
  return sendHumanAct(own.api, `/v1/tenants/${own.id}`, act);
}

const drawUpload = (random: SeededRandom, photos: number): Upload => ({
  photo: random.below(photos),
  stray: pick(random, [0, 0.15, 0.3, 0.7])!,
  seed: 1 + random.below(1_000_000_000),
  alike: random.below(6) === 0,
});

async function sendHumanAct(api: Api, at: string, act: HumanAct | null): Promise<Answer | null> {
  switch (act?.act) {
    case undefined:
      return null;
    case 'decide':
      return api.post(`${at}/review-pending/${act.itemId}/decision`, act.answer);
    case 'rename': {
      const { coverFaceId, ...patch } = act.patch;
      const body = coverFaceId === undefined ? patch : { ...patch, cover_face_id: coverFaceId };
      return api.call('PATCH', `${at}/clusters/${act.clusterId}`, body);
    }
    case 'merge':
      return api.post(`${at}/clusters/${act.targetId}/merge`, {
        source_cluster_id: act.sourceId,
        keep_label: true,
        override: act.override,
      });
    case 'split':
      return api.post(`${at}/clusters/${act.clusterId}/split`, {
        groups: [act.faceIds],
        override: act.override,
      });
    case 'move':
      return api.call('PATCH', `${at}/faces/${act.faceId}`, {
        cluster_id: act.clusterId,
        override: act.override,
      });
    case 'create':
      return api.post(`${at}/clusters`, {
        label: act.label,
        face_ids: act.faceIds,
        override: act.override,
      });
    case 'dissolve':
      return api.call('DELETE', `${at}/clusters/${act.clusterId}`);
    case 'erase_person':
      return api.call(
        'DELETE',
        `${at}/clusters/${act.clusterId}?faces=erase`,
        undefined,
        RETURN_REPRESENTATION,
      );
    case 'dismiss':
      return api.call('PATCH', `${at}/faces/${act.faceId}`, { state: 'dismissed' });
    case 'undo':
      return api.post(`${at}/operations/${act.operationId}/undo`);
  }
}
