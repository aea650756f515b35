// A face and its reasons: where it is in its photo, why it is with its person, what was said, what happened.
import { Link, useNavigate } from '@tanstack/react-router';
import { Ban, UserMinus, UserRoundPen } from 'lucide-react';
import { useState } from 'react';
import { api, hooks, type Face, type Schemas } from '../api/client';
import { useChanges } from '../api/changes';
import { useTenantId } from '../api/session';
import { ask } from '../components/ask';
import { Button } from '../components/Button';
import { nameOf } from '../components/names';
import { Failed, Loading } from '../components/States';
import { useIdOfAddress } from '../components/use-id-of-address';
import { FaceCrop } from '../images/FaceCrop';
import { Photo } from '../images/Photo';
import { LARGE_PHOTO } from '../images/sizes';
import { Entries } from '../log/History';
import { formatPercent, text } from '../text/text';
import { MoveDialog } from './MoveDialog';
import { useFaceWork } from './use-face-work';
import { Decision, Said } from './Why';
import './faces.css';
import './face-page.css';

const words = text.why;

export function FacePage() {
  const faceId = useIdOfAddress('faceId');
  const path = { tenant_id: useTenantId(), face_id: faceId };
  const face = hooks.useQuery('get', '/v1/tenants/{tenant_id}/faces/{face_id}', { params: { path } });
  const why = hooks.useQuery('get', '/v1/tenants/{tenant_id}/faces/{face_id}/explanation', {
    params: { path },
  });
  const error = face.error ?? why.error;
  if (error) return <Failed error={error} retry={() => void Promise.all([face.refetch(), why.refetch()])} />;
  if (!face.data || !why.data) return <Loading />;
  return (
    <div className="page face-page" key={faceId}>
      <FaceInPhoto face={face.data} />
      <div className="face-side">
        <Whose face={face.data} />
        <section className="panel" aria-labelledby="why">
          <h2 id="why">{words.why}</h2>
          <p>{why.data.sentence}</p>
        </section>
        <Decision decision={why.data.decision} />
        <Said constraints={why.data.constraints} />
        {why.data.since.length > 0 && <Entries entries={why.data.since} />}
      </div>
    </div>
  );
}

function FaceInPhoto({ face }: { face: Face }) {
  const path = { tenant_id: useTenantId(), image_id: face.image_id };
  const { data: image } = hooks.useQuery('get', '/v1/tenants/{tenant_id}/images/{image_id}', {
    params: { path },
  });
  return (
    <div className="face-photo">
      {face.state !== 'dismissed' && <FaceCrop faceId={face.id} size="l" />}
      {image && <Photo image={image} marks={[{ face }]} px={LARGE_PHOTO} />}
      {image && image.faces.length > 1 && <OtherFaces image={image} face={face} />}
    </div>
  );
}

const OtherFaces = ({ image, face }: { image: Schemas['ImageResponse']; face: Face }) => (
  <nav aria-label={words.otherFaces} className="other-faces">
    {image.faces
      .filter(({ id, state }) => id !== face.id && state !== 'dismissed')
      .map(({ id }, n) => (
        <Link key={id} to={`/faces/${id}`} aria-label={`${words.otherFaces}: ${n + 1}`}>
          <FaceCrop faceId={id} size="s" decorative />
        </Link>
      ))}
  </nav>
);

function Whose({ face }: { face: Face }) {
  const tenantId = useTenantId();
  const navigate = useNavigate();
  const { move, takeOut, isBusy } = useFaceWork();
  const { make } = useChanges();
  const [isMoving, setMoving] = useState(false);
  const person = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters/{cluster_id}',
    { params: { path: { tenant_id: tenantId, cluster_id: face.cluster_id ?? '' } } },
    { enabled: face.cluster_id !== null },
  );
  const dismiss = async (): Promise<void> => {
    const sure = await ask({
      title: text.faceWork.notAFaceTitle,
      detail: text.faceWork.notAFaceDetail,
      go: text.faceWork.notAFace,
    });
    if (!sure) return;
    const done = await make({
      done: text.faceWork.notAFaceDone,
      work: async () => {
        const params = { path: { tenant_id: tenantId, face_id: face.id } };
        await api.PATCH('/v1/tenants/{tenant_id}/faces/{face_id}', {
          params,
          body: { state: 'dismissed', override: false },
        });
      },
    });
    if (done) void navigate({ to: face.cluster_id === null ? '/people' : `/people/${face.cluster_id}` });
  };
  return (
    <header className="whose">
      <h1>
        {face.cluster_id === null ? (
          face.state === 'dismissed' ? (
            words.dismissed
          ) : (
            words.nobody
          )
        ) : (
          <Link to={`/people/${face.cluster_id}`}>{nameOf(person.data)}</Link>
        )}
      </h1>
      <dl className="face-facts">
        <dt>{words.quality}</dt>
        <dd>{formatPercent(face.quality)}</dd>
        <dt>{words.detection}</dt>
        <dd>{formatPercent(face.detection_score)}</dd>
        {face.reasons.length > 0 && (
          <>
            <dt>{words.reasons}</dt>
            <dd>{face.reasons.map((reason) => reason.replaceAll('_', ' ')).join(', ')}</dd>
          </>
        )}
      </dl>
      {face.state !== 'dismissed' && (
        <div className="person-do">
          <Button
            tone="primary"
            icon={<UserRoundPen aria-hidden />}
            isDisabled={isBusy}
            onPress={() => setMoving(true)}
          >
            {text.faceWork.move}
          </Button>
          {face.cluster_id !== null && (
            <Button
              icon={<UserMinus aria-hidden />}
              isDisabled={isBusy}
              onPress={() => void takeOut([face.id])}
            >
              {text.faceWork.notThis}
            </Button>
          )}
          <Button tone="danger" icon={<Ban aria-hidden />} isDisabled={isBusy} onPress={() => void dismiss()}>
            {text.faceWork.notAFace}
          </Button>
        </div>
      )}
      {isMoving && (
        <MoveDialog
          count={1}
          from={face.cluster_id}
          onClose={() => setMoving(false)}
          onMove={(to) => void move([face.id], to)}
        />
      )}
    </header>
  );
}
