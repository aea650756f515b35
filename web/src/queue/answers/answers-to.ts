// The answers that each kind of question takes, in the order of the screen.
import type { Question } from '../evidence';
import { type Answer, dismiss, type Draft, type People } from './answer';
import { constraintConflict } from './constraint-conflict';
import { newCluster } from './new-cluster';
import { duplicateImage, sameImageConflict, suspectFace } from './photos';
import { mergeSuggestion, splitSuggestion } from './regrouping';
import { uncertainAssignment } from './uncertain-assignment';

export const answersTo = (question: Question, draft: Draft, people: People): readonly Answer[] => [
  ...ofKind(question, draft, people),
  dismiss,
];

function ofKind(question: Question, draft: Draft, people: People): Answer[] {
  switch (question.kind) {
    case 'new_cluster':
      return newCluster(question, draft, people);
    case 'uncertain_assignment':
      return uncertainAssignment(question, draft, people);
    case 'merge_suggestion':
      return mergeSuggestion(question, people);
    case 'split_suggestion':
      return splitSuggestion(question);
    case 'same_image_conflict':
      return sameImageConflict(question, people);
    case 'suspect_face':
      return suspectFace();
    case 'duplicate_image':
      return duplicateImage(question);
    case 'constraint_conflict':
      return constraintConflict(question, people);
  }
}
