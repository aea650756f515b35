// To whom faces can be moved without a dialog: those who resemble the person, those with a name, somebody new. Faces are dropped on
// them; or, when some are selected, one of them is chosen.
import { UserPlus } from 'lucide-react';
import { Collection, GridList, GridListItem, useDragAndDrop } from 'react-aria-components';
import { hooks, type Cluster } from '../api/client';
import { useTenantId } from '../api/session';
import { nameOf } from '../components/names';
import { useNamedPeople } from '../components/use-named-people';
import { DRAGGED_FACE, facesOf } from '../faces/dragged-faces';
import { FaceCrop } from '../images/FaceCrop';
import { formatPercent, text } from '../text/text';

const words = text.person;
/** People offered at once. */
const OFFERED_MAX = 12;
const NEW_PERSON = 'new-person';

interface Target {
  readonly id: string;
  /** null: somebody new. */
  readonly cluster: Cluster | null;
  readonly hint: string;
}

/** Those who resemble the person first, then those with most faces. */
function useTargets(personId: string): readonly Target[] {
  const path = { tenant_id: useTenantId(), cluster_id: personId };
  const route = '/v1/tenants/{tenant_id}/clusters/{cluster_id}/similar' as const;
  const similar = hooks.useQuery('get', route, { params: { path } }).data?.items ?? [];
  const named = useNamedPeople('');
  const known = new Set([personId, ...similar.map(({ cluster }) => cluster.id)]);
  const people = [
    ...similar.map(({ cluster, probability }) => ({
      cluster,
      hint: words.similarBy(formatPercent(probability)),
    })),
    ...named
      .filter(({ id }) => !known.has(id))
      .map((cluster) => ({ cluster, hint: text.clusters.faces(cluster.face_count) })),
  ];
  return [
    { id: NEW_PERSON, cluster: null, hint: words.newPersonHint },
    ...people.slice(0, OFFERED_MAX).map((one) => ({ id: one.cluster.id, ...one })),
  ];
}

export function MoveTargets({
  personId,
  selected,
  onMove,
}: {
  readonly personId: string;
  readonly selected: readonly string[];
  /** @param to null: somebody new. */
  readonly onMove: (faceIds: readonly string[], to: Cluster | null) => void;
}) {
  const targets = useTargets(personId);
  const moveTo = (faceIds: readonly string[], id: string | number): void => {
    const target = targets.find((one) => one.id === id);
    if (target) onMove(faceIds, target.cluster);
  };
  const { dragAndDropHooks } = useDragAndDrop({
    acceptedDragTypes: [DRAGGED_FACE],
    getDropOperation: (target, types) =>
      target.type === 'item' && types.has(DRAGGED_FACE) ? 'move' : 'cancel',
    onItemDrop: ({ items, target }) => void facesOf(items).then((faceIds) => moveTo(faceIds, target.key)),
  });
  const isChoosing = selected.length > 0;
  return (
    <aside className="targets panel" aria-labelledby="targets">
      <h2 id="targets">{words.moveTo}</h2>
      <p className="muted">{isChoosing ? words.moveToChosen(selected.length) : words.moveToHint}</p>
      <GridList
        aria-labelledby="targets"
        dragAndDropHooks={dragAndDropHooks}
        {...(isChoosing && { onAction: (id) => moveTo(selected, id) })}
      >
        <Collection items={targets} dependencies={[isChoosing]}>
          {({ cluster, hint }) => (
            <GridListItem className="target" textValue={cluster ? nameOf(cluster) : text.faceWork.newPerson}>
              {cluster?.cover_face_id ? (
                <FaceCrop faceId={cluster.cover_face_id} size="s" decorative />
              ) : (
                <span className="crop crop-s crop-none">{cluster === null && <UserPlus aria-hidden />}</span>
              )}
              <span className="target-name">
                {cluster ? nameOf(cluster) : text.faceWork.newPerson}
                <span className="muted">{hint}</span>
              </span>
            </GridListItem>
          )}
        </Collection>
      </GridList>
    </aside>
  );
}
