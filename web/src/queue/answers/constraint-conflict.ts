// "Who is right?": a proposal against what a human decided.
import { nameOf } from '../../components/names';
import { text } from '../../text/text';
import type { QuestionOf } from '../evidence';
import type { Answer, People } from './answer';

const { action, effect } = text.queue;

export function constraintConflict(
  { evidence: { proposal } }: QuestionOf<'constraint_conflict'>,
  people: People,
): Answer[] {
  const source = people(proposal.source_cluster_id);
  const to =
    proposal.target_cluster_id === null
      ? text.queue.parts.newPerson(proposal.label ?? text.clusters.unnamed)
      : nameOf(people(proposal.target_cluster_id));
  return [
    {
      id: 'keep_human',
      key: 'r',
      name: action.keepHuman,
      effect: effect.keepHuman,
      tone: 'plain',
      body: { decision: 'keep_human' },
    },
    {
      id: 'take_proposal',
      key: 'a',
      name: action.takeProposal,
      effect:
        proposal.do === 'move'
          ? effect.takeMove(proposal.face_ids.length, to)
          : effect.takeMerge(source?.face_count ?? 0),
      tone: 'plain',
      body: { decision: 'take_proposal' },
    },
  ];
}
