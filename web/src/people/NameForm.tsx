// Gives a person a name. A name that another person has offers a merge instead: two people of one name are rarely meant.
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import type { Cluster } from '../api/client';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { LabelField, type LabelChoice } from '../components/LabelField';
import { text } from '../text/text';
import { usePersonWork } from './use-person';

const words = text.person;

export function NameForm({ person }: { person: Cluster }) {
  const [isOpen, setOpen] = useState(false);
  const title = person.label === null ? words.nameIt : words.rename;
  return (
    <>
      <Button
        icon={<Pencil aria-hidden />}
        tone={person.label === null ? 'primary' : 'plain'}
        onPress={() => setOpen(true)}
      >
        {title}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Naming person={person} close={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

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
      <div className="form-end">
        <Button onPress={close}>{text.dialog.cancel}</Button>
        <Button tone="primary" isDisabled={isBusy || label === ''} onPress={() => void save()}>
          {words.saveName}
        </Button>
      </div>
    </>
  );
}
