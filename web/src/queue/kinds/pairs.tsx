// The questions that put two or more things side by side: people, parts, faces of one photo, photos, a proposal and what stands.
import { useFace } from '../../api/entities';
import { FaceCrop } from '../../images/FaceCrop';
import { PhotoWithFaces, type Mark } from '../../images/PhotoWithFaces';
import { Probability } from '../../components/Probability';
import { text } from '../../text/text';
import type { QuestionOf } from '../evidence';
import { PersonCard } from '../PersonCard';
import { FaceAndPhoto, FaceGrid, Part } from './parts';

const parts = text.queue.parts;

export const MergeSuggestion = ({ question: { evidence } }: { question: QuestionOf<'merge_suggestion'> }) => (
  <>
    <p className="between">
      <Probability probability={evidence.probability} similarity={evidence.similarity} />
    </p>
    <div className="side-by-side">
      {evidence.clusters.map(({ cluster_id, face_count, face_ids }) => (
        <div key={cluster_id} className="panel">
          <PersonCard clusterId={cluster_id} faceCount={face_count} faceIds={face_ids} />
        </div>
      ))}
    </div>
  </>
);

export const SplitSuggestion = ({ question: { evidence } }: { question: QuestionOf<'split_suggestion'> }) => (
  <div className="side-by-side">
    {[evidence.stays, ...evidence.groups].map(({ face_count, face_ids }, i) => (
      <div key={face_ids[0]} className="panel">
        <Part title={i === 0 ? parts.stays : parts.part(i)}>
          <p className="muted">{text.queue.theFaces(face_count, face_ids.length)}</p>
          <FaceGrid faceIds={face_ids} />
        </Part>
      </div>
    ))}
  </div>
);

export function SameImageConflict({
  question: { evidence },
}: {
  question: QuestionOf<'same_image_conflict'>;
}) {
  const [first, second] = evidence.faces;
  const [faceA, faceB] = [useFace(first.face_id), useFace(second.face_id)];
  const marks = [faceA, faceB].flatMap((face, i): Mark[] => (face ? [{ face, name: String(i + 1) }] : []));
  return (
    <div className="face-and-photo">
      <Part title={text.queue.itsPhoto}>
        <PhotoWithFaces imageId={evidence.image_id} marks={marks} />
      </Part>
      <div className="side-by-side">
        {evidence.faces.map(({ face_id, probability, similarity }, i) => (
          <Part key={face_id} title={parts.face(i + 1)}>
            <FaceCrop faceId={face_id} />
            <Probability probability={probability} similarity={similarity} />
            {i === 0 && <p className="muted">{parts.keptNow}</p>}
          </Part>
        ))}
        <PersonCard clusterId={evidence.cluster_id} />
      </div>
    </div>
  );
}

export const SuspectFace = ({ question: { evidence } }: { question: QuestionOf<'suspect_face'> }) => (
  <FaceAndPhoto faceId={evidence.face_id} />
);

export const DuplicateImage = ({ question: { evidence } }: { question: QuestionOf<'duplicate_image'> }) => (
  <div className="side-by-side">
    {evidence.image_ids.map((id, side) => (
      <Part key={id} title={parts.photo(side + 1)}>
        <PhotoWithMatches imageId={id} faceIds={evidence.matching_faces.map((pair) => pair[side]!)} />
      </Part>
    ))}
  </div>
);

/** The first matching face is marked: it shows what is compared. */
function PhotoWithMatches({ imageId, faceIds }: { imageId: string; faceIds: readonly string[] }) {
  const face = useFace(faceIds[0] ?? null);
  return <PhotoWithFaces imageId={imageId} marks={face ? [{ face }] : []} />;
}

export function ConstraintConflict({
  question: { evidence },
}: {
  question: QuestionOf<'constraint_conflict'>;
}) {
  const { proposal, stands } = evidence;
  return (
    <>
      {proposal.face_ids[0] && <FaceAndPhoto faceId={proposal.face_ids[0]} />}
      <div className="side-by-side">
        <Part title={parts.from}>
          {proposal.source_cluster_id ? (
            <PersonCard clusterId={proposal.source_cluster_id} />
          ) : (
            <p>{parts.nobody}</p>
          )}
        </Part>
        <Part title={parts.to}>
          {proposal.target_cluster_id ? (
            <PersonCard clusterId={proposal.target_cluster_id} />
          ) : (
            <p>{parts.newPerson(proposal.label ?? text.clusters.unnamed)}</p>
          )}
        </Part>
        <Part title={parts.standsTitle}>
          <p>{parts.stands(stands.constraints.length, stands.locked_face_ids.length)}</p>
        </Part>
      </div>
    </>
  );
}
