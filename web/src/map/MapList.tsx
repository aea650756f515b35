// The faces in view, for those who do not see the map or do not point: doubtful ones first.
import { useState } from 'react';
import { Button } from '../components/Button';
import { FaceGrid } from '../faces/FaceGrid';
import { text } from '../text/text';
import type { Point } from './draw';

const words = text.map;
/** Faces listed before somebody asks for more, and by each time that somebody does. */
const STEP = 60;

export function MapList(props: {
  readonly points: readonly Point[];
  /** On top of the list. */
  readonly first: ReadonlySet<string>;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (faceIds: ReadonlySet<string>) => void;
  readonly onSelectAll: () => void;
}) {
  const { points, first, selected, onSelect } = props;
  const [count, setCount] = useState(STEP);
  const rank = ({ face_id, doubtful }: Point): number => (first.has(face_id) ? 0 : doubtful ? 1 : 2);
  const faces = [...points].sort((a, b) => rank(a) - rank(b)).slice(0, count);
  const unlisted = new Set(selected);
  for (const { face_id } of faces) unlisted.delete(face_id);
  const shown = faces.map(({ face_id, doubtful }) => ({
    id: face_id,
    probability: null,
    ...(doubtful && { note: words.doubtful }),
  }));
  return (
    <aside className="map-list">
      {points.length > 0 && <Button onPress={props.onSelectAll}>{words.selectAll(points.length)}</Button>}
      <FaceGrid
        label={words.list}
        groups={[{ id: 'in-view', name: words.list, faces: shown }]}
        selected={selected}
        // What is selected and not listed stays so.
        onSelect={(listed) => onSelect(new Set([...unlisted, ...listed]))}
      />
      {points.length > count && (
        <Button onPress={() => setCount(count + STEP)}>{words.listMore(points.length - count)}</Button>
      )}
    </aside>
  );
}
