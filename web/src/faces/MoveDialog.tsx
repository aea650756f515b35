// To whom faces are moved: a known person, or a new one with this name.
import { useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from '../components/Button';
import { LabelField, type LabelChoice } from '../components/LabelField';
import { text } from '../text/text';
import '../components/ask.css';

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
    <ModalOverlay
      className="ask-ground"
      isOpen
      isDismissable
      onOpenChange={(isOpen) => isOpen || props.onClose()}
    >
      <Modal className="ask">
        <Dialog className="ask-dialog">
          <Heading slot="title">{words.moveTitle(props.count)}</Heading>
          <LabelField value={to} onChange={setTo} onSubmit={move} except={props.from} />
          <p className="muted">{words.moveHint}</p>
          <div className="ask-buttons">
            <Button onPress={props.onClose}>{text.dialog.cancel}</Button>
            <Button tone="primary" isDisabled={label === ''} onPress={move}>
              {words.moveConfirm}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
