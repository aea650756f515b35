// Why a face is where it is, in one or two sentences for a reviewer.
import type { QualityReason } from '../face/quality.js';
import type { RecordedCandidate, RecordedDecision } from './operation-details.js';
import type { WordedOperation } from './operation-words.js';
import { originOf } from './operation-origin.js';
import { facesOf, type FaceDelta } from './recorded-changes.js';
import { KIND_WORDS, listed, type NameOf, percent, sentence } from './wording.js';

export interface ExplainedFace {
  readonly id: string;
  readonly clusterId: string | null;
  readonly state: 'active' | 'unclustered' | 'dismissed';
  readonly locked: boolean;
  readonly reasons: readonly string[];
}

export interface ExplanationFacts {
  readonly face: ExplainedFace;
  /** How the machine decided when the photo came; null when that was recorded in another way. */
  readonly decision: RecordedDecision | null;
  /** Operations in effect that are about the face, oldest first. */
  readonly operations: readonly WordedOperation[];
  /** Whether a question about the face is open. */
  readonly asked: boolean;
  readonly nameOf: NameOf;
}

const REASON_WORDS: Readonly<Record<QualityReason, string>> = {
  face_small: 'it is too small',
  face_blurred: 'it is blurred',
  face_turned: 'it is turned away',
  face_truncated: 'it is cut off',
  detection_weak: 'it may be no face at all',
  alignment_poor: 'its features could not be lined up',
  embedding_weak: 'the recogniser is unsure that it is a face',
};

/**
 * An undo that put the face back says nothing of why it is there: what stood before does. One that took back the machine's own
 * doing, or could not put the face back, does.
 */
function explains({ kind, details }: WordedOperation, faceId: string): boolean {
  if (kind !== 'undo' || details.undoes === null) return true;
  return originOf(details.undoes.kind) === 'automatic' || details.placeless.includes(faceId);
}

export function explainFace(facts: ExplanationFacts): string {
  const { face } = facts;
  if (face.state === 'dismissed')
    return 'A human said that this is no face; it belongs to nobody and its embedding is erased.';
  const why = placedBy(facts);
  return face.locked ? `${why} The machine does not move it.` : why;
}

/** The last operation that says where the face is, or the machine's first decision. */
function placedBy(facts: ExplanationFacts): string {
  const { face, operations, nameOf } = facts;
  const here = face.clusterId === null ? 'nobody' : nameOf(face.clusterId);
  for (const operation of [...operations].reverse()) {
    if (!explains(operation, face.id)) continue;
    const delta = operation.changes?.faces_changed.find(({ ids }) => ids.includes(face.id));
    if (delta !== undefined) return sentence(changedBy(operation, delta, here, facts));
    const brought = operation.changes !== null && facesOf(operation.changes).includes(face.id);
    if (operation.kind === 'import' && brought)
      return sentence(
        face.clusterId === null
          ? 'it came with an import, in which it belonged to nobody'
          : `it came with an import, in which it was already with ${here}`,
      );
    if (operation.kind === 'assign' && brought) break;
  }
  return facts.decision === null
    ? sentence(face.clusterId === null ? 'it belongs to nobody' : `it is with ${here}`)
    : decidedBy(facts.decision, facts, here);
}

function changedBy(
  { kind, changes, details }: WordedOperation,
  delta: FaceDelta,
  here: string,
  { face, nameOf }: ExplanationFacts,
): string {
  const moved = delta.before.cluster_id !== undefined;
  const from = delta.before.cluster_id ? nameOf(delta.before.cluster_id) : 'nobody';
  const nobody = face.clusterId === null;
  switch (kind) {
    case 'assign':
      return `the machine joined ${from}, where it was, to ${here}, because a later photo clearly showed both to be one person`;
    case 'consolidate':
      return nobody
        ? `the machine looked at all faces again and took it out of ${from}, which it does not clearly belong to`
        : `the machine looked at all faces again and moved it from ${from} to ${here}, where it fits best`;
    case 'change_model':
      return nobody
        ? `other models looked at all faces and took it out of ${from}, which it does not clearly belong to`
        : `other models looked at all faces and moved it from ${from} to ${here}, where it fits best`;
    case 'import_label':
      return `the name ${here} came with its photo`;
    case 'import':
      return nobody
        ? 'an import brought the word of a human that it belongs to nobody here'
        : `an import brought the word that it belongs to ${here}`;
    case 'cluster_create':
      return `a human put it into ${here} when making it`;
    case 'cluster_merge':
      return `it was in ${from}, which a human merged into ${here}`;
    case 'cluster_split':
      return moved
        ? `a human split ${from} and put it into ${here}`
        : `a human split its cluster and left it in ${here}`;
    case 'cluster_delete':
      return 'a human took its cluster apart; it belongs to nobody';
    case 'face_move':
      if (nobody) return `a human took it out of ${from}; it belongs to nobody`;
      return moved
        ? `a human moved it from ${from} to ${here}`
        : `a human confirmed that it belongs to ${here}`;
    case 'review_decision':
      return answeredBy(details.answer?.decision, here, {
        moved,
        nobody,
        locked: face.locked,
        confirmed: changes !== null && delta.after.locked === true,
      });
    case 'undo': {
      const what = details.undoes ? KIND_WORDS[details.undoes.kind] : 'a change';
      return nobody
        ? `a human took back ${what}; since then it belongs to nobody`
        : `a human took back ${what}; since then it is with ${here}${moved ? ' again' : ''}`;
    }
    case 'cluster_update':
    case 'face_dismiss':
    case 'face_delete':
    case 'image_delete':
      return nobody ? 'it belongs to nobody' : `it is with ${here}`;
  }
}

function answeredBy(
  answer: string | undefined,
  here: string,
  how: {
    readonly moved: boolean;
    readonly nobody: boolean;
    readonly locked: boolean;
    readonly confirmed: boolean;
  },
): string {
  switch (answer) {
    case 'accept':
      return how.confirmed
        ? `a human answered that it is ${here}`
        : `it was in one cluster with a face of which a human answered that it is ${here}`;
    case 'reject':
      return how.nobody
        ? 'a human answered that it is none of the candidates; it belongs to nobody'
        : `a human answered that it is none of the better candidates; the next one, ${here}, was clear enough`;
    case 'new_cluster':
      return `a human answered that it is somebody else, and made ${here} of it`;
    case 'assign_to':
      return `a human answered that its cluster is ${here}`;
    case 'confirm':
      return `a human saw it and confirmed that it belongs to ${here}`;
    default:
      return how.nobody ? 'a human’s answer left it with nobody' : `a human’s answer put it with ${here}`;
  }
}

/** What evidence saw of a candidate; nothing where linkage rated. */
function figuresOf(candidate: RecordedCandidate | undefined): string {
  if (candidate?.corrected_cosine === undefined) return '';
  const { face_count: count, corrected_cosine: c, similarity, top_mean } = candidate;
  const faces = count === 1 ? 'its one face' : `its ${count} faces`;
  return ` (similarity to ${faces}, with quality taken into account: ${c.toFixed(2)}, where one person has about 1 and another about 0; to the nearest ${similarity.toFixed(2)}, to the nearest few ${top_mean.toFixed(2)})`;
}

function decidedBy(
  decision: RecordedDecision,
  { face, asked, nameOf }: ExplanationFacts,
  here: string,
): string {
  const [best, second] = decision.candidates;
  const [accept, ask] = [percent(decision.accept), percent(decision.ask)];
  const waits = asked
    ? 'Until a human answers it has a provisional cluster of its own.'
    : 'Nobody has said who it is; it stays in its provisional cluster.';
  switch (decision.rule) {
    case 'over_accept':
      return `The machine put it with ${here}: it is ${percent(best?.probability ?? 1)} likely to be the same person, and ${accept} are enough${figuresOf(best)}.`;
    case 'bridge':
      return `The machine put it with ${here}: it clearly fits several clusters (${percent(best?.probability ?? 1)} for the best, ${accept} are enough), which showed these to be one person, so they were joined.`;
    case 'ask_band':
      return `The machine is not sure: ${nameOf(best!.cluster_id)} comes closest with ${percent(best!.probability)}, which is less than the ${accept} that are enough and not under the ${ask} that rule a person out${figuresOf(best)}. ${waits}`;
    case 'margin':
      return second === undefined
        ? `The machine is not sure: the candidates are too close to each other. ${waits}`
        : `The machine is not sure: ${nameOf(best!.cluster_id)} (${percent(best!.probability)}) and ${nameOf(second.cluster_id)} (${percent(second.probability)}) are too close to each other. ${waits}`;
    case 'below_ask':
      return `The machine founded a new cluster with it: the closest, ${nameOf(best!.cluster_id)}, is ${percent(best!.probability)} likely to be the same person, which is under the ${ask} from which it asks${figuresOf(best)}.`;
    case 'no_candidate':
      return decision.excluded.length > 0
        ? 'The machine founded a new cluster with it: whoever it resembles is ruled out by a human’s word or is in the same photo.'
        : 'The machine founded a new cluster with it, because it resembles nobody.';
    case 'quality_gate': {
      const reasons = face.reasons.map((reason) => REASON_WORDS[reason as QualityReason] ?? reason);
      return `It belongs to nobody, because ${listed(reasons)}: the machine does not group such faces by itself.`;
    }
  }
}
