// The photos of a person, or of the person together with another one.
import { Link } from '@tanstack/react-router';
import { Images, X } from 'lucide-react';
import { useState } from 'react';
import { hooks, type Cluster } from '../api/client';
import { useTenantId } from '../api/session';
import { Button } from '../components/Button';
import { LabelField, type LabelChoice } from '../components/LabelField';
import { Empty, Failed, Loading } from '../components/States';
import { Photo } from '../images/Photo';
import { SMALL_PHOTO } from '../images/sizes';
import { text } from '../text/text';

const words = text.person;
const ANYBODY: LabelChoice = { label: '', cluster: null };

export function PersonPhotos({ person }: { person: Cluster }) {
  const tenantId = useTenantId();
  const [other, setOther] = useState(ANYBODY);
  const together = other.cluster ? [person.id, other.cluster.id] : [person.id];
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = hooks.useInfiniteQuery(
    'get',
    '/v1/tenants/{tenant_id}/images',
    { params: { path: { tenant_id: tenantId }, query: { cluster_id: together, limit: 30 } } },
    {
      pageParamName: 'cursor',
      initialPageParam: null,
      getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
    },
  );
  const photos = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <div className="together">
        <LabelField label={words.together} value={other} onChange={setOther} except={person.id} />
        {other.label !== '' && (
          <Button tone="quiet" icon={<X aria-hidden />} onPress={() => setOther(ANYBODY)}>
            {words.togetherClear}
          </Button>
        )}
      </div>
      {error && photos.length === 0 ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : photos.length === 0 ? (
        <Empty icon={<Images aria-hidden />} title={words.noPhotos} />
      ) : (
        <ul className="photos" aria-label={words.photosLabel}>
          {photos.map((photo, n) => {
            const shown = photo.faces.filter(({ cluster_id }) => together.includes(cluster_id ?? ''));
            return (
              <li key={photo.id}>
                <Link
                  to={`/faces/${shown[0]?.id}`}
                  className="photo-link"
                  aria-label={words.openPhoto(n + 1)}
                >
                  <Photo image={photo} marks={shown.map((face) => ({ face }))} px={SMALL_PHOTO} />
                </Link>
              </li>
            );
          })}
        </ul>
      )}
      {hasNextPage && (
        <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
          {text.log.more}
        </Button>
      )}
    </>
  );
}
