// The faces of a person, in groups from the surest to the most doubtful. They are moved by dragging them onto somebody, or by
// selecting them and choosing where they go.
import { useMemo, useState } from 'react';
import { hooks, type Cluster, type Face } from '../api/client';
import { useTenantId } from '../api/session';
import { nameOf } from '../components/names';
import { Failed, Loading } from '../components/States';
import { FaceActions } from '../faces/FaceActions';
import { FaceGrid, type FaceGroup } from '../faces/FaceGrid';
import { useDraggableFaces } from '../faces/dragged-faces';
import { useFaceWork } from '../faces/use-face-work';
import { text } from '../text/text';
import { MoveTargets } from './MoveTargets';

const words = text.person;
/** Lowest probability of each group; the words are those of the estimate everywhere. */
const GROUPS = [
  { id: 'sure', from: 0.95 },
  { id: 'likely', from: 0.7 },
  { id: 'doubtful', from: 0 },
] as const;
type GroupId = keyof typeof words.groups;
const ORDER: readonly GroupId[] = ['decided', 'sure', 'likely', 'doubtful', 'never'];

const groupOf = ({ locked, probability }: Face): GroupId => {
  if (locked) return 'decided';
  if (probability === null) return 'never';
  return GROUPS.find(({ from }) => probability >= from)?.id ?? 'doubtful';
};

export function PersonFaces({ person: { id: clusterId } }: { person: Cluster }) {
  const tenantId = useTenantId();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { move, splitOff } = useFaceWork();
  const { dragAndDropHooks } = useDraggableFaces();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = hooks.useInfiniteQuery(
    'get',
    '/v1/tenants/{tenant_id}/clusters/{cluster_id}/faces',
    {
      params: {
        path: { tenant_id: tenantId, cluster_id: clusterId },
        query: { sort: 'certainty', limit: 100 },
      },
    },
    {
      pageParamName: 'cursor',
      initialPageParam: null,
      getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
    },
  );
  const faces = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const groups = useMemo(
    () =>
      ORDER.map((id): FaceGroup => {
        const own = faces.filter((face) => groupOf(face) === id);
        // A human's word needs no estimate beside it.
        const shown = own.map((face) => ({
          id: face.id,
          probability: face.locked ? null : face.probability,
        }));
        return { id, name: words.groups[id], hint: words.groupHints[id], faces: shown };
      }).filter((group) => group.faces.length > 0),
    [faces],
  );
  if (error && faces.length === 0) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (faces.length === 0) return <p className="muted">{words.noFaces}</p>;
  const chosen = faces.filter(({ id }) => selected.has(id)).map(({ id }) => id);
  const moveTo = async (faceIds: readonly string[], to: Cluster | null): Promise<void> => {
    const own = faces.filter(({ id }) => faceIds.includes(id)).map(({ id }) => id);
    if (own.length === 0) return;
    const done = await (to ? move(own, { label: nameOf(to), cluster: to }) : splitOff(clusterId, own));
    if (done) setSelected(new Set());
  };
  return (
    <div className="person-faces">
      <FaceGrid
        label={words.facesLabel}
        groups={groups}
        selected={selected}
        onSelect={setSelected}
        isLoading={isFetchingNextPage}
        onMore={() => void (hasNextPage && !isFetchingNextPage && fetchNextPage())}
        dragAndDropHooks={dragAndDropHooks}
      />
      <MoveTargets
        personId={clusterId}
        selected={chosen}
        onMove={(faceIds, to) => void moveTo(faceIds, to)}
      />
      {chosen.length > 0 && (
        <FaceActions faceIds={chosen} clusterId={clusterId} onClear={() => setSelected(new Set())} />
      )}
    </div>
  );
}
