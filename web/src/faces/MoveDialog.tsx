// To whom faces are moved: a known person, or a new one with this name.
import { useState } from 'react';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { LabelField, type LabelChoice } from '../components/LabelField';
import { text } from '../text/text';

const words = text.faceWork;

export function MoveDialog(props: {
  readonly count: number;
  /** Where they are now: no suggestion. */
  readonly from: string | null;
  readonly onMove: (to: LabelChoice) => void;
  readonly onClose: () => void;
}) {
  const [to, setTo] = useState<LabelChoice>({ label: '', cluster: null });
  const label = to.label.trim();
  const move = (): void => {
    if (label === '') return;
    props.onClose();
    props.onMove({ ...to, label });
  };
  return (
    <Dialog title={words.moveTitle(props.count)} isOpen onClose={props.onClose}>
      <LabelField value={to} onChange={setTo} onSubmit={move} except={props.from} />
      <p className="muted">{words.moveHint}</p>
      <div className="form-end">
        <Button onPress={props.onClose}>{text.dialog.cancel}</Button>
        <Button tone="primary" isDisabled={label === ''} onPress={move}>
          {words.moveConfirm}
        </Button>
      </div>
    </Dialog>
  );
}
