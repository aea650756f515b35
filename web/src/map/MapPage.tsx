// The gallery as a picture: mixed and split people show as dots of two colours in one heap, or one colour in two. The list beside it
// holds the same faces for the keyboard and for screen readers.
import { Map as MapIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { hooks } from '../api/client';
import { useTenantId } from '../api/session';
import { Empty, Failed, Loading } from '../components/States';
import { FaceActions } from '../faces/FaceActions';
import { FaceGrid } from '../faces/FaceGrid';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import type { Point } from './draw';
import { MapCanvas } from './MapCanvas';
import type { MapView, Pixel } from './view';
import './map.css';

const words = text.map;
/** A layout is kept by the service, too; asking again sooner would only redraw it. ms */
const FRESH_MS = 60_000;
/** Faces in the list at most. */
const LISTED = 60;
/** The face under the pointer lies this far beside it, px. */
const BESIDE = 16;

export function MapPage() {
  const tenantId = useTenantId();
  const { data, error, refetch } = hooks.useQuery(
    'get',
    '/v1/tenants/{tenant_id}/gallery-map',
    { params: { path: { tenant_id: tenantId } } },
    { staleTime: FRESH_MS },
  );
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <>
        <Loading />
        <p className="map-making muted">{words.making}</p>
      </>
    );
  }
  if (data.points.length === 0) return <Empty icon={<MapIcon aria-hidden />} title={words.none} />;
  const count = data.sampled
    ? words.sampled(data.points.length, data.face_count)
    : words.all(data.points.length);
  return <Gallery points={data.points} count={count} />;
}

function Gallery({ points, count }: { points: readonly Point[]; count: string }) {
  const [view, setView] = useState<MapView | null>(null);
  const [visible, setVisible] = useState<readonly Point[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [hover, setHover] = useState<{ point: Point; at: Pixel } | null>(null);
  const [isSelecting, setSelecting] = useState(false);
  const [doubtfulOnly, setDoubtfulOnly] = useState(false);
  const shown = useMemo(
    () => (doubtfulOnly ? points.filter(({ doubtful }) => doubtful) : points),
    [points, doubtfulOnly],
  );
  const chosen = shown.filter(({ face_id }) => selected.has(face_id));
  const people = new Set(chosen.map(({ cluster_id }) => cluster_id));
  const [only = null] = people;
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
          <ToggleButton className="button toggle" isSelected={isSelecting} onChange={setSelecting}>
            {words.select}
          </ToggleButton>
          <ToggleButton className="button toggle" isSelected={doubtfulOnly} onChange={setDoubtfulOnly}>
            {words.doubtfulOnly}
          </ToggleButton>
        </div>
      </header>
      <div className="map">
        <MapCanvas
          points={shown}
          view={view}
          onView={(next, inView) => {
            setView(next);
            setVisible(inView);
          }}
          selected={selected}
          onSelect={(found, isMore) =>
            setSelected(new Set([...(isMore ? selected : []), ...found.map(({ face_id }) => face_id)]))
          }
          hovered={hover?.point.face_id ?? null}
          onHover={(point, at) => setHover(point ? { point, at } : null)}
          isSelecting={isSelecting}
        />
        {hover && (
          <span className="map-hover" style={{ left: hover.at.x + BESIDE, top: hover.at.y + BESIDE }}>
            <FaceCrop key={hover.point.face_id} faceId={hover.point.face_id} decorative />
          </span>
        )}
      </div>
      <Listed points={visible} selected={selected} onSelect={setSelected} />
      {chosen.length > 0 && (
        <FaceActions
          faceIds={chosen.map(({ face_id }) => face_id)}
          clusterId={people.size === 1 ? only : null}
          onClear={() => setSelected(new Set())}
        />
      )}
    </div>
  );
}

/** What is in view, doubtful faces first; the selected ones on top. */
function Listed(props: {
  readonly points: readonly Point[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (faceIds: ReadonlySet<string>) => void;
}) {
  const { points, selected } = props;
  const rank = ({ face_id, doubtful }: Point): number => (selected.has(face_id) ? 0 : doubtful ? 1 : 2);
  const faces = [...points].sort((a, b) => rank(a) - rank(b)).slice(0, LISTED);
  const shown = faces.map(({ face_id }) => ({ id: face_id, probability: null }));
  return (
    <aside className="map-list">
      <FaceGrid
        label={words.list}
        groups={[{ id: 'in-view', name: words.list, faces: shown }]}
        selected={selected}
        onSelect={props.onSelect}
      />
      {points.length > LISTED && <p className="muted">{words.listMore(points.length - LISTED)}</p>}
    </aside>
  );
}
