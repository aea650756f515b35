// Many new people on one page: those that need the same answer get it together.
import { Check, LayoutGrid } from 'lucide-react';
import { useState } from 'react';
import type { Selection } from 'react-aria-components';
import { Choice } from '../components/Choice';
import { Cover, CoverGrid } from '../components/CoverGrid';
import { Empty, Failed, Loading } from '../components/States';
import { text } from '../text/text';
import { BulkBar } from './BulkBar';
import { ORDERS, useNewClusters, type NewCluster, type Order } from './use-new-clusters';
import '../faces/faces.css';
import './bulk.css';

const words = text.bulk;
/** A cover with a line below, px. */
const CARD = { least: { width: 112, height: 146 }, most: { width: 160, height: 194 } };

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
      <CoverGrid
        label={words.grid}
        items={clusters}
        {...CARD}
        nameOf={({ faceCount }) => words.one(faceCount)}
        isLoadingMore={isFetchingNextPage}
        onMore={() => void (hasNextPage && !isFetchingNextPage && fetchNextPage())}
        selectionMode="multiple"
        selectedKeys={selected}
        onSelectionChange={select}
      >
        {(cluster, isSelected) => <NewPerson cluster={cluster} isSelected={isSelected} />}
      </CoverGrid>
      {chosen.length > 0 && (
        <BulkBar clusters={chosen} onAll={() => select('all')} onClear={() => setSelected(new Set())} />
      )}
    </div>
  );
}

const NewPerson = ({ cluster, isSelected }: { cluster: NewCluster; isSelected: boolean }) => (
  <>
    <Cover faceId={cluster.coverFaceId} />
    {isSelected && (
      <span className="face-mark">
        <Check aria-hidden />
      </span>
    )}
    <span className="person-counts bulk-count muted">{text.clusters.faces(cluster.faceCount)}</span>
  </>
);
