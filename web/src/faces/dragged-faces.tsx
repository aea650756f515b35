// Faces that are dragged from a grid to somebody. What is dragged is their ids; whoever takes a drop checks whose they are.
import { useDragAndDrop, type DropItem } from 'react-aria-components';
import { text } from '../text/text';

export const DRAGGED_FACE = 'application/x-kindred-face';

/** For the grid that faces are dragged from: the selected ones together, or the one that is not selected. */
export const useDraggableFaces = () =>
  useDragAndDrop({
    getItems: (keys) => [...keys].map((id) => ({ [DRAGGED_FACE]: String(id) })),
    getAllowedDropOperations: () => ['move'],
    renderDragPreview: (items) => <div className="drag-preview">{text.clusters.faces(items.length)}</div>,
  });

/** Ids of the faces that were dropped. */
export async function facesOf(items: readonly DropItem[]): Promise<string[]> {
  const ids: string[] = [];
  for (const item of items)
    if (item.kind === 'text' && item.types.has(DRAGGED_FACE)) ids.push(await item.getText(DRAGGED_FACE));
  return ids;
}
