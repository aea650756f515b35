// "Is it one of these?": a face in its photo, and the people that it may be.
import { Radio, RadioGroup } from 'react-aria-components';
import { text } from '../../text/text';
import type { Draft } from '../answers/answer';
import type { QuestionOf } from '../evidence';
import { PersonCard } from '../PersonCard';
import { FaceAndPhoto } from './parts';

export function UncertainAssignment({
  question: { evidence },
  draft,
  onDraft,
}: {
  readonly question: QuestionOf<'uncertain_assignment'>;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}) {
  const { face_id: faceId, candidates } = evidence;
  return (
    <>
      <FaceAndPhoto faceId={faceId} />
      <section className="part part-wide">
        <h2 id="candidates">{text.queue.candidates}</h2>
        <RadioGroup
          aria-labelledby="candidates"
          className="person-cards"
          value={String(draft.chosen)}
          onChange={(value) => onDraft({ ...draft, chosen: Number(value) })}
        >
          {candidates.map(({ cluster_id, probability, similarity, face_count, face_ids }, i) => (
            <Radio key={cluster_id} value={String(i)} className="person-choice">
              <PersonCard
                clusterId={cluster_id}
                number={i + 1}
                faceIds={face_ids}
                faceCount={face_count}
                probability={probability}
                similarity={similarity}
              />
            </Radio>
          ))}
        </RadioGroup>
      </section>
    </>
  );
}
