// "Is this face one of these people?"
import { nameOf } from '../../components/names';
import { text } from '../../text/text';
import type { QuestionOf } from '../evidence';
import { type Answer, candidateName, type Draft, notAFace, type People } from './answer';

const { action, effect } = text.queue;

export function uncertainAssignment(
  { evidence }: QuestionOf<'uncertain_assignment'>,
  draft: Draft,
  people: People,
): Answer[] {
  const { candidates } = evidence;
  const n = draft.chosen < candidates.length ? draft.chosen : 0;
  const chosen = candidates[n]!;
  const known = draft.label.cluster;
  const target = known
    ? { id: known.id, name: nameOf(known) }
    : { id: chosen.cluster_id, name: candidateName(people(chosen.cluster_id), n + 1) };
  const written = known ? '' : draft.label.label.trim();
  return [
    {
      id: 'accept',
      key: 'a',
      name: action.accept(target.name),
      effect: effect.accept(target.name),
      tone: written ? 'plain' : 'primary',
      body: { decision: 'accept', cluster_id: target.id },
    },
    {
      id: 'reject',
      key: 'r',
      name: candidates.length === 1 ? action.rejectOne : action.reject,
      effect: effect.reject(candidates.length),
      tone: 'plain',
      body: { decision: 'reject' },
    },
    {
      id: 'new_cluster',
      key: 'n',
      name: written ? action.newNamed(written) : action.newPerson,
      effect: effect.newPerson,
      tone: written ? 'primary' : 'plain',
      body: { decision: 'new_cluster', ...(written && { label: written }) },
    },
    notAFace(1),
  ];
}
