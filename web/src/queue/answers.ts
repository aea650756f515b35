// The answers to a question: what each is called, its key, what it does, and what is sent. Data: the screens only show it.
import type { Cluster, Schemas } from '../api/client';
import type { LabelChoice } from '../components/LabelField';
import { text } from '../text/text';
import type { Question, QuestionOf } from './evidence';

export type DecisionBody = Schemas['DecisionBody'];

export interface Answer {
  readonly id: string;
  /** A single letter, or `Enter` for the obvious one. */
  readonly key: string;
  readonly name: string;
  readonly effect: string;
  readonly tone: 'primary' | 'plain' | 'danger';
  readonly body: DecisionBody;
}

/** What the reviewer has chosen so far on the screen. */
export interface Draft {
  /** Position among the candidates. */
  readonly chosen: number;
  readonly label: LabelChoice;
  /** Faces that are marked as none. */
  readonly marked: ReadonlySet<string>;
}

export const EMPTY_DRAFT: Draft = { chosen: 0, label: { label: '', cluster: null }, marked: new Set() };

/** People by id; undefined while they load. */
export type People = (clusterId: string | null) => Cluster | undefined;

const { action, effect } = text.queue;
const { unnamed } = text.clusters;

export const nameOf = (cluster: Cluster | undefined): string => cluster?.label ?? unnamed;

const dismiss: Answer = {
  id: 'dismiss',
  key: 'd',
  name: action.dismiss,
  effect: effect.dismiss,
  tone: 'plain',
  body: { decision: 'dismiss' },
};

export function answersTo(question: Question, draft: Draft, people: People): readonly Answer[] {
  switch (question.kind) {
    case 'new_cluster':
      return [...newCluster(question, draft, people), dismiss];
    case 'uncertain_assignment':
      return [...uncertainAssignment(question, draft, people), dismiss];
    case 'merge_suggestion':
      return [...mergeSuggestion(question, people), dismiss];
    case 'split_suggestion':
      return [...splitSuggestion(question), dismiss];
    case 'same_image_conflict':
      return [...sameImageConflict(question, people), dismiss];
    case 'suspect_face':
      return [
        {
          id: 'is_face',
          key: 'a',
          name: action.isFace,
          effect: effect.isFace,
          tone: 'primary',
          body: { decision: 'is_face' },
        },
        notAFace(1),
        dismiss,
      ];
    case 'duplicate_image':
      return [...duplicateImage(question), dismiss];
    case 'constraint_conflict':
      return [...constraintConflict(question, people), dismiss];
  }
}

const notAFace = (count: number, faceIds?: readonly string[]): Answer => ({
  id: 'not_a_face',
  key: 'x',
  name: action.notFaces(count),
  effect: effect.notAFace(count),
  tone: 'danger',
  body: { decision: 'not_a_face', ...(faceIds && { face_ids: [...faceIds] }) },
});

/** A name that was chosen from the list is a known person; a written one makes a new person of that name. */
function newCluster(
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
    assign(`assign_${i + 1}`, String(i + 1), nameOf(people(cluster_id)), 'plain', cluster_id),
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

function uncertainAssignment(
  { evidence }: QuestionOf<'uncertain_assignment'>,
  draft: Draft,
  people: People,
): Answer[] {
  const { candidates } = evidence;
  const chosen = candidates[draft.chosen] ?? candidates[0]!;
  const known = draft.label.cluster;
  const target = known
    ? { id: known.id, name: nameOf(known) }
    : { id: chosen.cluster_id, name: nameOf(people(chosen.cluster_id)) };
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

/** The side that stays, by the rule of the service: the confirmed one, then the named, then the larger. */
export function stayingSide(
  { evidence: { clusters } }: QuestionOf<'merge_suggestion'>,
  people: People,
): 0 | 1 {
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

function mergeSuggestion(question: QuestionOf<'merge_suggestion'>, people: People): Answer[] {
  const { clusters } = question.evidence;
  const staying = stayingSide(question, people);
  const [into, from] = [clusters[staying], clusters[staying === 0 ? 1 : 0]];
  return [
    {
      id: 'merge',
      key: 'a',
      name: action.merge,
      effect: effect.merge(from.face_count, nameOf(people(from.cluster_id)), nameOf(people(into.cluster_id))),
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

function splitSuggestion({ evidence: { groups } }: QuestionOf<'split_suggestion'>): Answer[] {
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

function sameImageConflict({ evidence }: QuestionOf<'same_image_conflict'>, people: People): Answer[] {
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

function duplicateImage({
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

function constraintConflict(
  { evidence: { proposal } }: QuestionOf<'constraint_conflict'>,
  people: People,
): Answer[] {
  const source = people(proposal.source_cluster_id);
  const to =
    proposal.target_cluster_id === null
      ? text.queue.parts.newPerson(proposal.label ?? unnamed)
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
