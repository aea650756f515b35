// How the machine decided about a face, and what people said: in words and figures.
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../api/client';
import { Probability } from '../components/Probability';
import { FaceCrop } from '../images/FaceCrop';
import { formatPercent, formatTime, text } from '../text/text';

const words = text.why;
type Explanation = Schemas['ExplanationResponse'];

export function Decision({ decision }: { decision: Explanation['decision'] }) {
  return (
    <section className="panel" aria-labelledby="decision">
      <h2 id="decision">{words.decision}</h2>
      {decision === null ? (
        <p className="muted">{words.noDecision}</p>
      ) : (
        <>
          <p>
            {words.rules[decision.rule]} {words.decisions[decision.decision]}
          </p>
          <p className="muted">
            {words.thresholds(formatPercent(decision.accept), formatPercent(decision.ask))}{' '}
            {words.decided(formatTime(decision.decided_at))}
          </p>
          {decision.candidates.length > 0 && <Candidates candidates={decision.candidates} />}
        </>
      )}
    </section>
  );
}

type Candidate = Schemas['ExplainedCandidate'];

function Candidates({ candidates }: { readonly candidates: readonly Candidate[] }) {
  // Else similarities alone decided.
  const byEvidence = candidates.some(({ corrected_cosine }) => corrected_cosine !== null);
  return (
    <table className="table considered">
      <caption className="muted">
        {words.candidates}
        {byEvidence && `. ${words.correctedNote}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">{words.candidate}</th>
          <th scope="col">{words.estimate}</th>
          {byEvidence && <th scope="col">{words.corrected}</th>}
          <th scope="col">{words.nearest}</th>
          <th scope="col">{words.whole}</th>
          <th scope="col">{words.ofFaces}</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((one) => (
          <tr key={one.cluster_id}>
            <th scope="row">
              <Link to={`/people/${one.cluster_id}`} className="considered-person">
                {one.face_ids[0] && <FaceCrop faceId={one.face_ids[0]} size="s" decorative />}
                {one.name}
              </Link>
            </th>
            <td>
              <Probability probability={one.probability} />
            </td>
            {byEvidence && <td>{one.corrected_cosine?.toFixed(2)}</td>}
            <td>{one.similarity.toFixed(2)}</td>
            <td>{one.centroid_similarity.toFixed(2)}</td>
            <td>{one.face_count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export const Said = ({ constraints }: { constraints: Explanation['constraints'] }) => (
  <section className="panel" aria-labelledby="said">
    <h2 id="said">{words.constraints}</h2>
    {constraints.length === 0 && <p className="muted">{words.noConstraints}</p>}
    <ul className="said">
      {constraints.map((one) => (
        <li key={one.id}>
          <Link to={`/faces/${one.other_face_id}`} aria-label={words[one.kind]}>
            <FaceCrop faceId={one.other_face_id} size="s" decorative />
          </Link>
          <span>
            {words[one.kind]}
            <br />
            <span className="muted">{words.said(text.log.by(one.actor), formatTime(one.created_at))}</span>
          </span>
        </li>
      ))}
    </ul>
  </section>
);
