// "Who is this?": the faces of somebody new, and who comes closest.
import { ToggleButton } from 'react-aria-components';
import { FaceCrop } from '../../images/FaceCrop';
import { text } from '../../text/text';
import type { Draft } from '../answers/answer';
import type { QuestionOf } from '../evidence';
import { PersonCard } from '../PersonCard';
import { FaceAndPhoto, Part } from './parts';

export function NewCluster({
  question: { evidence },
  draft,
  onDraft,
}: {
  readonly question: QuestionOf<'new_cluster'>;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}) {
  const { face_ids: faceIds, face_count: faceCount, nearest } = evidence;
  const toggle = (id: string, on: boolean): void => {
    const marked = new Set(draft.marked);
    if (on) marked.add(id);
    else marked.delete(id);
    onDraft({ ...draft, marked });
  };
  return (
    <>
      {faceIds[0] && <FaceAndPhoto faceId={faceIds[0]} />}
      {faceIds.length > 1 && (
        <Part title={text.queue.theFaces(faceCount, faceIds.length)} wide>
          <p className="muted">{text.queue.chooseFaces}</p>
          <ul className="face-grid">
            {faceIds.map((id) => (
              <li key={id}>
                <ToggleButton
                  className="face-toggle"
                  isSelected={draft.marked.has(id)}
                  onChange={(on) => toggle(id, on)}
                >
                  <FaceCrop faceId={id} />
                </ToggleButton>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {nearest.length > 0 && (
        <Part title={text.queue.nearest} wide>
          <ul className="person-cards">
            {nearest.map(({ cluster_id, ...figures }, i) => (
              <li key={cluster_id}>
                <PersonCard clusterId={cluster_id} number={i + 1} {...figures} />
              </li>
            ))}
          </ul>
        </Part>
      )}
    </>
  );
}
