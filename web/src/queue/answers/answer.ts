// What an answer is: what it is called, its key, what it does, and what is sent. Data: the screens only show it.
import type { Cluster, Schemas } from '../../api/client';
import type { LabelChoice } from '../../components/LabelField';
import { text } from '../../text/text';

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

/** @param n Which candidate it is, from 1: several may have no name. */
export const candidateName = (cluster: Cluster | undefined, n: number): string =>
  cluster?.label ?? text.queue.unnamed.candidate(n);

/** Every kind of question takes it. */
export const dismiss: Answer = {
  id: 'dismiss',
  key: 'd',
  name: action.dismiss,
  effect: effect.dismiss,
  tone: 'plain',
  body: { decision: 'dismiss' },
};

/** @param faceIds Default: the face that the question is about. */
export const notAFace = (count: number, faceIds?: readonly string[]): Answer => ({
  id: 'not_a_face',
  key: 'x',
  name: action.notFaces(count),
  effect: effect.notAFace(count),
  tone: 'danger',
  body: { decision: 'not_a_face', ...(faceIds && { face_ids: [...faceIds] }) },
});
