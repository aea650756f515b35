// Questions that one photo, or two that look the same, raise.
import { nameOf } from '../../components/names';
import { text } from '../../text/text';
import type { QuestionOf } from '../evidence';
import { type Answer, notAFace, type People } from './answer';

const { action, effect } = text.queue;

export const suspectFace = (): Answer[] => [
  {
    id: 'is_face',
    key: 'a',
    name: action.isFace,
    effect: effect.isFace,
    tone: 'primary',
    body: { decision: 'is_face' },
  },
  notAFace(1),
];

export function sameImageConflict({ evidence }: QuestionOf<'same_image_conflict'>, people: People): Answer[] {
  const name = nameOf(people(evidence.cluster_id));
  return [
    ...evidence.faces.map(({ face_id }, i): Answer => ({
      id: `keep_${i + 1}`,
      key: String(i + 1),
      name: action.keepOne(i + 1),
      effect: effect.keepOne(name),
      tone: 'plain',
      body: { decision: 'keep_one', face_id },
    })),
    {
      id: 'both',
      key: 'b',
      name: action.both,
      effect: effect.both(name),
      tone: 'plain',
      body: { decision: 'both' },
    },
    {
      id: 'neither',
      key: 'r',
      name: action.neither,
      effect: effect.neither(name),
      tone: 'plain',
      body: { decision: 'neither' },
    },
  ];
}

export function duplicateImage({
  evidence: { image_ids, matching_faces },
}: QuestionOf<'duplicate_image'>): Answer[] {
  return [
    ...image_ids.map((keep, i): Answer => ({
      id: `same_${i + 1}`,
      key: String(i + 1),
      name: action.same(i + 1),
      effect: effect.same(matching_faces.length),
      tone: 'plain',
      body: { decision: 'same', keep },
    })),
    {
      id: 'different',
      key: 'r',
      name: action.different,
      effect: effect.different,
      tone: 'plain',
      body: { decision: 'different' },
    },
  ];
}
