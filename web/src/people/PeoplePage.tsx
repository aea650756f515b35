// Everybody whom the tenant's photos show: a grid of covers that holds thousands, with a search and filters.
import { useNavigate } from '@tanstack/react-router';
import { EyeOff, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import type { Cluster } from '../api/client';
import { Choice } from '../components/Choice';
import { Cover, CoverGrid } from '../components/CoverGrid';
import { nameOf } from '../components/names';
import { Empty, Failed, Loading } from '../components/States';
import { text } from '../text/text';
import { MergeCandidates } from './MergeCandidates';
import { ORDERS, SHOWN, usePeople, type PeopleView } from './use-people';
import './people.css';

const words = text.people;
/** A cover with two lines below, px. */
const CARD = { least: { width: 132, height: 190 }, most: { width: 190, height: 248 } };
/** Typing pauses this long before it is searched for, ms. */
const PAUSE_MS = 200;

/** As it was left, for whoever comes back from a person. */
let left: PeopleView = { search: '', shown: 'all', order: 'size' };

export function PeoplePage() {
  const [view, setView] = useState(left);
  const [search, setSearch] = useState(left.search);
  useEffect(() => {
    left = view;
  }, [view]);
  useEffect(() => {
    const pause = setTimeout(() => setView((before) => ({ ...before, search })), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [search]);
  return (
    <div className="page page-filling">
      <header className="page-head">
        <h1>{words.title}</h1>
        <MergeCandidates />
      </header>
      <div className="filters" role="search">
        <SearchField className="field" value={search} onChange={setSearch}>
          <Label>{words.search}</Label>
          <Input className="input" />
        </SearchField>
        <Choice
          label={words.show}
          names={words.shown}
          options={SHOWN}
          value={view.shown}
          onChange={(shown) => setView({ ...view, shown })}
        />
        <Choice
          label={words.order}
          names={words.orders}
          options={ORDERS}
          value={view.order}
          onChange={(order) => setView({ ...view, order })}
        />
      </div>
      <People view={view} />
    </div>
  );
}

function People({ view }: { view: PeopleView }) {
  const navigate = useNavigate();
  const { people, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    usePeople(view);
  if (error && people.length === 0) return <Failed error={error} retry={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (people.length === 0) {
    const filtered = view.search.trim() !== '' || view.shown !== 'all';
    return (
      <Empty icon={<Users aria-hidden />} title={filtered ? words.noneFound : words.none}>
        <p>{filtered ? words.noneFoundHint : words.noneHint}</p>
      </Empty>
    );
  }
  return (
    <CoverGrid
      label={words.grid}
      items={people}
      {...CARD}
      nameOf={nameOf}
      isLoadingMore={isFetchingNextPage}
      onMore={() => void (hasNextPage && !isFetchingNextPage && fetchNextPage())}
      onAction={(id) => void navigate({ to: `/people/${id}` })}
    >
      {(cluster) => <PersonCard cluster={cluster} />}
    </CoverGrid>
  );
}

const PersonCard = ({ cluster }: { cluster: Cluster }) => (
  <>
    <Cover faceId={cluster.cover_face_id} />
    <span className={cluster.label === null ? 'person-name person-unnamed' : 'person-name'}>
      {cluster.label ?? words.unnamed}
    </span>
    <span className="person-counts muted">
      {cluster.state === 'ignored' && <EyeOff aria-label={text.clusters.state.ignored} />}
      {text.clusters.faces(cluster.face_count)}
    </span>
  </>
);
