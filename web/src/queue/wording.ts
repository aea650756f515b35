// The question in words, and why it is asked.
import { nameOf } from '../components/names';
import { text } from '../text/text';
import type { People } from './answers/answer';
import type { Question } from './evidence';

const { question: titles, why, reasons } = text.queue;

export function titleOf(question: Question, people: People): string {
  if (question.kind !== 'same_image_conflict') return titles[question.kind];
  return titles.same_image_conflict(nameOf(people(question.evidence.cluster_id)));
}

export function whyOf(question: Question): string {
  switch (question.kind) {
    case 'new_cluster':
      return why.new_cluster(question.evidence.face_count);
    case 'uncertain_assignment':
      return question.evidence.rule === 'margin' ? why.margin : why.ask_band;
    case 'merge_suggestion':
      return why.merge_suggestion(question.evidence.shared_image_count);
    case 'split_suggestion':
      return why.split_suggestion(question.evidence.face_count);
    case 'same_image_conflict':
      return why.same_image_conflict;
    case 'suspect_face':
      return why.suspect_face(question.evidence.reasons.map((code) => reasons[code] ?? code).join(', '));
    case 'duplicate_image':
      return why.duplicate_image(question.evidence.distance);
    case 'constraint_conflict': {
      const { by, do: what, face_ids } = question.evidence.proposal;
      return why.constraint_conflict(by, what, face_ids.length);
    }
  }
}
