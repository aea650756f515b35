// Many new people on one page: those that need the same answer get it together.
import { Check, LayoutGrid, Users } from 'lucide-react';
import { useState } from 'react';
import {
  Collection,
  GridLayout,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  Size,
  Virtualizer,
  type Selection,
} from 'react-aria-components';
import { Choice } from '../components/Choice';
import { Empty, Failed, Loading } from '../components/States';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import { BulkBar } from './BulkBar';
import { ORDERS, useNewClusters, type NewCluster, type Order } from './use-new-clusters';
import '../faces/faces.css';
import '../people/people.css';
import './bulk.css';

const words = text.bulk;
/** As wide as the cover, with a line below; px. */
const GRID = {
  minItemSize: new Size(112, 146),
  maxItemSize: new Size(160, 194),
  minSpace: new Size(12, 12),
  preserveAspectRatio: true,
};

export function BulkPage() {
  const [order, setOrder] = useState<Order>('size');
  return (
    <div className="page page-filling">
      <header className="page-head">
        <h1>{words.title}</h1>
      </header>
      <div className="bulk-head">
        <p className="muted">{words.hint}</p>
        <Choice label={words.order} names={words.orders} options={ORDERS} value={order} onChange={setOrder} />
      </div>
      {/* Another order is another list: a selection belongs to what was looked at. */}
      <NewPeople key={order} order={order} />
    </div>
  );
}

function NewPeople({ order }: { readonly order: Order }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { clusters, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useNewClusters(order);
  if (error && clusters.length === 0) return <Failed error={error} retry={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (clusters.length === 0)
    return (
      <Empty icon={<LayoutGrid aria-hidden />} title={words.none}>
        <p>{words.noneHint}</p>
      </Empty>
    );
  const select = (keys: Selection): void =>
    setSelected(new Set(keys === 'all' ? clusters.map(({ id }) => id) : [...keys].map(String)));
  const chosen = clusters.filter(({ id }) => selected.has(id));
  return (
    <div className="bulk">
      <Virtualizer layout={GridLayout} layoutOptions={GRID}>
        <GridList
          aria-label={words.grid}
          layout="grid"
          className="people"
          selectionMode="multiple"
          selectedKeys={selected}
          onSelectionChange={select}
        >
          <Collection items={clusters} dependencies={[selected]}>
            {(cluster) => (
              <GridListItem className="person face" textValue={words.one(cluster.faceCount)}>
                {({ isSelected }) => <NewPerson cluster={cluster} isSelected={isSelected} />}
              </GridListItem>
            )}
          </Collection>
          <GridListLoadMoreItem
            className="people-more muted"
            isLoading={isFetchingNextPage}
            onLoadMore={() => void (hasNextPage && !isFetchingNextPage && fetchNextPage())}
          >
            {text.people.more}
          </GridListLoadMoreItem>
        </GridList>
      </Virtualizer>
      {chosen.length > 0 && (
        <BulkBar clusters={chosen} onAll={() => select('all')} onClear={() => setSelected(new Set())} />
      )}
    </div>
  );
}

const NewPerson = ({ cluster, isSelected }: { cluster: NewCluster; isSelected: boolean }) => (
  <>
    {cluster.coverFaceId === null ? (
      <span className="crop crop-m crop-none">
        <Users aria-hidden />
      </span>
    ) : (
      <FaceCrop faceId={cluster.coverFaceId} decorative />
    )}
    {isSelected && (
      <span className="face-mark">
        <Check aria-hidden />
      </span>
    )}
    <span className="person-counts bulk-count muted">{text.clusters.faces(cluster.faceCount)}</span>
  </>
);
