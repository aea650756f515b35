// What a reviewer does with a question besides answering it: skip, put off, note, undo; and the list of keys.
import { Clock, Keyboard, NotebookPen, SkipForward, Undo2 } from 'lucide-react';
import { useState } from 'react';
import {
  Form,
  Label,
  Menu,
  MenuItem,
  MenuTrigger,
  Popover,
  Switch,
  TextArea,
  TextField,
} from 'react-aria-components';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { complain, say } from '../components/toasts';
import { useSingleKeys } from '../components/use-shortcuts';
import { text } from '../text/text';
import type { Answer } from './answers/answer';

const words = text.queue.work;
const HOUR_MS = 3_600_000;
const NOTE_MAX = 1000;

export const SNOOZES = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS } as const;

export interface WorkBarProps {
  readonly onSkip: () => void;
  /** @param ms From now. */
  readonly onSnooze: (ms: number) => void;
  readonly onNote: (words: string) => Promise<void>;
  readonly onUndo: () => void;
  readonly answers: readonly Answer[];
  readonly open: 'note' | 'help' | 'snooze' | null;
  readonly onOpen: (open: WorkBarProps['open']) => void;
}

export const WorkBar = ({ onSkip, onSnooze, onNote, onUndo, answers, open, onOpen }: WorkBarProps) => (
  <div className="work">
    <Button tone="quiet" icon={<SkipForward aria-hidden />} onPress={onSkip} aria-keyshortcuts="s">
      {words.skip}
    </Button>
    <MenuTrigger isOpen={open === 'snooze'} onOpenChange={(on) => onOpen(on ? 'snooze' : null)}>
      <Button tone="quiet" icon={<Clock aria-hidden />} aria-keyshortcuts="z">
        {words.snooze}
      </Button>
      <Popover className="popover">
        <Menu
          className="menu"
          aria-label={words.snooze}
          onAction={(key) => onSnooze(SNOOZES[key as keyof typeof SNOOZES])}
        >
          {Object.entries(words.snoozeFor).map(([key, name]) => (
            <MenuItem key={key} id={key} className="menu-item">
              {name}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
    <Button
      tone="quiet"
      icon={<NotebookPen aria-hidden />}
      onPress={() => onOpen('note')}
      aria-keyshortcuts="m"
    >
      {words.note}
    </Button>
    <Button tone="quiet" icon={<Undo2 aria-hidden />} onPress={onUndo} aria-keyshortcuts="u">
      {words.undo}
    </Button>
    <Button tone="quiet" icon={<Keyboard aria-hidden />} onPress={() => onOpen('help')} aria-keyshortcuts="?">
      {words.help}
    </Button>
    <Dialog title={words.noteTitle} isOpen={open === 'note'} onClose={() => onOpen(null)}>
      <NoteForm onNote={onNote} onClose={() => onOpen(null)} />
    </Dialog>
    <Dialog title={words.helpTitle} isOpen={open === 'help'} onClose={() => onOpen(null)}>
      <KeyList answers={answers} />
      <Button onPress={() => onOpen(null)}>{text.dialog.close}</Button>
    </Dialog>
  </div>
);

function NoteForm({ onNote, onClose }: { onNote: (words: string) => Promise<void>; onClose: () => void }) {
  const [value, setValue] = useState('');
  const save = async (): Promise<void> => {
    try {
      await onNote(value.trim());
      say(words.noteSaved);
      onClose();
    } catch (error) {
      complain(text.states.failed, error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        className="field"
        value={value}
        onChange={setValue}
        autoFocus
        isRequired
        maxLength={NOTE_MAX}
      >
        <Label>{words.noteField}</Label>
        <TextArea className="input" rows={4} />
      </TextField>
      <div className="form-end">
        <Button tone="quiet" onPress={onClose}>
          {text.dialog.cancel}
        </Button>
        <Button type="submit" tone="primary" isDisabled={value.trim() === ''}>
          {words.noteSave}
        </Button>
      </div>
    </Form>
  );
}

function KeyList({ answers }: { answers: readonly Answer[] }) {
  const [on, setOn] = useSingleKeys();
  const keys: readonly (readonly [string, string])[] = [
    ...answers.map(({ key, name }) => [key, name] as const),
    ['1–9', words.chooses],
    ['l', words.name],
    ['s', words.skip],
    ['z', words.snooze],
    ['m', words.note],
    ['u', words.undo],
    ['?', words.help],
  ];
  return (
    <>
      <Switch className="switch" isSelected={on} onChange={setOn}>
        <span className="switch-track" aria-hidden />
        {words.keysOn}
      </Switch>
      <dl className="keys">
        {keys.map(([key, name]) => (
          <div key={`${key} ${name}`}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
