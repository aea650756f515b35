// Who might be the same person, closest first, with what speaks against it.
import { Link } from '@tanstack/react-router';
import { Merge, Users } from 'lucide-react';
import { hooks, type Cluster } from '../api/client';
import { useTenantId } from '../api/session';
import { ask } from '../components/ask';
import { Button } from '../components/Button';
import { nameOf } from '../components/names';
import { Probability } from '../components/Probability';
import { Empty, Failed, Loading } from '../components/States';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import { usePersonWork } from './use-person';

const words = text.person;

export function SimilarPeople({ person }: { person: Cluster }) {
  const tenantId = useTenantId();
  const { merge, mergeQuestion, isBusy } = usePersonWork();
  const { data, error, refetch } = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters/{cluster_id}/similar',
    { params: { path: { tenant_id: tenantId, cluster_id: person.id } } },
  );
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.items.length === 0) {
    return (
      <Empty icon={<Users aria-hidden />} title={words.similarNone}>
        <p>{words.similarNoneHint}</p>
      </Empty>
    );
  }
  return (
    <ul className="similar-people">
      {data.items.map(({ cluster, ...found }) => (
        <li key={cluster.id} className="similar panel">
          <div className="similar-faces">
            {person.cover_face_id && <FaceCrop faceId={person.cover_face_id} decorative />}
            {cluster.cover_face_id && <FaceCrop faceId={cluster.cover_face_id} name={cluster.label} />}
          </div>
          <div className="similar-who">
            <Link to={`/people/${cluster.id}`}>{nameOf(cluster)}</Link>{' '}
            <span className="muted">{text.clusters.faces(cluster.face_count)}</span>
            <Probability probability={found.probability} similarity={found.similarity} />
            <ul className="muted">
              {found.shared_image_count > 0 && <li>{words.shared(found.shared_image_count)}</li>}
              {found.kept_apart && <li>{words.keptApart}</li>}
              {found.labels_differ && <li>{words.labelsDiffer}</li>}
            </ul>
          </div>
          <Button
            icon={<Merge aria-hidden />}
            isDisabled={isBusy}
            onPress={() =>
              void ask(mergeQuestion(cluster)).then(
                (yes) => yes && merge(person, cluster, found.labels_differ),
              )
            }
          >
            {words.merge(nameOf(cluster))}
          </Button>
        </li>
      ))}
    </ul>
  );
}
