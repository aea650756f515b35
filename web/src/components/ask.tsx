// A question before something is done: one at a time, answered by a promise.
import { useSyncExternalStore } from 'react';
import { text } from '../text/text';
import { Button } from './Button';
import { Dialog } from './Dialog';

interface Question {
  readonly title: string;
  readonly detail: string;
  /** What the button says that does it. */
  readonly go: string;
  readonly answer: (yes: boolean) => void;
}

let open: Question | null = null;
const listeners = new Set<() => void>();

function show(question: Question | null): void {
  open = question;
  for (const listener of listeners) listener();
}

/** False also when another question takes its place. */
export function ask(question: Omit<Question, 'answer'>): Promise<boolean> {
  open?.answer(false);
  return new Promise((answer) => show({ ...question, answer }));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function AskDialog() {
  const question = useSyncExternalStore(subscribe, () => open);
  if (!question) return null;
  const answer = (yes: boolean): void => {
    show(null);
    question.answer(yes);
  };
  return (
    <Dialog role="alertdialog" isDismissable isOpen title={question.title} onClose={() => answer(false)}>
      <p>{question.detail}</p>
      <div className="form-end">
        <Button onPress={() => answer(false)}>{text.dialog.cancel}</Button>
        <Button tone="primary" autoFocus onPress={() => answer(true)}>
          {question.go}
        </Button>
      </div>
    </Dialog>
  );
}
