// "Are these two one person?" and "Is this more than one person?"
import { text } from '../../text/text';
import type { QuestionOf } from '../evidence';
import type { Answer, People } from './answer';

const { action, effect } = text.queue;

/** The side that stays, by the rule of the service: the confirmed one, then the named, then the larger. */
function stayingSide({ evidence: { clusters } }: QuestionOf<'merge_suggestion'>, people: People): 0 | 1 {
  const rank = (side: 0 | 1): number[] => {
    const cluster = people(clusters[side].cluster_id);
    return [
      Number(cluster?.state === 'confirmed'),
      Number(Boolean(cluster?.label)),
      clusters[side].face_count,
    ];
  };
  const [first, second] = [rank(0), rank(1)];
  const differs = first.findIndex((value, i) => value !== second[i]);
  return differs === -1 || first[differs]! > second[differs]! ? 0 : 1;
}

export function mergeSuggestion(question: QuestionOf<'merge_suggestion'>, people: People): Answer[] {
  const { clusters } = question.evidence;
  const staying = stayingSide(question, people);
  const going = staying === 0 ? 1 : 0;
  const [into, from] = [clusters[staying], clusters[going]];
  const name = (side: 0 | 1): string =>
    people(clusters[side].cluster_id)?.label ?? text.queue.unnamed.side[side];
  return [
    {
      id: 'merge',
      key: 'a',
      name: action.merge,
      effect: effect.merge(from.face_count, name(going), name(staying)),
      tone: 'primary',
      body: { decision: 'merge', into: into.cluster_id },
    },
    {
      id: 'not_same',
      key: 'r',
      name: action.notSame,
      effect: effect.notSame,
      tone: 'plain',
      body: { decision: 'not_same' },
    },
  ];
}

export function splitSuggestion({ evidence: { groups } }: QuestionOf<'split_suggestion'>): Answer[] {
  const moving = groups.reduce((sum, { face_count }) => sum + face_count, 0);
  return [
    {
      id: 'split',
      key: 'a',
      name: action.split(groups.length + 1),
      effect: effect.split(moving, groups.length),
      tone: 'primary',
      body: { decision: 'split' },
    },
    {
      id: 'keep',
      key: 'r',
      name: action.keep,
      effect: effect.keep,
      tone: 'plain',
      body: { decision: 'keep' },
    },
  ];
}
