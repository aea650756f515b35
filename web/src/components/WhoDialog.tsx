// Asks who somebody is: a known person, or a new one with this name.
import { useState } from 'react';
import { text } from '../text/text';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { LabelField, type LabelChoice } from './LabelField';

export function WhoDialog(props: {
  readonly title: string;
  /** What will happen. */
  readonly hint: string;
  /** What the button says that does it. */
  readonly go: string;
  /** No suggestion: the one whom it is about. */
  readonly except?: string | null;
  readonly onChoose: (who: LabelChoice) => void;
  readonly onClose: () => void;
}) {
  const [who, setWho] = useState<LabelChoice>({ label: '', cluster: null });
  const label = who.label.trim();
  const choose = (): void => {
    if (label === '') return;
    props.onClose();
    props.onChoose({ ...who, label });
  };
  return (
    <Dialog title={props.title} isOpen onClose={props.onClose}>
      <LabelField value={who} onChange={setWho} onSubmit={choose} except={props.except ?? null} />
      <p className="muted">{props.hint}</p>
      <div className="form-end">
        <Button onPress={props.onClose}>{text.dialog.cancel}</Button>
        <Button tone="primary" isDisabled={label === ''} onPress={choose}>
          {props.go}
        </Button>
      </div>
    </Dialog>
  );
}
