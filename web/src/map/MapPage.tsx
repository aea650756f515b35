// The gallery as a picture: mixed and split people show as dots of two colours in one heap, or one colour in two. What is selected on it
// is worked on; the list beside it holds the same faces for the keyboard and for screen readers.
import { LassoSelect, Map as MapIcon } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { hooks } from '../api/client';
import { useTenantId } from '../api/session';
import { Empty, Failed, Loading } from '../components/States';
import { FaceActions } from '../faces/FaceActions';
import { text } from '../text/text';
import type { Point } from './draw';
import { HoverCard } from './HoverCard';
import { MapCanvas } from './MapCanvas';
import { MapList } from './MapList';
import type { Pixel } from './view';
import './map.css';

const words = text.map;
/** A layout is kept by the service, too; asking again sooner would only redraw it. ms */
const FRESH_MS = 60_000;

export function MapPage() {
  const tenantId = useTenantId();
  const { data, error, refetch } = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/gallery-map',
    { params: { path: { tenant_id: tenantId } } },
    { staleTime: FRESH_MS },
  );
  if (!data || data.points.length === 0) {
    return (
      <div className="page">
        <header className="page-head">
          <h1>{words.title}</h1>
        </header>
        {error ? <Failed error={error} retry={() => void refetch()} /> : data ? <NoFaces /> : <Making />}
      </div>
    );
  }
  const count = data.sampled
    ? words.sampled(data.points.length, data.face_count)
    : words.all(data.points.length);
  return <Gallery points={data.points} count={count} />;
}

const NoFaces = () => (
  <Empty icon={<MapIcon aria-hidden />} title={words.none}>
    <p>{text.people.noneHint}</p>
  </Empty>
);

const Making = () => (
  <>
    <Loading />
    <p className="map-making muted">{words.making}</p>
  </>
);

function Gallery({ points, count }: { points: readonly Point[]; count: string }) {
  const [visible, setVisible] = useState<readonly Point[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  /** What was last selected on the map: first in the list, which does not move while somebody selects in it. */
  const [first, setFirst] = useState(selected);
  const [hover, setHover] = useState<{ point: Point; at: Pixel } | null>(null);
  const [isDrawing, setDrawing] = useState(false);
  const [doubtfulOnly, setDoubtfulOnly] = useState(false);
  const shown = useMemo(
    () => (doubtfulOnly ? points.filter(({ doubtful }) => doubtful) : points),
    [points, doubtfulOnly],
  );
  const listed = useDeferredValue(visible);
  const chosen = shown.filter(({ face_id }) => selected.has(face_id));
  const people = new Set(chosen.map(({ cluster_id }) => cluster_id));
  const [only = null] = people;
  const select = (found: readonly Point[], isMore: boolean): void => {
    const next = new Set([...(isMore ? selected : []), ...found.map(({ face_id }) => face_id)]);
    setSelected(next);
    setFirst(next);
  };
  return (
    <div className="page page-wide map-page">
      <header className="page-head">
        <div>
          <h1>{words.title}</h1>
          <p className="muted">
            {words.hint} {count}.
          </p>
        </div>
        <div className="map-tools">
          <ToggleButton className="button toggle" isSelected={isDrawing} onChange={setDrawing}>
            <LassoSelect aria-hidden /> {words.select}
          </ToggleButton>
          <ToggleButton className="button toggle" isSelected={doubtfulOnly} onChange={setDoubtfulOnly}>
            {words.doubtfulOnly}
          </ToggleButton>
        </div>
      </header>
      <div className="map">
        <MapCanvas
          points={shown}
          onVisible={setVisible}
          selected={selected}
          onSelect={select}
          onSelectAll={() => select(visible, false)}
          hovered={hover?.point.face_id ?? null}
          onHover={(point, at) => setHover(point && { point, at })}
          isDrawing={isDrawing}
        />
        {hover && <HoverCard key={hover.point.face_id} {...hover} />}
      </div>
      <MapList
        points={listed}
        first={first}
        selected={selected}
        onSelect={setSelected}
        onSelectAll={() => select(visible, false)}
      />
      {chosen.length > 0 && (
        <FaceActions
          faceIds={chosen.map(({ face_id }) => face_id)}
          clusterId={people.size === 1 ? only : null}
          detail={words.chosen(people.size, chosen.filter(({ doubtful }) => doubtful).length)}
          onClear={() => select([], false)}
        />
      )}
    </div>
  );
}
