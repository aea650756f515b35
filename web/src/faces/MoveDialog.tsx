// To whom faces are moved.
import type { LabelChoice } from '../components/LabelField';
import { WhoDialog } from '../components/WhoDialog';
import { text } from '../text/text';

const words = text.faceWork;

export const MoveDialog = (props: {
  readonly count: number;
  /** Where they are now: no suggestion. */
  readonly from: string | null;
  readonly onMove: (to: LabelChoice) => void;
  readonly onClose: () => void;
}) => (
  <WhoDialog
    title={words.moveTitle(props.count)}
    hint={words.moveHint}
    go={words.moveConfirm}
    except={props.from}
    onChoose={props.onMove}
    onClose={props.onClose}
  />
);
