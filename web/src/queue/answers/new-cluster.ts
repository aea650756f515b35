// "Who is this?": somebody new, or somebody known.
import { nameOf } from '../../components/names';
import { text } from '../../text/text';
import type { QuestionOf } from '../evidence';
import { type Answer, candidateName, type Draft, notAFace, type People } from './answer';

const { action, effect } = text.queue;

/** A name that was chosen from the list is a known person; a written one makes a new person of that name. */
export function newCluster(
  { evidence }: QuestionOf<'new_cluster'>,
  { label, marked }: Draft,
  people: People,
): Answer[] {
  const shown = evidence.face_ids.length;
  const written = label.label.trim();
  const assign = (
    id: string,
    key: string,
    name: string,
    tone: Answer['tone'],
    clusterId: string,
  ): Answer => ({
    id,
    key,
    name: action.assign(name),
    effect: effect.assign(evidence.face_count, name),
    tone,
    body: { decision: 'assign_to', cluster_id: clusterId },
  });
  const main: Answer = label.cluster
    ? assign('assign_named', 'Enter', nameOf(label.cluster), 'primary', label.cluster.id)
    : {
        id: 'confirm',
        key: 'Enter',
        name: written ? action.confirmNamed(written) : action.confirm,
        effect: effect.confirm(shown),
        tone: 'primary',
        body: { decision: 'confirm', ...(written && { label: written }) },
      };
  const nearest = evidence.nearest.map(({ cluster_id }, i) =>
    assign(`assign_${i + 1}`, String(i + 1), candidateName(people(cluster_id), i + 1), 'plain', cluster_id),
  );
  const none = marked.size > 0 ? evidence.face_ids.filter((id) => marked.has(id)) : evidence.face_ids;
  return [
    main,
    ...nearest,
    {
      id: 'ignore',
      key: 'i',
      name: action.ignore,
      effect: effect.ignore(evidence.face_count),
      tone: 'plain',
      body: { decision: 'ignore' },
    },
    notAFace(none.length, none),
  ];
}
