// Faces to select, in groups: a grid that the keyboard walks through.
import { Check } from 'lucide-react';
import {
  Collection,
  GridList,
  GridListHeader,
  GridListItem,
  GridListLoadMoreItem,
  GridListSection,
  type DragAndDropHooks,
  type Selection,
} from 'react-aria-components';
import { FaceCrop } from '../images/FaceCrop';
import { formatPercent, text } from '../text/text';
import './faces.css';

export interface ShownFace {
  readonly id: string;
  /** 0..1; null: not said. */
  readonly probability: number | null;
  /** What else is to be known of it. */
  readonly note?: string;
}

export interface FaceGroup {
  readonly id: string;
  readonly name: string;
  readonly hint?: string;
  readonly faces: readonly ShownFace[];
}

export function FaceGrid({
  label,
  groups,
  selected,
  onSelect,
  isLoading = false,
  onMore,
  dragAndDropHooks,
}: {
  readonly label: string;
  readonly groups: readonly FaceGroup[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (faceIds: ReadonlySet<string>) => void;
  readonly isLoading?: boolean;
  readonly onMore?: () => void;
  /** Faces can be dragged. */
  readonly dragAndDropHooks?: DragAndDropHooks;
}) {
  const all = groups.flatMap(({ faces }) => faces.map(({ id }) => id));
  const select = (keys: Selection): void => onSelect(new Set(keys === 'all' ? all : [...keys].map(String)));
  return (
    <GridList
      aria-label={label}
      layout="grid"
      className="faces"
      selectionMode="multiple"
      selectedKeys={selected}
      onSelectionChange={select}
      {...(dragAndDropHooks && { dragAndDropHooks })}
    >
      <Collection items={groups}>
        {(group) => (
          <GridListSection id={group.id} className="faces-group" aria-label={group.name}>
            <GridListHeader className="faces-head">
              {group.name} <span className="muted">{group.hint}</span>
            </GridListHeader>
            <Collection items={group.faces}>
              {(face) => (
                <GridListItem className="face" textValue={nameOfFace(face)}>
                  {({ isSelected }) => (
                    <>
                      <FaceCrop faceId={face.id} decorative />
                      {face.note && <span className="face-note" title={face.note} />}
                      {isSelected && (
                        <span className="face-mark">
                          <Check aria-hidden />
                        </span>
                      )}
                      {face.probability !== null && (
                        <span className="face-chance">{formatPercent(face.probability)}</span>
                      )}
                    </>
                  )}
                </GridListItem>
              )}
            </Collection>
          </GridListSection>
        )}
      </Collection>
      {onMore && (
        <GridListLoadMoreItem isLoading={isLoading} onLoadMore={onMore} className="muted">
          {text.people.more}
        </GridListLoadMoreItem>
      )}
    </GridList>
  );
}

const nameOfFace = ({ probability, note }: ShownFace): string =>
  [text.faces.face, probability === null ? null : formatPercent(probability), note]
    .filter((part) => part)
    .join(', ');
