// One screen for each kind of question.
import { memo } from 'react';
import type { Draft } from '../answers/answer';
import type { Question } from '../evidence';
import { NewCluster } from './NewCluster';
import {
  ConstraintConflict,
  DuplicateImage,
  MergeSuggestion,
  SameImageConflict,
  SplitSuggestion,
  SuspectFace,
} from './pairs';
import { UncertainAssignment } from './UncertainAssignment';

export const Evidence = memo(function Evidence({
  question,
  draft,
  onDraft,
}: {
  readonly question: Question;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}) {
  switch (question.kind) {
    case 'new_cluster':
      return <NewCluster question={question} draft={draft} onDraft={onDraft} />;
    case 'uncertain_assignment':
      return <UncertainAssignment question={question} draft={draft} onDraft={onDraft} />;
    case 'merge_suggestion':
      return <MergeSuggestion question={question} />;
    case 'split_suggestion':
      return <SplitSuggestion question={question} />;
    case 'same_image_conflict':
      return <SameImageConflict question={question} />;
    case 'suspect_face':
      return <SuspectFace question={question} />;
    case 'duplicate_image':
      return <DuplicateImage question={question} />;
    case 'constraint_conflict':
      return <ConstraintConflict question={question} />;
  }
});
