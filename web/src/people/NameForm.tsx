// Gives a person a name. A name that another person has offers a merge instead: two people of one name are rarely meant.
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Cluster } from '../api/client';
import { Button } from '../components/Button';
import { LabelField, type LabelChoice } from '../components/LabelField';
import { text } from '../text/text';
import { usePersonWork } from './use-person';
import '../components/ask.css';

const words = text.person;

export const NameForm = ({ person }: { person: Cluster }) => (
  <DialogTrigger>
    <Button icon={<Pencil aria-hidden />} tone={person.label === null ? 'primary' : 'plain'}>
      {person.label === null ? words.nameIt : words.rename}
    </Button>
    <ModalOverlay className="ask-ground" isDismissable>
      <Modal className="ask">
        <Dialog className="ask-dialog">{({ close }) => <Naming person={person} close={close} />}</Dialog>
      </Modal>
    </ModalOverlay>
  </DialogTrigger>
);

function Naming({ person, close }: { person: Cluster; close: () => void }) {
  const { rename, merge, isBusy } = usePersonWork();
  const [name, setName] = useState<LabelChoice>({ label: person.label ?? '', cluster: null });
  const label = name.label.trim();
  const save = async (): Promise<void> => {
    if (label !== '' && (await rename(person, label))) close();
  };
  const { cluster: other } = name;
  return (
    <>
      <Heading slot="title">{person.label === null ? words.nameIt : words.rename}</Heading>
      <LabelField value={name} onChange={setName} onSubmit={() => void save()} except={person.id} />
      {other && (
        <p>
          {words.mergeInstead(label)}{' '}
          <Button
            isDisabled={isBusy}
            onPress={() => void merge(person, other, false).then((done) => done && close())}
          >
            {words.merge(label)}
          </Button>
        </p>
      )}
      <div className="ask-buttons">
        <Button onPress={close}>{text.dialog.cancel}</Button>
        <Button tone="primary" isDisabled={isBusy || label === ''} onPress={() => void save()}>
          {words.saveName}
        </Button>
      </div>
    </>
  );
}
