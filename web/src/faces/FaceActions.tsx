// The bar that appears when faces are selected.
import { Link } from '@tanstack/react-router';
import { CircleHelp, Scissors, UserMinus, UserPlus, UserRoundPen, X } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton, Toolbar } from 'react-aria-components';
import { Button } from '../components/Button';
import { text } from '../text/text';
import { MoveDialog } from './MoveDialog';
import { useFaceWork } from './use-face-work';
import './faces.css';

const words = text.faceWork;

/** @param clusterId The person of all the faces; null when they are of several, or of nobody. */
export function FaceActions({
  faceIds,
  clusterId,
  detail,
  onClear,
}: {
  readonly faceIds: readonly string[];
  readonly clusterId: string | null;
  /** Said after how many are selected. */
  readonly detail?: string;
  readonly onClear: () => void;
}) {
  const { isBusy, move, makePerson, takeOut, splitOff } = useFaceWork();
  const [isMoving, setMoving] = useState(false);
  const [only] = faceIds;
  const clearWhenDone = async (work: Promise<boolean>): Promise<void> => {
    if (await work) onClear();
  };
  return (
    <>
      <Toolbar className="face-actions" aria-label={words.selected(faceIds.length)}>
        <span className="face-actions-count" role="status">
          {words.selected(faceIds.length)} {detail && <span className="muted">{detail}</span>}
        </span>
        <AriaButton className="icon-button face-actions-clear" aria-label={words.clear} onPress={onClear}>
          <X aria-hidden />
        </AriaButton>
        {only !== undefined && faceIds.length === 1 && (
          <Link to={`/faces/${only}`} className="button button-plain">
            <CircleHelp aria-hidden /> {words.open}
          </Link>
        )}
        <Button
          icon={<UserRoundPen aria-hidden />}
          tone="primary"
          isDisabled={isBusy}
          onPress={() => setMoving(true)}
        >
          {words.move}
        </Button>
        {clusterId === null ? (
          <Button
            icon={<UserPlus aria-hidden />}
            isDisabled={isBusy}
            onPress={() => void clearWhenDone(makePerson(faceIds))}
          >
            {words.newPerson}
          </Button>
        ) : (
          <Button
            icon={<Scissors aria-hidden />}
            isDisabled={isBusy}
            onPress={() => void clearWhenDone(splitOff(clusterId, faceIds))}
          >
            {words.split}
          </Button>
        )}
        <Button
          icon={<UserMinus aria-hidden />}
          isDisabled={isBusy}
          onPress={() => void clearWhenDone(takeOut(faceIds))}
        >
          {words.notThis}
        </Button>
      </Toolbar>
      {isMoving && (
        <MoveDialog
          count={faceIds.length}
          from={clusterId}
          onClose={() => setMoving(false)}
          onMove={(to) => void clearWhenDone(move(faceIds, to))}
        />
      )}
    </>
  );
}
