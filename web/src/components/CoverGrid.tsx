// A grid of covers that holds thousands: only what is near the screen is drawn, and more is asked for towards the end.
import { Users } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Collection,
  GridLayout,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  Size,
  Virtualizer,
  type GridListProps,
} from 'react-aria-components';
import { FaceCrop } from '../images/FaceCrop';
import { text } from '../text/text';
import './cover-grid.css';

/** Room between two covers, px. */
const SPACE = new Size(12, 12);
/** More is asked for this far before the end, in heights of the grid: a quick hand does not get there first. */
const MORE_AHEAD = 6;

interface Sides {
  readonly width: number;
  readonly height: number;
}

export interface CoverGridProps<Item extends { readonly id: string }> extends Pick<
  GridListProps<Item>,
  'onAction' | 'selectionMode' | 'selectedKeys' | 'onSelectionChange'
> {
  readonly label: string;
  readonly items: readonly Item[];
  /** A card is as wide as its cover, with its lines below; px. */
  readonly least: Sides;
  readonly most: Sides;
  /** For screen readers, and for typing ahead. */
  readonly nameOf: (item: Item) => string;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
  readonly children: (item: Item, isSelected: boolean) => ReactNode;
}

export function CoverGrid<Item extends { readonly id: string }>(props: CoverGridProps<Item>) {
  const { label, items, least, most, nameOf, isLoadingMore, onMore, children, ...interaction } = props;
  const layout = {
    minItemSize: new Size(least.width, least.height),
    maxItemSize: new Size(most.width, most.height),
    minSpace: SPACE,
    preserveAspectRatio: true,
  };
  return (
    <Virtualizer layout={GridLayout} layoutOptions={layout}>
      <GridList {...interaction} aria-label={label} layout="grid" className="cover-grid">
        <Collection items={items} dependencies={[interaction.selectedKeys]}>
          {(item) => (
            <GridListItem className="person" textValue={nameOf(item)}>
              {({ isSelected }) => <>{children(item, isSelected)}</>}
            </GridListItem>
          )}
        </Collection>
        <GridListLoadMoreItem
          className="cover-more muted"
          isLoading={isLoadingMore}
          onLoadMore={onMore}
          scrollOffset={MORE_AHEAD}
        >
          {text.people.more}
        </GridListLoadMoreItem>
      </GridList>
    </Virtualizer>
  );
}

/** @param faceId null: nobody's face stands for it. */
export const Cover = ({ faceId }: { readonly faceId: string | null }) =>
  faceId === null ? (
    <span className="crop crop-m crop-none">
      <Users aria-hidden />
    </span>
  ) : (
    <FaceCrop faceId={faceId} decorative />
  );
